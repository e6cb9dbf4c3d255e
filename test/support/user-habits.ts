import type { Policy } from '../../shared/rollouts/pool.ts';
import type { Random } from './random.ts';
import type { Absence } from './small-desktop.ts';

/** Some users close the lid, before the work begins, half an hour from the start, or during it; some come back. */
export function absenceOf(users: Random): Absence | undefined {
  if (users.happens(0.5)) return undefined;
  const seconds = users.oneOf([users.between(1, 120), users.between(120, 2400), 1_000_000]);
  return { afterSeconds: users.oneOf([users.between(0, 1800), users.between(1500, 3600)]), seconds };
}

/** What a team might say of its users, besides the first message: for a grace of ten minutes. */
export function drawnLadder(users: Random) {
  return {
    reminders: users.oneOf([[], [5], [8, 5, 1]]),
    disconnected: users.oneOf(['as-active', 'log-off-early'] as const),
    disconnectedMinutes: users.oneOf([0, 3, 10]),
  } satisfies Partial<Policy['sessions']>;
}
