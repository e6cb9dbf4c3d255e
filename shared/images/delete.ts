import { failure } from '../errors.ts';
import { type Instant, secondsBetween } from '../instant.ts';
import type { Progress, Settled } from '../workflow/look.ts';
import type { Gallery, ImageVersion } from './gallery.ts';
import type { Version } from './image.ts';
import { isAtRest, shouldBeProtected } from './latest.ts';
import { imageVersion } from './names.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';
import { askedOf } from './usage.ts';
import type { Use, UsedBy } from './use.ts';
import type { Facts } from './version.ts';

/** What deleting a version needs of the other rooms: handed in by the app. */
export interface DeletePorts {
  readonly gallery: Gallery;
  readonly usedBy: UsedBy;
  /** Sees to it that none of its copies at other places is left. */
  readonly ensureCopiesRemoved: (
    set: string,
    number: string,
  ) => Promise<
    | { readonly status: 'running'; readonly waitingFor: string }
    | { readonly status: 'done' }
    | { readonly status: 'failed'; readonly failure: ReturnType<typeof failure> }
  >;
}

/** A removal whose answer was lost may still be on its way to Azure. */
const lateRequestsSeconds = 120;

/** V5 in words: who still holds it. */
export function inUse(uses: readonly Use[]): string {
  const [first, ...more] = uses.map(({ message }) => message);
  return `It is in use: ${first}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
}

/**
 * Copies elsewhere first, then Azure's own protection lifted, then the version itself, then proven gone. V5: who uses
 * it is asked at every look, and a last time between the intention to remove it and the removal: `deleting` was
 * written before, so that whoever begins to use it from now on sees that, and steps back.
 */
export function ensureDeleted(ports: DeletePorts): EnsureVersionStage {
  const { gallery, usedBy, ensureCopiesRemoved } = ports;
  return async ({ work: version, now, intent }): Promise<Progress<Facts>> => {
    const ref = imageVersion(version);
    const found = await gallery.findVersion(ref);
    if (found && found.owner !== versionId(version)) {
      return failed(
        'ForeignResource',
        `Image version ${ref.number} of ${ref.gallery}/${ref.definition} is not ours.`,
      );
    }
    if (found?.provisioningState === 'Deleting') return running('Azure to delete the image version', 60);
    if (found) {
      const uses = await usedBy(askedOf(version));
      if (uses.length > 0) return await refused(gallery, version, { found, uses, now, intent });
    }
    const copies = await ensureCopiesRemoved(version.set, version.number);
    if (copies.status === 'failed') return copies;
    if (copies.status === 'running') return running(copies.waitingFor, 30);
    if (!found) return done();
    if (!isAtRest(found)) return running('Azure to finish a change of the version', 60);
    if (found.isProtected) {
      await gallery.changeVersion(ref, { isProtected: false });
      return running('Azure to lift the protection until its end of life', 30);
    }
    return {
      status: 'intend',
      what: 'to delete the image version',
      before: found.id,
      proceed: async (): Promise<Settled<Facts>> => {
        const late = await usedBy(askedOf(version));
        // The next look finds the same, and ends it in order.
        if (late.length > 0) return running(inUse(late), 1);
        await gallery.removeVersion(ref);
        return running('Azure to delete the image version', 60);
      },
    };
  };
}

interface Refused {
  readonly found: ImageVersion;
  readonly uses: readonly Use[];
  readonly now: Instant;
  readonly intent: { readonly at: Instant } | undefined;
}

/** Before it is what it was again, nothing is on its way to remove it, and Azure protects it as before. */
async function refused(
  gallery: Gallery,
  version: Version,
  { found, uses, now, intent }: Refused,
): Promise<Settled<Facts>> {
  const open = intent ? lateRequestsSeconds - secondsBetween(intent.at, now) : 0;
  if (open > 0) return running('what may still be on its way to Azure', open);
  if (shouldBeProtected(found, now)) {
    if (isAtRest(found)) await gallery.changeVersion(imageVersion(version), { isProtected: true });
    return running('Azure to protect it until its end of life again', 30);
  }
  return { status: 'failed', failure: failure('ReferencedVersionCannotBeDeleted', inUse(uses)) };
}
