import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Engine, Outcome } from '../workflow/engine.ts';
import type { Leftover, LeftoverCommand, LeftoverEvent } from './leftover.ts';
import type { Reaper } from './quarantine.ts';
import { type RemainsPorts, takeAway } from './remains.ts';

/** One try of the reaper. Whatever Azure says to it, there is a next one until nothing is left. */
export function performLeftover(ports: RemainsPorts, now: () => Instant) {
  return async (_: string, __: unknown, leftover: Leftover): Promise<Outcome<LeftoverEvent>> => {
    const { look } = leftover;
    const { left, why, isRefused } = await attempt(ports, leftover);
    return {
      event:
        left.length === 0
          ? { type: 'gone', look, at: now() }
          : { type: 'still-there', look, left, why, isRefused, at: now() },
    };
  };
}

async function attempt(ports: RemainsPorts, { remains, left }: Leftover) {
  try {
    const { left, refusal } = await takeAway(ports, remains);
    const why = refusal?.message ?? 'Azure had not deleted it yet.';
    return { left, why, isRefused: refusal?.retryable === false };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { left, why: error.message, isRefused: !error.retryable };
  }
}

/** What one attempt of a version left is known by the version and the attempt. */
export function leftoverId(owner: string, attempt: number): string {
  return `${owner}.${attempt}`;
}

/** The reaper, as those see it who hand something over to it. */
export function reaper(
  leftovers: Engine<Leftover, LeftoverEvent, LeftoverCommand>,
  now: () => Instant,
): Reaper {
  return {
    take: async (remains, left, why) => {
      const id = leftoverId(remains.owner, remains.attempt);
      await leftovers.record(id, () => ({ type: 'left-behind', remains, left, why, at: now() }));
    },
  };
}
