import { beforeEach, describe, expect, it } from 'vitest';
import { secondsAfter } from '../shared/instant.ts';
import { type Repeats, repeats } from '../shared/repeats.ts';
import { memoryRows } from './support/memory-rows.ts';

describe('a request that may be repeated', () => {
  let now = '2026-01-05T12:00:00.000Z';
  let made = 0;
  let requestFor: Repeats;
  beforeEach(() => {
    now = '2026-01-05T12:00:00.000Z';
    made = 0;
    requestFor = repeats(
      memoryRows(),
      () => now,
      () => `request-${(made += 1)}`,
    );
  });

  it('is the same request when it comes again with its key', async () => {
    const first = await requestFor('versions', 'key', { bump: 'minor' });
    expect(await requestFor('versions', 'key', { bump: 'minor' })).toBe(first);
  });

  it('is refused when its key comes with another body', async () => {
    await requestFor('versions', 'key', { bump: 'minor' });
    await expect(requestFor('versions', 'key', { bump: 'major' })).rejects.toMatchObject({
      code: 'IdempotencyKeyReused',
      target: 'Idempotency-Key',
    });
  });

  it('is another request in another place', async () => {
    const first = await requestFor('versions of a', 'key', {});
    expect(await requestFor('versions of b', 'key', {})).not.toBe(first);
  });

  it('is a new request each time when it has no key', async () => {
    expect(await requestFor('versions', undefined, {})).not.toBe(await requestFor('versions', undefined, {}));
  });

  it('is remembered for a day, and then forgotten', async () => {
    const first = await requestFor('versions', 'key', { bump: 'minor' });
    now = secondsAfter(now, 24 * 3600 - 1);
    expect(await requestFor('versions', 'key', { bump: 'minor' })).toBe(first);
    now = '2026-01-05T12:00:00.000Z';
    now = secondsAfter(now, 24 * 3600 + 1);
    expect(await requestFor('versions', 'key', { bump: 'major' })).not.toBe(first);
  });

  it('is one request when it comes several times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => await requestFor('versions', 'key', {})),
    );
    expect(new Set(answers).size).toBe(1);
  });
});
