import { AppError } from '../errors.ts';
import type { Remains } from './leftover.ts';
import { allOf, remainsOf, type RemainsPorts, takeAway } from './remains.ts';
import { done, type EnsureVersionStage } from './stage.ts';

/** Who goes on trying when a version has given up. Telling it twice is telling it once. */
export interface Reaper {
  readonly take: (remains: Remains, left: readonly string[], why: string) => Promise<void>;
}

/** What could not be taken away is on the reaper's list, and the version goes its way. */
export function ensureQuarantined(ports: RemainsPorts, reaper: Reaper): EnsureVersionStage {
  return async ({ work: version, now }) => {
    const remains = remainsOf(version);
    const { left, refusal } = await attempt(ports, remains);
    if (left.length === 0) return done({ benchGoneAt: now });
    const why = refusal?.message ?? version.facts.notCleanedUp?.message ?? 'Azure had not deleted it yet.';
    await reaper.take(remains, left, why);
    return done({ leftovers: left });
  };
}

/** A last try. Where Azure does not even answer, all that there may be counts as left. */
async function attempt(ports: RemainsPorts, remains: Remains) {
  try {
    return await takeAway(ports, remains);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { left: allOf(remains), refusal: error };
  }
}
