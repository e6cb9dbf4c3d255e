import { failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Settled } from '../workflow/look.ts';
import type { Gallery, ImageVersion, ImageVersionRef } from './gallery.ts';

type Answer = Extract<Settled<never>, { status: 'failed' }> | { readonly status: 'done' } | Waiting;

interface Waiting {
  readonly status: 'running';
  readonly waitingFor: string;
  readonly lookAgainInSeconds: number;
}

const waiting = (waitingFor: string, lookAgainInSeconds: number): Waiting => ({
  status: 'running',
  waitingFor,
  lookAgainInSeconds,
});

/** Only these three are an end; in any other state Azure is at a change, and takes no second one. */
export function isAtRest({ provisioningState }: Pick<ImageVersion, 'provisioningState'>): boolean {
  return ['Succeeded', 'Failed', 'Canceled'].includes(provisioningState);
}

/** It has an end of life, and Azure would let it be deleted before. */
export function isEndless({ isProtected, endOfLifeDate }: ImageVersion): boolean {
  return endOfLifeDate !== undefined && !isProtected;
}

/** Sees to it that Azure's `latest` includes or excludes an image version of this owner. */
export async function ensureLatest(
  gallery: Gallery,
  ref: ImageVersionRef,
  owner: string,
  included: boolean,
): Promise<Answer> {
  const found = await gallery.findVersion(ref);
  if (!found || found.provisioningState === 'Deleting') {
    // What is gone, or going, is in nobody's `latest`.
    if (!included) return { status: 'done' };
    return {
      status: 'failed',
      failure: failure('VersionOver', 'The image version is gone from the gallery.'),
    };
  }
  if (found.owner !== owner) {
    const why = `Image version ${ref.number} of ${ref.gallery}/${ref.definition} is not ours.`;
    return { status: 'failed', failure: failure('ForeignResource', why) };
  }
  if (!isAtRest(found)) return waiting('Azure to finish a change of the version', 30);
  if (found.excludeFromLatest !== included) return { status: 'done' };
  await gallery.changeVersion(ref, {
    excludeFromLatest: !included,
    ...(included && isEndless(found) && { isProtected: true }),
  });
  return waiting(`Azure to ${included ? 'include the version in' : 'exclude the version from'} latest`, 15);
}

/** Whether Azure should protect it by now, and does not. */
export function shouldBeProtected(found: ImageVersion, now: Instant): boolean {
  return isEndless(found) && (found.endOfLifeDate ?? now) > now;
}
