import { type Check, type CheckState, isOver } from './check.ts';
import type { Course } from './course.ts';
import type { CheckPlan, Gate, KeptGate } from './gate.ts';
import { validationId } from './names.ts';
import { hasTraces, type Validation } from './validation.ts';
import type { Instant } from '../instant.ts';

/** How a run of a gate stands, for whoever asked for it. */
export interface Validated {
  readonly id: string;
  readonly status: 'running' | 'passed' | 'failed' | 'inconclusive' | 'canceled';
  readonly since: Instant;
  readonly endedAt?: Instant;
  readonly deadline: Instant;
  readonly waitingFor?: string;
  readonly nextLookAt?: Instant;
  readonly checks: readonly ValidatedCheck[];
}

export interface ValidatedCheck {
  readonly name: string;
  readonly kind: string;
  readonly required: boolean;
  readonly state: CheckState;
  readonly evidence: string;
  readonly measured?: number;
  readonly unit?: string;
  readonly threshold?: string;
}

export function validated(validation: Validation): Validated {
  const { subject, since, deadline, end, checks, waitingFor, lookAt } = validation;
  return {
    id: validationId(subject),
    status: end?.verdict ?? 'running',
    since,
    deadline,
    checks: checks.map(shortly),
    ...(end && { endedAt: end.at }),
    ...(!end && { waitingFor, nextLookAt: lookAt < deadline ? lookAt : deadline }),
  };
}

function shortly({ plan, state, evidence, measured, unit, threshold }: Check): ValidatedCheck {
  return {
    name: plan.name,
    kind: plan.kind,
    required: plan.required,
    state,
    evidence,
    ...(measured !== undefined && { measured }),
    ...(unit !== undefined && { unit }),
    ...(threshold !== undefined && { threshold }),
  };
}

/** A run of a gate as the API shows it: nothing of a link but that there is one. */
export function validationView(validation: Validation) {
  const { subject, checks, gateRevision, end } = validation;
  const { id, status, checks: _, ...standing } = validated(validation);
  const { set, number, channel, attempt, by, previous } = subject;
  return {
    id,
    status,
    imageSet: set,
    version: number,
    channel,
    attempt,
    by,
    ...(previous && { previous: previous.number }),
    ...standing,
    gateRevision,
    ...(end?.reason !== undefined && { canceledBy: end.by, reason: end.reason }),
    ...(end && hasTraces(validation) && { clearing: 'its scripts are being removed from the hosts' }),
    checks: checks.map(checkView),
  };
}

/** What is only intended is on record before it is done: whoever reads need not know. */
const callWords = { wanted: 'to be made', meant: 'being made', accepted: 'heard' } as const;
const scriptWords = {
  wanted: 'to start',
  meant: 'starting',
  running: 'running',
  over: 'over',
  cleared: 'cleared',
} as const;

function checkView(check: Check) {
  const { since, courses, links, call, items } = check;
  return {
    ...shortly(check),
    since,
    ...(courses && { hosts: Object.entries(courses).map(hostView) }),
    ...(items && { items }),
    ...(links && { links: links.map(({ at, by }) => ({ at, by })) }),
    ...(call && { call: isOver(check) && call.state !== 'accepted' ? 'not heard' : callWords[call.state] }),
  };
}

function hostView([host, { state, reading, leftBehind }]: [string, Course]) {
  return {
    host,
    state: scriptWords[state],
    ...(reading && { outcome: reading.outcome, evidence: reading.evidence }),
    ...(reading?.outcome === 'measured' && reading.measured !== undefined && { measured: reading.measured }),
    ...(leftBehind && { leftBehind }),
  };
}

export function gateView({
  gate,
  revision,
  by,
  changedAt,
}: Partial<KeptGate> & { gate: Gate; revision: number }) {
  const { checks, minutes, allowNoHosts } = gate;
  return {
    revision,
    minutes,
    allowNoHosts,
    checks: checks.map(planView),
    ...(by !== undefined && { by, changedAt }),
  };
}

/** As it was put: a probe says what it is beside its name. */
function planView(plan: CheckPlan) {
  if (plan.kind !== 'probe') return plan;
  const { probe, ...rest } = plan;
  return { ...rest, ...probe };
}
