import { secondsBetween } from '../instant.ts';
import { somethingLeft } from './clean-up.ts';
import type { RemainsPorts } from './remains.ts';
import type { Channels } from './roll-out.ts';
import { done, type EnsureVersionStage, running, versionId } from './stage.ts';

/** A look that began before the end was decided may still have a request on its way to Azure. */
const lateRequestsSeconds = 120;

/**
 * A version that will not be is taken back: its rollouts end in order, the bench is emptied, and a capture
 * that was not finished is removed. A finished one stays in the gallery, dark, for hosts may run it.
 */
export function ensureWithdrawn(channels: Channels, ports: RemainsPorts): EnsureVersionStage {
  return async ({ work: version, now, since }) => {
    const { status } = await channels.stopRollouts(versionId(version));
    if (status === 'running') return running('its rollouts to end', 15);
    const left = await somethingLeft(ports, version);
    if (left) return left;
    if (secondsBetween(since, now) < lateRequestsSeconds) {
      return running('late requests to land', lateRequestsSeconds);
    }
    return done({ benchGoneAt: version.facts.benchGoneAt ?? now, captureFailed: false });
  };
}
