import type { Versions } from './ports.ts';
import { done, type EnsureChannelStage } from './stage.ts';

/**
 * The version may be used. Asked after the movement is on record: whoever takes the version away writes that
 * down first and then asks who holds it, so that at least one of the two sees the other.
 */
export function ensureAdmitted({ refusal }: Pick<Versions, 'refusal'>): EnsureChannelStage {
  return async ({ work: { set, holds } }) => {
    const failure = await refusal(set, holds.number);
    return failure ? { status: 'failed', failure } : done();
  };
}
