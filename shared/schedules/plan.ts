import type { Instant } from '../instant.ts';
import type { When } from './when.ts';

/** What a schedule asks for, each time that it is due. */
export interface Wanted {
  readonly imageSet: string;
  readonly bump?: 'major' | 'minor' | 'patch';
  readonly notes: string;
  readonly release: boolean;
  readonly upTo?: string;
}

export interface SchedulePlan {
  readonly when: When;
  readonly request: Wanted;
  readonly enabled: boolean;
  /** A run that nobody could begin within so many minutes is missed: begun late, once, or not at all. */
  readonly missed: { readonly policy: 'run-once' | 'skip'; readonly afterMinutes: number };
  /** What to do while what the run before began is not over. */
  readonly overlap: 'skip' | 'wait';
  readonly blackouts: readonly Blackout[];
  /** What becomes of a run that falls into a blackout. */
  readonly inBlackout: 'skip' | 'run-after';
}

/** Nothing is begun from then until then. */
export interface Blackout {
  readonly from: Instant;
  readonly until: Instant;
  readonly reason: string;
}

/** The one that ends last, of those that lie on the moment. */
export function blackoutAt({ blackouts }: SchedulePlan, at: Instant): Blackout | undefined {
  return blackouts
    .filter(({ from, until }) => from <= at && at < until)
    .toSorted((a, b) => (a.until < b.until ? 1 : -1))[0];
}

/** The first moment from `at` on that lies in no blackout: where one ends another may lie. */
export function clearFrom(plan: SchedulePlan, at: Instant): Instant {
  const blackout = blackoutAt(plan, at);
  return blackout ? clearFrom(plan, blackout.until) : at;
}
