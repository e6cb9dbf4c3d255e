import { type Instant, minutesAfter, secondsAfter } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';
import { afterCheck, type Check, type CheckEvent, isOver, newCheck } from './check.ts';
import { mayBeThere } from './course.ts';
import type { Gate } from './gate.ts';

export type Verdict = 'passed' | 'failed' | 'inconclusive';

/** What is validated, where, and who asked. */
export interface Subject {
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  readonly imageVersionId: string;
  readonly channel: string;
  readonly attempt: number;
  readonly by: string;
  /** What the channel had before: what is measured is compared with it. */
  readonly previous?: { readonly number: string; readonly versionId: string };
}

/** One run of a gate for one version in one channel. */
export interface Validation {
  readonly subject: Subject;
  readonly checks: readonly Check[];
  readonly allowNoHosts: boolean;
  /** Of the gate that it began with; 0 is the default. */
  readonly gateRevision: number;
  readonly since: Instant;
  readonly deadline: Instant;
  readonly end?: End;
  /** By host: which machine and disk it was. */
  readonly machines: Readonly<Record<string, string>>;
  /** Counts the answers heard: of two looks at once, the second answer is old news. */
  readonly look: number;
  readonly lookAt: Instant;
  readonly waitingFor: string;
}

interface End {
  readonly verdict: Verdict | 'canceled';
  readonly at: Instant;
  readonly by?: string;
  readonly reason?: string;
}

interface Answer {
  readonly look: number;
  readonly at: Instant;
}

/** What happened to checks, by name, in order. */
export type Told = readonly { readonly check: string; readonly event: CheckEvent }[];

export type ValidationEvent =
  | {
      readonly type: 'begun';
      readonly subject: Subject;
      readonly gate: Gate;
      readonly gateRevision: number;
      readonly at: Instant;
    }
  | ({
      readonly type: 'looked';
      readonly told: Told;
      readonly machines?: Readonly<Record<string, string>>;
      /** Whoever keeps this will start scripts, or tell other systems. */
      readonly intends: boolean;
      readonly waitingFor: string;
      readonly lookInSeconds: number;
      readonly news?: string;
    } & Answer)
  /** What became of what was intended. */
  | ({ readonly type: 'carried-out'; readonly told: Told } & Answer)
  | ({ readonly type: 'ran-out' } & Answer)
  | {
      readonly type: 'reported' | 'linked';
      readonly check: string;
      readonly event: CheckEvent;
      readonly at: Instant;
    }
  | { readonly type: 'canceled'; readonly by: string; readonly reason: string; readonly at: Instant };

export type ValidationCommand = { readonly type: 'look' | 'end' | 'clear' };

/** Unless the one who intended something answers, nobody looks before this: until then he may be at it. */
export const intentHoldsSeconds = 10 * 60;
const soonSeconds = 30;
/** A host that is out of reach keeps its scripts; it is not asked for ever. */
const clearMinutes = 24 * 60;

/** One run of a gate: all its checks go at once, each by itself, and its end is final. */
export const validationLife: Workflow<Validation, ValidationEvent, ValidationCommand> = {
  evolve(validation, event) {
    if (event.type === 'begun') return validation ?? begun(event);
    if (!validation) return undefined;
    if ('look' in event) return afterLook(validation, event);
    if (validation.end) return validation;
    const { at } = event;
    if (event.type !== 'canceled') return settled(withTold(validation, [event]), at);
    const { by, reason } = event;
    const told = validation.checks.map(({ plan }) => canceled(plan.name, reason, at));
    const end: End = { verdict: 'canceled', at, by, reason };
    return { ...withTold(validation, told), end, look: validation.look + 1, lookAt: at };
  },

  decide(validation, now) {
    const { end, deadline, lookAt } = validation;
    if (end) {
      if (!hasTraces(validation)) return {};
      return now < lookAt ? { lookAgainAt: lookAt } : { command: { type: 'clear' } };
    }
    if (now >= deadline) return { command: { type: 'end' } };
    if (now >= lookAt) return { command: { type: 'look' } };
    return { lookAgainAt: lookAt < deadline ? lookAt : deadline };
  },

  isNews: (event) => event.type !== 'looked' || event.news !== undefined,
};

