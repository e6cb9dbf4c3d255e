import type { WorkflowStore } from '../workflow/store.ts';
import type { Copy, CopyEvent } from './copy.ts';
import type { SharingGallery } from './gallery.ts';
import {
  type Copies,
  done,
  type EnsureCopyStage,
  type EnsurePlaceStage,
  failed,
  isChanging,
  isSameId,
  isSettled,
  ofPlace,
  type PoolsAt,
  running,
  type Use,
} from './stage.ts';

/** The copy is gone. What is not ours stays, and so do gallery and definition: others may have put things there. */
export function ensureRemoved(gallery: SharingGallery, poolsAt: PoolsAt): EnsureCopyStage {
  return async ({ id, work: copy, now }) => {
    const { plan, number, askedAt } = copy;
    if (plan.how !== 'copy') return done();
    const ref = { ...plan.gallery, number };
    const found = await gallery.findCopy(ref);
    if (found?.owner !== id) {
      return isSettled(askedAt, now) ? done() : running('a request of before to have its effect', 60);
    }
    if (isChanging(found)) return running('Azure to end a change of the copy', 60);
    // Asked at the last moment, whatever was found when it was wanted gone.
    const [use] = usesIn(await poolsAt(copy.set, copy.place), {
      ...copy,
      facts: { imageVersionId: found.id },
    });
    if (use) return failed('ReferencedVersionCannotBeDeleted', use.message);
    await gallery.removeCopy(ref);
    return running('the copy to be gone', 60);
  };
}

/** Which host pools use a copy. */
export function usesIn(pools: Awaited<ReturnType<PoolsAt>>, { facts, number, place }: Copy): readonly Use[] {
  const { imageVersionId } = facts;
  if (imageVersionId === undefined) return [];
  return pools
    .filter(({ imageVersionIds }) => imageVersionIds.some((one) => isSameId(one, imageVersionId)))
    .map(({ name }) => ({
      kind: 'host-pool',
      name,
      message: `Host pool ${name} uses the copy of ${number} at ${place}.`,
    }));
}

/** All copies at a place are gone, or on their way out. */
export function ensureEmptied(copies: Copies, store: WorkflowStore<Copy, CopyEvent>): EnsurePlaceStage {
  return async ({ work: place, since, now }) => {
    const open = await copiesAt(store, place.set, place.name);
    for (const { id, copy } of open) {
      if (copy.phase === 'removing') continue;
      const isOver = copy.phase === 'failed' && copy.stage === 'remove' && copy.failedAt > since;
      if (isOver) return { status: 'failed', failure: copy.failure };
      const reason = `place ${place.name} was deleted`;
      await copies.record(id, () => ({ type: 'unwanted', by: 'goldsmith', reason, at: now }));
    }
    if (open.length === 0) return ofPlace.done();
    const names = open.map(({ copy }) => copy.number);
    return ofPlace.running(`the copies of ${names.join(', ')} to be gone`, 60);
  };
}

/** The copies at a place that are not gone. */
export async function copiesAt(store: WorkflowStore<Copy, CopyEvent>, set: string, place: string) {
  const all = await store.loadAll(`${set}.`);
  return all
    .map(({ id, saved }) => ({ id, copy: saved.state }))
    .filter(({ copy }) => copy.place === place && copy.phase !== 'removed');
}
