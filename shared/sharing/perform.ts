import { failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Outcome } from '../workflow/engine.ts';
import { lookAtStage } from '../workflow/look.ts';
import type { StageCommand } from '../workflow/stages.ts';
import type { Copy, CopyEvent, CopyFacts, CopyStage } from './copy.ts';
import type { Place, PlaceEvent, PlaceStage } from './place.ts';
import { type EnsureCopyStage, type EnsurePlaceStage, placeId, type Versions } from './stage.ts';

interface Parts {
  readonly stages: Record<CopyStage, EnsureCopyStage>;
  /** By the id of the place. */
  readonly placeOf: (id: string) => Promise<Place | undefined>;
  readonly versions: Versions;
  readonly now: () => Instant;
}

/** Nothing that is made of such a version is of use to anybody. */
const isOver: ReadonlySet<string> = new Set(['deleting', 'deleted', 'failed', 'canceled']);

/**
 * Carries out what a copy's life calls for. Each look asks first whether it is still wanted: whoever deletes the
 * version or the place writes that first, and then asks who uses it (V5), so that one of the two sees the other.
 */
export function performCopy({ stages, placeOf, versions, now }: Parts) {
  const look = lookAtStage<CopyStage, Copy, CopyFacts>({ stages, now });
  const over = async (copy: Copy): Promise<CopyEvent | undefined> => {
    const { set, number, place } = copy;
    const unwanted = (reason: string): CopyEvent => ({
      type: 'unwanted',
      by: 'goldsmith',
      reason,
      at: now(),
    });
    if ((await placeOf(placeId(set, place)))?.phase !== 'there')
      return unwanted(`place ${place} was deleted`);
    const { status = 'deleted' } = (await versions.standing(set, number)) ?? {};
    if (isOver.has(status)) return unwanted(`version ${number} is ${status}`);
    if (status !== 'revoked') return undefined;
    return { type: 'stopped', failure: failure('Revoked', `Version ${number} is revoked.`), at: now() };
  };
  return async (id: string, command: StageCommand, copy: Copy): Promise<Outcome<CopyEvent>> => {
    if (!('standing' in copy)) throw new Error(`${id} is ${copy.phase} and calls for nothing`);
    const event = copy.phase === 'running' ? await over(copy) : undefined;
    return event ? { event } : await look(id, command, copy, copy.standing);
  };
}

/** Carries out what the life of a deleted place calls for. */
export function performPlace(stages: Record<PlaceStage, EnsurePlaceStage>, now: () => Instant) {
  const look = lookAtStage<PlaceStage, Place, object>({ stages, now });
  return async (id: string, command: StageCommand, place: Place): Promise<Outcome<PlaceEvent>> => {
    if (!('standing' in place)) throw new Error(`${id} is ${place.phase} and calls for nothing`);
    return await look(id, command, place, place.standing);
  };
}
