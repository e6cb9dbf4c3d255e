import type { Instant } from '../instant.ts';
import { afterCourse, type Course, type CourseEvent } from './course.ts';
import type { CheckPlan } from './gate.ts';

export type CheckState = 'pending' | 'running' | 'passed' | 'failed' | 'inconclusive' | 'errored' | 'skipped';

/** One check of one run of a gate: what was asked, how it stands, and by what evidence. */
export interface Check {
  readonly plan: CheckPlan;
  readonly state: CheckState;
  readonly since: Instant;
  readonly evidence: string;
  readonly measured?: number;
  readonly unit?: string;
  /** What the measure was held against, in words. */
  readonly threshold?: string;
  /** A measured list: the packages. */
  readonly items?: readonly string[];
  /** It asks hosts, and there were none. */
  readonly hadNoHosts?: true;
  /** By host. */
  readonly courses?: Readonly<Record<string, Course>>;
  /** Of each link that was handed out only the SHA-256. */
  readonly links?: readonly Link[];
  readonly call?: Call;
}

export interface Link {
  readonly hash: string;
  readonly at: Instant;
  readonly by: string;
}

/** How telling the other system stands. */
export interface Call {
  readonly state: 'wanted' | 'meant' | 'accepted';
  readonly tries: number;
  readonly at: Instant;
}

/** What a look, a report or the other system found of a check. `open`: it may yet pass. */
export interface Finding {
  readonly outcome: 'open' | 'passed' | 'failed' | 'inconclusive' | 'errored' | 'skipped';
  readonly evidence: string;
  readonly measured?: number;
  readonly unit?: string;
  readonly threshold?: string;
  readonly items?: readonly string[];
  readonly hadNoHosts?: true;
}

export type CheckEvent = { readonly at: Instant } & (
  | ({ readonly type: 'found' } & Finding)
  /** The hosts that its script is to run on. */
  | { readonly type: 'placed'; readonly courses: Readonly<Record<string, Course>> }
  | { readonly type: 'course'; readonly host: string; readonly event: CourseEvent }
  | { readonly type: 'linked'; readonly hash: string; readonly by: string }
  | { readonly type: 'call-meant' }
  | { readonly type: 'call-accepted' }
  | { readonly type: 'call-failed'; readonly why: string; readonly isFinal: boolean }
  | { readonly type: 'ran-out' }
  | { readonly type: 'canceled'; readonly reason: string }
);

/** So many links a check may have at once; a newer one voids the oldest. */
const mostLinks = 5;
export const mostCalls = 3;

export function newCheck(plan: CheckPlan, at: Instant): Check {
  const call = plan.kind === 'external' && plan.url !== undefined;
  return {
    plan,
    state: 'pending',
    since: at,
    evidence: '',
    ...(call && { call: { state: 'wanted', tries: 0, at } }),
  };
}

export function isOver({ state }: Check): boolean {
  return state !== 'pending' && state !== 'running';
}

/** The check after what happened; the very same where it is old news. Its end is final. */
export function afterCheck(check: Check, event: CheckEvent): Check {
  if (event.type === 'course') return afterScript(check, event.host, event.event);
  if (isOver(check)) return check;
  const { at } = event;
  switch (event.type) {
    case 'found':
      return found(check, event);
    case 'placed':
      return check.courses ? check : running({ ...check, courses: event.courses }, at);
    case 'linked': {
      const links = [...(check.links ?? []), { hash: event.hash, at, by: event.by }].slice(-mostLinks);
      return running({ ...check, links }, at);
    }
    case 'ran-out':
    case 'canceled':
      return stopped(check, event);
    default:
      return called(check, event);
  }
}

function stopped(check: Check, event: Extract<CheckEvent, { type: 'ran-out' | 'canceled' }>): Check {
  const { at } = event;
  if (event.type === 'canceled') {
    return dropped({ ...check, state: 'skipped', since: at, evidence: `canceled: ${event.reason}` }, at);
  }
  const evidence = `The time of the whole run was over. ${check.evidence || 'Nothing was found until then.'}`;
  return dropped({ ...check, state: 'inconclusive', since: at, evidence }, at);
}

function found(check: Check, event: Extract<CheckEvent, { type: 'found' }>): Check {
  const { at, outcome, evidence, measured, unit, threshold, items, hadNoHosts } = event;
  const finding = {
    evidence,
    ...(measured !== undefined && { measured }),
    ...(unit !== undefined && { unit }),
    ...(threshold !== undefined && { threshold }),
    ...(items && { items }),
    ...(hadNoHosts && { hadNoHosts }),
  };
  if (outcome === 'open') {
    const isSame = check.state === 'running' && check.evidence === finding.evidence;
    return isSame ? check : { ...running(check, at), ...finding };
  }
  return dropped({ ...check, ...finding, state: outcome, since: at }, at);
}

type CallEvent = Extract<CheckEvent, { type: `call-${string}` }>;

function called(check: Check, event: CallEvent): Check {
  const { call } = check;
  const { at } = event;
  if (!call || call.state === 'accepted') return check;
  if (event.type === 'call-meant') {
    return running({ ...check, call: { state: 'meant', tries: call.tries + 1, at } }, at);
  }
  if (event.type === 'call-accepted') {
    return running(
      { ...check, call: { ...call, state: 'accepted', at }, evidence: 'told; its report is waited for' },
      at,
    );
  }
  const { why, isFinal } = event;
  if (isFinal || call.tries >= mostCalls) return { ...check, state: 'errored', since: at, evidence: why };
  return { ...check, evidence: why, call: { ...call, state: 'wanted', at } };
}

function running(check: Check, at: Instant): Check {
  return check.state === 'pending' ? { ...check, state: 'running', since: at } : check;
}

function afterScript(check: Check, host: string, event: CourseEvent): Check {
  const course = check.courses?.[host];
  const next = course && afterCourse(course, event);
  return !next || next === course ? check : { ...check, courses: { ...check.courses, [host]: next } };
}

/** What its scripts would still find nobody asks any more. */
function dropped(check: Check, at: Instant): Check {
  const hosts = Object.keys(check.courses ?? {});
  return hosts.reduce((left, host) => afterScript(left, host, { type: 'dropped', at }), check);
}
