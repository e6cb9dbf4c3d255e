import { type Failure, failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Outcome, Override } from './course.ts';
import type { Check, Validated } from './ports.ts';

/** P1, P3: whether a validation lets its version go on, and by whose word where not by its own. */
export type Verdict =
  | { readonly isLetThrough: true; readonly overrides: readonly Override[] }
  | { readonly isLetThrough: false; readonly failure: Failure };

const inTheWay: ReadonlySet<Check['state']> = new Set(['failed', 'inconclusive', 'errored']);

/** The required checks that have ended and did not pass: what can be overridden by name. */
export function wrongOf({ checks }: Validated): readonly Check[] {
  return checks.filter(({ required, state }) => required && inTheWay.has(state));
}

/** Only `passed` has passed; what failed or is inconclusive needs a word for each of its checks that still counts. */
export function verdictOf(
  validation: Validated,
  channel: string,
  overrides: readonly Override[],
  now: Instant,
): Verdict {
  const { id, status } = validation;
  const no = (code: 'CheckFailed' | 'CheckInconclusive', message: string) =>
    ({ isLetThrough: false, failure: failure(code, message) }) as const;
  if (status === 'passed') return { isLetThrough: true, overrides: [] };
  if (status === 'running')
    return no('CheckInconclusive', `Validation ${id} is still running: wait for its end.`);
  if (status === 'canceled') return no('CheckInconclusive', `Validation ${id} was canceled.`);
  const counting = overrides.filter((one) => one.channel === channel && now < one.expiresAt);
  const wrong = wrongOf(validation);
  const isOpen = validation.checks.some(
    ({ required, state }) => required && (state === 'pending' || state === 'running'),
  );
  const left = wrong.filter(({ name }) => !counting.some(({ checks }) => checks.includes(name)));
  if (left.length === 0 && wrong.length > 0 && !isOpen) {
    const used = counting.filter(({ checks }) => wrong.some(({ name }) => checks.includes(name)));
    return { isLetThrough: true, overrides: used };
  }
  const told = left.map(({ name, state, evidence }) => `${name} ${state}: ${evidence}`).join('; ');
  const message = `Validation ${id} in ${channel} is ${status}: ${told || 'its checks did not come to their end'}`;
  return no(status === 'failed' ? 'CheckFailed' : 'CheckInconclusive', ended(message));
}

const ended = (text: string) => (text.endsWith('.') ? text : `${text}.`);

/** What a release keeps of a validation. */
export function outcomeOf(validation: Validated): Outcome {
  const { id, status, endedAt, checks } = validation;
  return {
    id,
    status,
    ...(endedAt !== undefined && { endedAt }),
    passed: checks.filter(({ state }) => state === 'passed').length,
    of: checks.length,
    wrong: wrongOf(validation).map(({ name, state, evidence }) => ({
      name,
      state,
      evidence: evidence.slice(0, 300),
    })),
  };
}
