import { type Failure, failure } from '../errors.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import type { Copy, CopyEvent } from './copy.ts';
import type { Place, PlaceEvent } from './place.ts';
import { usesIn } from './remove.ts';
import { wantCopy } from './want.ts';
import {
  type Copies,
  placeId,
  type Places,
  type PoolsAt,
  type Use,
  type Verdict,
  type Versions,
  type VersionStanding,
} from './stage.ts';

export interface PortParts {
  readonly copies: Copies;
  readonly copyStore: WorkflowStore<Copy, CopyEvent>;
  readonly places: Places;
  readonly placeStore: WorkflowStore<Place, PlaceEvent>;
  readonly versions: Versions;
  readonly poolsAt: PoolsAt;
  readonly now: () => Instant;
}

/** Whoever asks for the removal again, this long after it failed, means it to be tried again. */
const asksAnewSeconds = 60;

/** What the other rooms ask of the copies of a version. */
export function sharingPort(parts: PortParts) {
  const { copies, copyStore, places, placeStore, versions, poolsAt, now } = parts;

  const copiesOfVersion = async (set: string, number: string) => {
    const all = await copyStore.loadAll(`${set}.${number}.`);
    return all
      .map(({ id, saved }) => ({ id, copy: saved.state }))
      .filter(({ copy }) => copy.phase !== 'removed');
  };

  const usesOf = async (set: string, number: string): Promise<readonly Use[]> => {
    const uses: Use[] = [];
    for (const { copy } of await copiesOfVersion(set, number)) {
      // By a grant there is no copy: who uses the original at the place uses the version itself.
      if (copy.plan.how === 'copy') uses.push(...usesIn(await poolsAt(set, copy.place), copy));
    }
    return uses;
  };

  return {
    usesOf,

    /**
     * A version is on its way to all places that its set has now. Safe to repeat. Whoever hands it over says so
     * before it calls itself available, which is why one that is still being built is none that is refused.
     */
    ensureCopies: async (set: string, number: string, by = 'goldsmith'): Promise<void> => {
      const standing = await versions.standing(set, number);
      const status = standing?.status === 'building' ? 'available' : standing?.status;
      if (!standing || !status || refusalOf({ ...standing, status }, number)) return;
      const all = await placeStore.loadAll(`${set}.`);
      const there = all.map(({ saved }) => saved.state).filter(({ phase }) => phase === 'there');
      for (const place of there) await wantCopy(parts, { place, number, standing, by });
    },

    /**
     * The image version to use at a place: of the copy there, once it is complete. Asking is wanting it: a place
     * that came after the version gets its copy when somebody means to use it there.
     */
    imageVersionAt: async (
      set: string,
      number: string,
      name: string,
    ): Promise<{ imageVersionId: string } | { waitingFor: string } | { failure: Failure }> => {
      const place = await places.load(placeId(set, name));
      if (place?.phase !== 'there') {
        return { failure: failure('NotFound', `Image set ${set} has no place ${name}.`) };
      }
      const standing = await versions.standing(set, number);
      if (!standing) return { failure: failure('NotFound', `Image set ${set} has no version ${number}.`) };
      if (standing.status === 'building') return { waitingFor: `version ${number} to be available` };
      const refusal = refusalOf(standing, number);
      if (refusal) return { failure: refusal };
      const copy = await wantCopy(parts, { place, number, standing, by: 'goldsmith' });
      if (copy.phase === 'completed' && copy.facts.imageVersionId !== undefined) {
        return { imageVersionId: copy.facts.imageVersionId };
      }
      if (copy.phase === 'failed') return { failure: copy.failure };
      return { waitingFor: `the copy at ${name}: ${waitingForOf(copy)}` };
    },

    /** No copy of the version is left anywhere. Refused while a host pool uses one; safe to repeat. */
    ensureCopiesRemoved: async (set: string, number: string): Promise<Verdict> => {
      const [use] = await usesOf(set, number);
      if (use) {
        return { status: 'failed', failure: failure('ReferencedVersionCannotBeDeleted', use.message) };
      }
      const open = await copiesOfVersion(set, number);
      for (const { id, copy } of open) {
        if (copy.phase === 'removing') continue;
        const hasFailed = copy.phase === 'failed' && copy.stage === 'remove';
        if (hasFailed && now() < secondsAfter(copy.failedAt, asksAnewSeconds)) {
          return { status: 'failed', failure: copy.failure };
        }
        const reason = `version ${number} is being deleted`;
        await copies.record(id, () => ({ type: 'unwanted', by: 'goldsmith', reason, at: now() }));
      }
      if (open.length === 0) return { status: 'done' };
      const names = open.map(({ copy }) => `${copy.place} (${waitingForOf(copy)})`);
      return { status: 'running', waitingFor: `its copies to be gone: ${names.join(', ')}` };
    },

    /** The copies of a version, for people who ask where it is: they go with it, and hold nothing. */
    copyUses: async (set: string, number: string): Promise<readonly Use[]> => {
      const all = await copiesOfVersion(set, number);
      return all.map(({ copy: { place, phase } }) => ({
        kind: 'copy',
        name: place,
        message: `Its copy at ${place} is ${phase}.`,
      }));
    },

    /** The copies that have, or had, machines made of them. */
    copiesOf: async (set: string, number: string) => {
      const all = await copiesOfVersion(set, number);
      return all.flatMap(({ copy }) => {
        const { place, phase, facts } = copy;
        const { imageVersionId } = facts;
        return imageVersionId === undefined ? [] : [{ place, imageVersionId, state: phase }];
      });
    },
  };
}

/** Why no copy of the version is begun, or used. */
export function refusalOf({ status, imageVersionId }: VersionStanding, number: string): Failure | undefined {
  switch (status) {
    case 'revoked':
      return failure('Revoked', `Version ${number} is revoked.`);
    case 'deleting':
    case 'deleted':
    case 'failed':
    case 'canceled':
      return failure('VersionOver', `Version ${number} is ${status}.`);
    case 'building':
      return failure('VersionNotReady', `Version ${number} is not available yet.`);
    default:
      if (imageVersionId !== undefined) return undefined;
      return failure('VersionNotReady', `Version ${number} is not in the gallery.`);
  }
}

function waitingForOf(copy: Copy): string {
  return ('standing' in copy && copy.standing.waitingFor) || copy.phase;
}
