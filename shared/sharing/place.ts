import type { Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import {
  answers,
  decideStage,
  entered,
  isStageNews,
  type StageCommand,
  type StageEvent,
  type Standing,
  stayed,
} from '../workflow/stages.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { DefinitionRef, GalleryRef, Grantee, PlaceRegion } from './gallery.ts';

/** Where versions of an image set are used from, outside the set's own gallery; and how they get there. */
export type PlacePlan = GrantPlan | CopyPlan;

/** The set's gallery is shared with it: there is one version, and it is used from there. */
export interface GrantPlan {
  readonly how: 'grant';
  /** That of the set. */
  readonly gallery: GalleryRef;
  readonly subscriptionId: string;
  readonly tenantId?: string;
  /** With whom the gallery is shared. */
  readonly grantee: Grantee;
}

/** A version of its own in a gallery there. */
export interface CopyPlan {
  readonly how: 'copy';
  readonly gallery: DefinitionRef;
  /** Of the gallery, where it has to be made. */
  readonly location: string;
  readonly regions: readonly PlaceRegion[];
}

/** What a place that is deleted still goes through: it is emptied of its copies, then what was granted is withdrawn. */
export const placeStages = { empty: 2880, withdraw: 600 } as const;
export type PlaceStage = keyof typeof placeStages;

interface Known {
  readonly set: string;
  readonly name: string;
  readonly plan: PlacePlan;
  readonly revision: number;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  /** The number of its next look, while nobody looks: an answer to an attempt before is old news. */
  readonly looks: number;
}
export type Place = Known &
  (
    | { readonly phase: 'there' }
    | { readonly phase: 'removing'; readonly standing: Standing<PlaceStage> }
    /** Something of it could not be taken away. */
    | { readonly phase: 'stuck'; readonly stage: PlaceStage; readonly failure: Failure }
    | { readonly phase: 'removed' }
  );

type Answer = StageEvent<PlaceStage, object>;
export type PlaceEvent =
  | {
      readonly type: 'put';
      readonly set: string;
      readonly name: string;
      readonly plan: PlacePlan;
      readonly by: string;
      readonly at: Instant;
    }
  | { readonly type: 'deleted'; readonly by: string; readonly at: Instant }
  | Answer;

/** A place is there until it is deleted, and gone once nothing of ours is left at it. */
export const placeLife: Workflow<Place, PlaceEvent, StageCommand> = {
  evolve(place, event) {
    if (event.type === 'put') return afterPut(place, event);
    if (!place) return undefined;
    if (event.type === 'deleted') return afterDeletion(place, event.at);
    return afterLook(place, event);
  },

  decide: (place, now) => (place.phase === 'removing' ? decideStage(place.standing, now) : {}),

  isNews: isStageNews,
};

function afterPut(
  place: Place | undefined,
  { set, name, plan, at }: Extract<PlaceEvent, { type: 'put' }>,
): Place {
  const revision = (place?.revision ?? 0) + 1;
  if (!place || place.phase === 'removed') {
    const looks = place?.looks ?? 0;
    return { set, name, plan, revision, createdAt: at, changedAt: at, looks, phase: 'there' };
  }
  const isSame = JSON.stringify(place.plan) === JSON.stringify(plan);
  if (place.phase !== 'there' || isSame) return place;
  return { ...place, plan, revision, changedAt: at };
}

function afterDeletion(place: Place, at: Instant): Place {
  if (place.phase !== 'there' && place.phase !== 'stuck') return place;
  const standing = entered<PlaceStage>('empty', at, placeStages.empty, place.looks);
  return { ...known(place), phase: 'removing', standing };
}

function afterLook(place: Place, event: Answer): Place {
  if (place.phase !== 'removing' || !answers(place.standing, event)) return place;
  const { at } = event;
  switch (event.type) {
    case 'stage-running':
    case 'stage-intended':
    case 'stage-troubled':
      return { ...place, standing: stayed(place.standing, event) };
    case 'stage-done': {
      if (event.stage === 'withdraw') return { ...known(place), phase: 'removed' };
      const look = place.standing.look + 1;
      return { ...place, standing: entered('withdraw', at, placeStages.withdraw, look) };
    }
    case 'stage-failed':
    case 'stage-overdue':
      return { ...known(place), phase: 'stuck', stage: event.stage, failure: event.failure };
  }
}

function known(place: Place): Known {
  const { set, name, plan, revision, createdAt, changedAt } = place;
  const looks = 'standing' in place ? place.standing.look + 1 : place.looks;
  return { set, name, plan, revision, createdAt, changedAt, looks };
}
