import type { Workflow } from '../workflow/workflow.ts';

/**
 * Which attempts there were to validate a version in a channel. A release counts its own, people ask when they
 * like: each asks by a name of its own and is given a number here, so that neither is given the other's.
 */
export interface Attempts {
  readonly latest: number;
  /** The number that each request was given. */
  readonly given: Readonly<Record<string, number>>;
}

export interface AttemptsEvent {
  readonly type: 'asked';
  readonly request: string;
  readonly number: number;
}

export const attemptsLife: Workflow<Attempts, AttemptsEvent, never> = {
  evolve(attempts, { request, number }) {
    const { latest, given } = attempts ?? { latest: 0, given: {} };
    if (given[request] !== undefined) return attempts;
    return { latest: Math.max(latest, number), given: { ...given, [request]: number } };
  },
  decide: () => ({}),
  isNews: () => false,
};
