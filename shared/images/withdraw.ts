import { secondsBetween } from '../instant.ts';
import { somethingLeft } from './clean-up.ts';
import type { RemainsPorts } from './remains.ts';
import { done, type EnsureVersionStage, running } from './stage.ts';

/** A look that began before the end was decided may still have a request on its way to Azure. */
const lateRequestsSeconds = 120;

/**
 * A version that will not be is taken back: the bench is emptied, and a capture that was not finished is removed.
 * A finished one stays in the gallery, dark, for hosts may run it; who moves them sees that it will not be.
 */
export function ensureWithdrawn(ports: RemainsPorts): EnsureVersionStage {
  return async ({ work: version, now, since }) => {
    const left = await somethingLeft(ports, version);
    if (left) return left;
    if (secondsBetween(since, now) < lateRequestsSeconds) {
      return running('what may still be on its way to Azure', lateRequestsSeconds);
    }
    return done({ benchGoneAt: version.facts.benchGoneAt ?? now, captureFailed: false });
  };
}