function begun({ subject, gate, gateRevision, at }: Extract<ValidationEvent, { type: 'begun' }>): Validation {
  return {
    subject,
    checks: gate.checks.map((plan) => newCheck(plan, at)),
    allowNoHosts: gate.allowNoHosts,
    gateRevision,
    since: at,
    deadline: minutesAfter(at, gate.minutes),
    machines: {},
    look: 0,
    lookAt: at,
    waitingFor: 'its first look',
  };
}

function canceled(check: string, reason: string, at: Instant) {
  return { check, event: { type: 'canceled', reason, at } } as const;
}

type Heard = Extract<ValidationEvent, Answer>;

function afterLook(validation: Validation, event: Heard): Validation {
  if (event.look !== validation.look) return validation;
  const { at } = event;
  const heard = { ...validation, look: validation.look + 1 };
  switch (event.type) {
    case 'looked': {
      const { told, machines = {}, intends, waitingFor, lookInSeconds } = event;
      const lookAt = secondsAfter(at, intends ? intentHoldsSeconds : lookInSeconds);
      const known = { ...heard, machines: { ...heard.machines, ...machines }, waitingFor, lookAt };
      return settled(withTold(known, told), at);
    }
    case 'carried-out':
      return settled({ ...withTold(heard, event.told), lookAt: secondsAfter(at, soonSeconds) }, at);
    case 'ran-out': {
      const told = heard.checks.map(({ plan }) => ({
        check: plan.name,
        event: { type: 'ran-out', at } as const,
      }));
      return settled(withTold(heard, told), at);
    }
  }
}

function withTold(validation: Validation, told: Told): Validation {
  if (told.length === 0) return validation;
  const checks = validation.checks.map((check) =>
    told.reduce(
      (one, { check: name, event }) => (name === check.plan.name ? afterCheck(one, event) : one),
      check,
    ),
  );
  const isSame = checks.every((check, index) => check === validation.checks[index]);
  return isSame ? validation : { ...validation, checks };
}

/** The run, at its end as soon as nothing is open any more. */
function settled(validation: Validation, at: Instant): Validation {
  if (validation.end) return validation;
  const { checks } = hasFailed(validation) ? unhoped(validation, at) : validation;
  const over = checks === validation.checks ? validation : { ...validation, checks };
  if (!checks.every(isOver)) return over;
  return { ...over, end: { verdict: verdictOf(over), at }, lookAt: at, waitingFor: '' };
}

/** Once a required check has failed nobody waits for what was measured and might yet change. */
function unhoped(validation: Validation, at: Instant): Validation {
  const open = validation.checks.filter(({ plan, state }) => plan.kind === 'health' && state === 'running');
  const told = open.map(({ plan, evidence }) => {
    const event: CheckEvent = { type: 'found', outcome: 'inconclusive', evidence, at };
    return { check: plan.name, event };
  });
  return withTold(validation, told);
}

function hasFailed({ checks }: Validation): boolean {
  return checks.some(({ plan, state }) => plan.required && state === 'failed');
}

/** What the required checks come to; what is advisory never decides. */
export function verdictOf({ checks, allowNoHosts }: Pick<Validation, 'checks' | 'allowNoHosts'>): Verdict {
  const required = checks.filter(({ plan }) => plan.required);
  if (required.some(({ state }) => state === 'failed')) return 'failed';
  const hasPassed = ({ state, hadNoHosts }: Check) =>
    state === 'passed' || (state === 'skipped' && (allowNoHosts || hadNoHosts !== true));
  return required.every(hasPassed) ? 'passed' : 'inconclusive';
}

/** Scripts of it may still be on hosts. */
export function hasTraces({ checks }: Validation): boolean {
  return checks.some(({ courses = {} }) => Object.values(courses).some(mayBeThere));
}

/** Whoever looks to clear after this gives up what is left. */
export function clearsUntil({ end, deadline }: Validation): Instant {
  return minutesAfter(end?.at ?? deadline, clearMinutes);
}
