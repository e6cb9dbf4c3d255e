import type { Failure } from '../errors.ts';
import { type Instant, minutesAfter, secondsAfter } from '../instant.ts';
import type { Decision } from './workflow.ts';

/** Where a piece of work stands in its stages. Part of the state of everything that passes stages. */
export interface Standing<Stage> {
  readonly stage: Stage;
  readonly since: Instant;
  /** Counts the answers heard. Each look answers one number, and only the first answer counts. */
  readonly look: number;
  readonly lookAt: Instant;
  readonly deadline: Instant;
  /** How often in a row Azure said no for now. */
  readonly troubles: number;
  /** What the last look found it waits for; empty when it did not say. */
  readonly waitingFor: string;
  readonly intent?: Intent;
}

/** What is about to be done that must not be done twice, kept before it is done. */
export interface Intent {
  readonly attempt: number;
  readonly at: Instant;
  readonly what: string;
  /** What tells afterwards whether it was done, as it was before: an OS disk, a list of sessions. */
  readonly before: string;
}

/** What a look at a stage found. `look` is the number it answers; `facts` is what the work knows now. */
export type StageEvent<Stage, Facts> = {
  readonly stage: Stage;
  readonly look: number;
  readonly at: Instant;
} & (
  | {
      readonly type: 'stage-running';
      lookAt: Instant;
      waitingFor?: string;
      news?: string;
      facts?: Partial<Facts>;
    }
  | { readonly type: 'stage-intended'; intent: Intent; facts?: Partial<Facts> }
  | { readonly type: 'stage-troubled'; failure: Failure; lookAt: Instant }
  | { readonly type: 'stage-done'; facts?: Partial<Facts> }
  | { readonly type: 'stage-failed'; failure: Failure; facts?: Partial<Facts> }
  | { readonly type: 'stage-overdue'; failure: Failure }
);

export type StageCommand = { readonly type: 'look' } | { readonly type: 'give-up' };

/**
 * Unless the one who intended an effect answers, nobody looks again before this has passed: until then he
 * may still be at it. Far longer than a request to Azure may take (`requestTimeoutMs` in azure/clients.ts).
 */
const intentHoldsSeconds = 10 * 60;

export function entered<Stage>(
  stage: Stage,
  at: Instant,
  minutesAllowed: number,
  look: number,
): Standing<Stage> {
  return {
    stage,
    since: at,
    look,
    lookAt: at,
    deadline: minutesAfter(at, minutesAllowed),
    troubles: 0,
    waitingFor: '',
  };
}

/** A stage's next look or, past its deadline, its end. */
export function decideStage<Stage>(standing: Standing<Stage>, now: Instant): Decision<StageCommand> {
  if (now >= standing.deadline) return { command: { type: 'give-up' } };
  if (now < standing.lookAt) {
    return { lookAgainAt: standing.lookAt < standing.deadline ? standing.lookAt : standing.deadline };
  }
  return { command: { type: 'look' } };
}

/** Whether the event answers the look that the work waits for; if not it is old news. */
export function answers<Stage, Facts>(standing: Standing<Stage>, event: StageEvent<Stage, Facts>): boolean {
  return event.stage === standing.stage && event.look === standing.look;
}

type Staying = 'stage-running' | 'stage-intended' | 'stage-troubled';

/** The standing after an event that leaves the work in its stage. */
export function stayed<Stage, Facts>(
  standing: Standing<Stage>,
  event: Extract<StageEvent<Stage, Facts>, { type: Staying }>,
): Standing<Stage> {
  const next = { ...standing, look: standing.look + 1 };
  switch (event.type) {
    case 'stage-running':
      return { ...next, lookAt: event.lookAt, troubles: 0, waitingFor: event.waitingFor ?? '' };
    case 'stage-intended':
      return { ...next, intent: event.intent, lookAt: secondsAfter(event.at, intentHoldsSeconds) };
    case 'stage-troubled':
      return {
        ...next,
        lookAt: event.lookAt,
        troubles: standing.troubles + 1,
        waitingFor: event.failure.message,
      };
  }
}

/** Looks that found nothing new leave no line in history. */
export function isStageNews(event: { readonly type: string; readonly news?: string }): boolean {
  return event.type !== 'stage-running' || event.news !== undefined;
}
