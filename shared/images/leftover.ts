import { type Instant, minutesAfter } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';

/** What one attempt of a version may have left in Azure. Plain data: it outlives the attempt. */
export interface Remains {
  readonly owner: string;
  readonly set: string;
  readonly attempt: number;
  /** The ids of everything that it was to make on the bench. */
  readonly parts: readonly string[];
  /** A machine that was lent to it: ours are only the scripts on it. */
  readonly lent?: {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly name: string;
  };
  /** The image version of a capture that never came to its end. */
  readonly unfinished?: {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly gallery: string;
    readonly definition: string;
    readonly number: string;
  };
}

/** What one attempt of a version left behind, and the reaper's tries to take it away. */
export interface Leftover {
  readonly remains: Remains;
  readonly since: Instant;
  /** The ids of what was still there when last looked. */
  readonly left: readonly string[];
  readonly why: string;
  readonly tries: number;
  /** How often in a row Azure refused. */
  readonly refusals: number;
  readonly look: number;
  readonly lookAt: Instant;
  readonly goneAt?: Instant;
}

export type LeftoverEvent =
  | {
      readonly type: 'left-behind';
      readonly remains: Remains;
      readonly left: readonly string[];
      readonly why: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'still-there';
      readonly look: number;
      /** Azure will not let go of it; otherwise it is on its way, or Azure had no answer. */
      readonly isRefused: boolean;
      readonly left: readonly string[];
      readonly why: string;
      readonly at: Instant;
    }
  /** Somebody wants it to be tried now. */
  | { readonly type: 'hurried'; readonly at: Instant }
  | { readonly type: 'gone'; readonly look: number; readonly at: Instant };

export type LeftoverCommand = { readonly type: 'reap' };

/** Between refusals: close together at first, then every six hours. The reaper never gives up, and never hurries. */
const pauseMinutes = (refusals: number) => Math.min(10 * 2 ** refusals, 360);
/** What is on its way out is soon gone. */
const soonMinutes = 5;

/** What would not go is tried again until it is gone, however long that takes. */
export const leftoverLife: Workflow<Leftover, LeftoverEvent, LeftoverCommand> = {
  evolve(leftover, event) {
    if (event.type === 'left-behind') return leftBehind(leftover, event);
    if (!leftover || leftover.goneAt !== undefined) return leftover;
    if (event.type === 'hurried') {
      return leftover.lookAt > event.at ? { ...leftover, lookAt: event.at } : leftover;
    }
    return leftover.look === event.look ? tried(leftover, event) : leftover;
  },
  decide(leftover, now) {
    if (leftover.goneAt !== undefined) return {};
    return now < leftover.lookAt ? { lookAgainAt: leftover.lookAt } : { command: { type: 'reap' } };
  },
  // The first and the last line tell the story; a hundred tries in between would bury them.
  isNews: ({ type }) => type !== 'still-there',
};

type Event<Type extends LeftoverEvent['type']> = Extract<LeftoverEvent, { readonly type: Type }>;

function leftBehind(leftover: Leftover | undefined, event: Event<'left-behind'>): Leftover {
  if (leftover && leftover.goneAt === undefined) return leftover;
  const { remains, left, why, at } = event;
  // Of one attempt something may be left twice: when its bench is cleaned up, and when it is taken back.
  const none = { tries: 0, refusals: 0, look: leftover?.look ?? 0 };
  return { remains, since: at, left, why, ...none, lookAt: minutesAfter(at, soonMinutes) };
}

function tried(leftover: Leftover, event: Event<'still-there' | 'gone'>): Leftover {
  const tries = leftover.tries + 1;
  const look = leftover.look + 1;
  if (event.type === 'gone') return { ...leftover, tries, look, left: [], goneAt: event.at };
  const refusals = event.isRefused ? leftover.refusals + 1 : 0;
  const lookAt = minutesAfter(event.at, event.isRefused ? pauseMinutes(refusals) : soonMinutes);
  return { ...leftover, tries, refusals, look, lookAt, left: event.left, why: event.why };
}
