import { expect, it } from 'vitest';
import { mergedLines } from '../../shared/images/merged-history.ts';
import { type Asked, pageIn } from '../../shared/workflow/page.ts';

const history = (...minutes: number[]) => {
  const lines = minutes.map((minute) => ({ at: `2026-01-05T12:${minute}:00.000Z`, event: minute }));
  return async (asked: Asked) => pageIn(lines, ({ at }) => at, asked);
};

it.each([1, 2, 3, 4, 7, 8])(
  'pages of %s lines of two histories are put together one history',
  async (most) => {
    const histories = [history(10, 20, 21, 22, 40), history(15, 41, 42)];
    const found: number[] = [];
    for (let after: string | undefined; ;) {
      const { value, next } = await mergedLines(histories, { after, most });
      expect(value.length).toBeLessThanOrEqual(most);
      found.push(...value.map(({ event }) => event));
      if (next === undefined) break;
      after = next;
    }
    expect(found).toEqual([10, 15, 20, 21, 22, 40, 41, 42]);
  },
);
