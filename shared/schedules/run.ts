import type { Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';

/** One time that it was due. Its id is made of the moment, so that one moment is one run whoever saw it. */
export interface Run {
  readonly id: string;
  readonly dueAt: Instant;
  readonly why: 'due' | 'by hand' | 'new source';
  readonly by?: string;
  readonly state: 'starting' | 'started' | 'skipped' | 'failed';
  readonly at: Instant;
  /** The version that it began. */
  readonly version?: string;
  readonly reason?: string;
  readonly failure?: Failure;
}

/** A run that is to begin: at once, after a blackout, or when the one before is over. */
export interface Pending {
  readonly run: Run;
  readonly lookAt: Instant;
  readonly waitingFor: string;
  readonly deadline: Instant;
  /** Its version was asked for, and nobody has heard what came of that: nothing keeps it back any more. */
  readonly isAsked?: true;
}

/** Of each source one run. */
export const sourceRun = (source: string) => `source-${source.replaceAll(/[^\w.-]/g, '-')}`;

const moment = (at: Instant) => at.replaceAll(/[:.]/g, '-');

/** Named after its moment. */
export function runOf(dueAt: Instant, at: Instant, why: Run['why']): Run {
  return { id: `due-${moment(dueAt)}`, dueAt, why, at, state: 'starting' };
}

/** Named after the request that asked for it; one from before requests were named, after its moment. */
export function runByHand(at: Instant, by: string, request: string = moment(at)): Run {
  return { id: `hand-${request}`, dueAt: at, why: 'by hand', at, state: 'starting', by };
}
