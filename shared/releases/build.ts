import type { Versions } from './ports.ts';
import { done, type EnsureReleaseStage, running } from './stage.ts';

/**
 * The version is in the gallery, and in one region at least: host pools begin as their own is there. One that
 * failed can be retried, so that a failed build is not the end of its release.
 */
export function ensureBuilt(versions: Versions): EnsureReleaseStage {
  return async ({ work: { set, number } }) => {
    const version = await versions.standing(set, number);
    if (!version) return running(`version ${number} to be requested`, 60);
    const { requestedBy, imageVersionId, status, regionsCompleted, failure, waitingFor } = version;
    const facts = { requestedBy, ...(imageVersionId !== undefined && { imageVersionId }) };
    if (status === 'failed') {
      return running(
        `a retry of the version, which failed: ${failure?.message ?? 'no reason is known'}`,
        300,
        {
          facts,
        },
      );
    }
    const isThere = status !== 'building' || regionsCompleted > 0;
    if (imageVersionId !== undefined && isThere) return done(facts);
    return running(`the version to be built: ${waitingFor ?? 'its first look'}`, 60, { facts });
  };
}
