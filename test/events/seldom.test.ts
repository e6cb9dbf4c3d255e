import { array, assert, asyncProperty, nat } from 'fast-check';
import { expect, it } from 'vitest';
import { seldom } from '../../shared/events/seldom.ts';
import { type Instant, secondsAfter } from '../../shared/instant.ts';

const noon: Instant = '2026-01-05T12:00:00.000Z';

it('asks at once, and again soon after whatever was told last, however much it is', async () => {
  const gaps = array(nat({ max: 4000 }), { minLength: 1, maxLength: 60 });
  await assert(
    asyncProperty(gaps, async (milliseconds) => {
      let now = noon;
      const asked: Instant[] = [];
      const wake = seldom(
        async (at) => void asked.push(at),
        () => now,
      );
      const told: Instant[] = [];
      for (const gap of milliseconds) {
        now = secondsAfter(now, gap / 1000);
        told.push(now);
        const before = asked.length;
        await wake();
        // Some message is to come after it, be the queue's clock a second ahead, and it is not long until then.
        const inSight = asked.length > before ? now : secondsAfter(now, 1);
        const next = asked.find((at) => at >= inSight) ?? '';
        expect(next <= secondsAfter(now, 4)).toBe(true);
        expect(next).not.toBe('');
      }
      expect(asked[0]).toBe(told[0]);
      for (const [n, at] of asked.entries()) {
        if (n > 0) expect(at >= secondsAfter(asked[n - 1] ?? noon, 2)).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});
