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
import type { CopyRegion } from './gallery.ts';
import type { PlacePlan } from './place.ts';

/** What a version passes on its way to a place, with the minutes each may take. */
export const copyStages = {
  grant: 600, //     the set's gallery is shared with the place
  place: 600, //     gallery and definition are there, and the definition agrees with the original's
  copy: 2880, //     a version of our own, dark, once the original can be read
  replicate: 2880, // complete in every region of the place
} as const;
/** And on its way back. */
const removal = { remove: 1440 } as const;
type Forward = keyof typeof copyStages;
export type CopyStage = Forward | keyof typeof removal;

/** By `grant` nothing is copied; by `copy` nothing needs a grant, for it is we who read. */
const ways = { grant: ['grant'], copy: ['place', 'copy', 'replicate'] } as const satisfies Record<
  PlacePlan['how'],
  readonly Forward[]
>;

/** What became known of a copy. */
export interface CopyFacts {
  /** What machines at the place are made from. */
  readonly imageVersionId?: string;
  /** The name under which those that it is shared with find it. */
  readonly sharedAs?: string;
  readonly regions?: Readonly<Record<string, CopyRegion>>;
}

interface Known {
  readonly set: string;
  readonly number: string;
  readonly place: string;
  readonly versionId: string;
  /** The image version that it is a copy of. */
  readonly originalId: string;
  /** The place as it was when this copy was last begun. */
  readonly plan: PlacePlan;
  readonly begunAt: Instant;
  readonly facts: CopyFacts;
  /** When Azure was last asked to make it: such a request may have its effect late. */
  readonly askedAt?: Instant;
  /** The number of its next look, while nobody looks: an answer to an attempt before is old news. */
  readonly looks: number;
}
/** One version at one place. */
export type Copy = Known &
  (
    | { readonly phase: 'running' | 'removing'; readonly standing: Standing<CopyStage> }
    | { readonly phase: 'completed'; readonly completedAt: Instant }
    | {
        readonly phase: 'failed';
        readonly stage: CopyStage;
        readonly failure: Failure;
        readonly failedAt: Instant;
      }
    | { readonly phase: 'removed'; readonly removedAt: Instant }
  );

type Answer = StageEvent<CopyStage, CopyFacts>;
export type CopyEvent =
  | ({
      /** Somebody wants it: by a person's retry also what failed is begun anew. */
      readonly type: 'wanted';
      readonly anew: boolean;
      readonly by: string;
      readonly at: Instant;
    } & Pick<Known, 'set' | 'number' | 'place' | 'versionId' | 'originalId' | 'plan'>)
  | { readonly type: 'unwanted'; readonly by: string; readonly reason: string; readonly at: Instant }
  /** It goes no further, for the version is not to be used. */
  | { readonly type: 'stopped'; readonly failure: Failure; readonly at: Instant }
  | Answer;

export const copyLife: Workflow<Copy, CopyEvent, StageCommand> = {
  evolve(copy, event) {
    if (event.type === 'wanted') return afterWanted(copy, event);
    if (!copy) return undefined;
    switch (event.type) {
      case 'unwanted':
        return afterUnwanted(copy, event.at);
      case 'stopped': {
        if (copy.phase !== 'running') return copy;
        const { stage } = copy.standing;
        return { ...known(copy), phase: 'failed', stage, failure: event.failure, failedAt: event.at };
      }
      default:
        return afterLook(copy, event);
    }
  },

  decide: (copy, now) => ('standing' in copy ? decideStage(copy.standing, now) : {}),

  isNews: isStageNews,
};

/** What is gone is made again where it is wanted, and what could not be removed is put right; the rest only by a retry. */
function canBegin(copy: Copy, anew: boolean): boolean {
  if (copy.phase === 'removed') return true;
  return copy.phase === 'failed' && (anew || copy.stage === 'remove');
}

function afterWanted(copy: Copy | undefined, event: Extract<CopyEvent, { type: 'wanted' }>): Copy {
  const { set, number, place, versionId, originalId, plan, at } = event;
  if (copy && !canBegin(copy, event.anew)) return copy;
  const [first] = ways[plan.how];
  const before = copy?.askedAt === undefined ? {} : { askedAt: copy.askedAt };
  const looks = copy ? known(copy).looks : 0;
  const made = { set, number, place, versionId, originalId, plan, begunAt: at, facts: {}, looks, ...before };
  return { ...made, phase: 'running', standing: entered<CopyStage>(first, at, copyStages[first], looks) };
}

function afterUnwanted(copy: Copy, at: Instant): Copy {
  if (copy.phase === 'removing' || copy.phase === 'removed') return copy;
  const kept = known(copy);
  const standing = entered<CopyStage>('remove', at, removal.remove, kept.looks);
  return { ...kept, phase: 'removing', standing };
}

function afterLook(copy: Copy, event: Answer): Copy {
  if (!('standing' in copy) || !answers(copy.standing, event)) return copy;
  const facts = 'facts' in event && event.facts ? { ...copy.facts, ...event.facts } : copy.facts;
  switch (event.type) {
    case 'stage-intended':
      return { ...copy, facts, askedAt: event.intent.at, standing: stayed(copy.standing, event) };
    case 'stage-running':
    case 'stage-troubled':
      return { ...copy, facts, standing: stayed(copy.standing, event) };
    case 'stage-done':
      return afterStage({ ...copy, facts }, event.stage, event.at);
    case 'stage-failed':
    case 'stage-overdue':
      return {
        ...known({ ...copy, facts }),
        phase: 'failed',
        stage: event.stage,
        failure: event.failure,
        failedAt: event.at,
      };
  }
}

function afterStage(copy: Extract<Copy, { standing: unknown }>, stage: CopyStage, at: Instant): Copy {
  if (stage === 'remove') return { ...known(copy), facts: {}, phase: 'removed', removedAt: at };
  const way: readonly Forward[] = ways[copy.plan.how];
  const next = way[way.indexOf(stage) + 1];
  if (!next) return { ...known(copy), phase: 'completed', completedAt: at };
  return { ...copy, standing: entered<CopyStage>(next, at, copyStages[next], copy.standing.look + 1) };
}

/** Without what belongs to its phase. */
function known(copy: Copy): Known {
  const { set, number, place, versionId, originalId, plan, begunAt, facts, askedAt } = copy;
  const looks = 'standing' in copy ? copy.standing.look + 1 : copy.looks;
  const kept = { set, number, place, versionId, originalId, plan, begunAt, facts, looks };
  return askedAt === undefined ? kept : { ...kept, askedAt };
}
