import type { Failure } from '../errors.ts';
import { earliest, type Instant, minutesAfter, secondsBetween } from '../instant.ts';
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
import type { Check } from './health.ts';
import type { Blueprint } from './machine.ts';
import { type HostPolicy, patienceMinutes } from './policy.ts';

/**
 * The stages a host passes on its way to a version, in order, with the minutes each may take. A stage has a
 * file of its own beside this one. The intention to reimage is the point of no return: what fails or is
 * aborted before it is put back as it was; after it a host ends on the version or is quarantined.
 */
export const stages = {
  exclude: 60, //   the scaling plan must leave the machine alone
  drain: 60, //     no new sessions, written and read back
  empty: 240, //    users told and waited for; besides what the policy gives them
  turn: 20160, //   drained ahead of its turn, it waits for the rollout's word
  reimage: 240, //  a new OS disk from the image version
  register: 240, // the agent speaks for the new disk
  verify: 120, //   healthy, twice
  return: 720, //   the drain flag and the tag as they were
} as const;
export type Stage = keyof typeof stages;
const order = Object.keys(stages) as Stage[];

/** Whose time a stage costs. */
const timeOf = {
  exclude: 'own',
  drain: 'own',
  empty: 'users',
  turn: 'turn',
  reimage: 'azure',
  register: 'azure',
  verify: 'azure',
  return: 'own',
} as const satisfies Record<Stage, keyof Spent>;

export interface Spent {
  readonly users: number;
  /** Empty, until there was a place for it among those that are worked on. */
  readonly turn: number;
  readonly azure: number;
  readonly own: number;
}

/** What is to be done to which host. */
export interface HostPlan {
  readonly rollout: string;
  /** How the pool's machines are brought to a version; Uniform if not stated. */
  readonly way?: 'uniform' | 'flexible' | 'stand-alone';
  /** Update if not stated; only machines that stand alone are added and retired. */
  readonly task?: 'update' | 'add' | 'retire';
  /** The instance that a machine to be added is made after. */
  readonly like?: string;
  /** What an earlier work kept of a machine that is gone: it is made again from this. */
  readonly blueprint?: Blueprint;
  /** Where in Key Vault what Azure gives nobody back is kept: by `secretUri`, of extensions by their names. */
  readonly secrets?: {
    readonly adminPassword?: string;
    readonly extensions?: Readonly<Record<string, string>>;
  };
  /** What people call the host. */
  readonly name: string;
  /** Of a host that is to be added, the new one. */
  readonly machine: {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly scaleSet?: string;
    readonly instanceId: string;
  };
  readonly location: string;
  readonly pool: {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly hostPool: string;
  };
  /** Its name in the host pool; empty if the machine is not registered there. */
  readonly sessionHost: string;
  readonly imageVersionId: string;
  readonly policy: HostPolicy;
}

/** What is known of a host so far; each stage adds its own. An empty text takes a moment back. */
export interface Facts {
  /** As the host was before anything was done to it, kept before anything is. */
  readonly prior?: {
    readonly tag?: string;
    readonly allowNewSession: boolean;
    /** An earlier rollout left it drained and excluded; then `tag` and flag are those of before that one. */
    readonly wasQuarantined?: true;
  };
  readonly sessionHost?: string;
  readonly emptyingSince?: Instant;
  readonly quietSince?: Instant;
  /** How many sessions were on it when they were last listed, how many of them are to go, and when that was. */
  readonly counted?: { readonly sessions: number; readonly leaving?: number; readonly at: Instant };
  readonly told?: readonly Told[];
  /** Who was disconnected when sessions were last listed; kept only where such sessions are logged off early. */
  readonly disconnected?: readonly Disconnected[];
  readonly loggedOff?: readonly LoggedOff[];
  /** The rollout's word that it may be reimaged; it may come before the host is empty. */
  readonly goAt?: Instant;
  /** The last intention to reimage certainly came to nothing. */
  readonly refused?: boolean;
  /** It has a new disk from the old image: nothing is as it was any more. */
  readonly replaced?: boolean;
  /** Reimages that Azure broke off, with the old disk in place. */
  readonly brokenOff?: number;
  /** Reimages that were intended and of which nothing was ever to be seen. */
  readonly neverBegan?: number;
  readonly reimagedAt?: Instant;
  readonly deregistered?: true;
  readonly registrationFailures?: number;
  /** The last intention to register certainly came to nothing. */
  readonly registrationRefused?: boolean;
  readonly healthySince?: Instant;
  /** The first time it was found healthy, whatever came after: the next host need wait no longer. */
  readonly firstHealthyAt?: Instant;
  readonly checks?: readonly Check[];
}

export interface Told {
  readonly session: string;
  readonly user: string;
  readonly at: Instant;
  /** False if nobody knows whether the message arrived. It is not sent again: better untold than told twice. */
  readonly confirmed: boolean;
  readonly reminded?: readonly Reminded[];
}

/** By its step: the minutes before the end of the grace. Confirmed or not as the first message was. */
export type Reminded = Pick<Told, 'at' | 'confirmed'> & { readonly minutes: number };

export interface LoggedOff extends Omit<Told, 'confirmed' | 'reminded'> {
  /** He was logged off because nobody had used the session since then; no message was called for. */
  readonly disconnectedSince?: Instant;
}

/** Without a break since then, as far as lists of sessions showed; not before the host was drained. */
export interface Disconnected {
  readonly session: string;
  readonly since: Instant;
}

interface Common {
  readonly plan: HostPlan;
  readonly startedAt: Instant;
  /** The last time anything was heard of it: whatever was done to it by then was done before. */
  readonly heardAt: Instant;
  readonly spent: Spent;
  readonly facts: Facts;
}

export type Host = Common &
  (
    | { readonly phase: 'running'; readonly standing: Standing<Stage> }
    | { readonly phase: 'putting-back'; readonly standing: Standing<'return'>; readonly ending: Ending }
    | ({ readonly at: Instant } & (Ending | { readonly phase: 'done' } | Lost))
  );

/** What a host that is put back as it was will have been. */
export type Ending =
  | { readonly phase: 'put-back'; readonly by: string; readonly reason: string }
  | { readonly phase: 'deferred'; readonly stage: Stage; readonly failure: Failure }
  | { readonly phase: 'failed'; readonly stage: Stage; readonly failure: Failure };

/** Neither as it was nor on the version: stays drained and excluded, and counts as lost. */
interface Lost {
  readonly phase: 'quarantined';
  readonly stage: Stage;
  readonly failure: Failure;
}

export type HostEvent =
  | { readonly type: 'admitted'; plan: HostPlan; at: Instant }
  | { readonly type: 'aborted'; by: string; reason: string; at: Instant }
  /** It is this host's turn. */
  | { readonly type: 'go'; at: Instant }
  | StageEvent<Stage, Facts>;

export const hostLife: Workflow<Host, HostEvent, StageCommand> = {
  evolve(host, event) {
    if (event.type === 'admitted') return host ?? admitted(event.plan, event.at);
    if (!host) return undefined;
    const next = told(host, event);
    return next === host ? host : { ...next, heardAt: event.at };
  },

  decide(host, now) {
    return 'standing' in host ? decideStage<Stage>(host.standing, now) : {};
  },

  isNews: isStageNews,
};

/** Whether the host can no longer be put back: its reimage is intended and was not refused for certain. */
export function isPastReturn(host: Host): boolean {
  if (host.phase !== 'running') return false;
  if (host.facts.replaced === true) return true;
  const { stage, intent } = host.standing;
  if (stage === 'reimage') return intent !== undefined && host.facts.refused !== true;
  return order.indexOf(stage) > order.indexOf('reimage');
}

/** When it will have been empty for as long as it must, or was; undefined while it is not empty, or later on. */
export function emptyAt({ plan, facts, ...host }: Host): Instant | undefined {
  if (host.phase !== 'running') return undefined;
  const { stage, since } = host.standing;
  if (stage === 'turn') return since;
  const isQuiet = stage === 'empty' && Boolean(facts.quietSince);
  return isQuiet ? minutesAfter(facts.quietSince ?? '', plan.policy.minDrainMinutes) : undefined;
}

function minutesFor(stage: Stage, { policy }: HostPlan): number {
  return stage === 'empty' ? stages.empty + patienceMinutes(policy) + policy.minDrainMinutes : stages[stage];
}

function admitted(plan: HostPlan, at: Instant): Host {
  return {
    plan,
    startedAt: at,
    heardAt: at,
    spent: { users: 0, turn: 0, azure: 0, own: 0 },
    facts: plan.sessionHost === '' ? {} : { sessionHost: plan.sessionHost },
    phase: 'running',
    standing: entered('exclude', at, stages.exclude, 0),
  };
}

function told(host: Host, event: Exclude<HostEvent, { type: 'admitted' }>): Host {
  if (event.type === 'go') return afterWord(host, event.at);
  return event.type === 'aborted' ? afterAbort(host, event) : afterLook(host, event);
}

/** Heard once; a host that is on its way back, or was let go before, does not hear it any more. */
function afterWord(host: Host, at: Instant): Host {
  if (host.phase !== 'running' || host.facts.goAt !== undefined) return host;
  const { stage } = host.standing;
  if (order.indexOf(stage) > order.indexOf('turn')) return host;
  const heard: Host = { ...host, facts: { ...host.facts, goAt: at } };
  if (stage === 'turn') return enter('reimage', heard, at);
  // From here on others wait for it: it is looked at as soon as it has been empty for long enough.
  const lookAt = earliest(host.standing.lookAt, emptyAt(host) ?? host.standing.lookAt);
  return { ...heard, standing: { ...host.standing, lookAt } };
}

function afterAbort(host: Host, { by, reason, at }: Extract<HostEvent, { type: 'aborted' }>): Host {
  if (host.phase !== 'running' || isPastReturn(host)) return host;
  return putBack(host, { phase: 'put-back', by, reason }, at);
}

function afterLook(host: Host, event: StageEvent<Stage, Facts>): Host {
  if (!('standing' in host) || !answers<Stage, Facts>(host.standing, event)) return host;
  const known: Host =
    'facts' in event && event.facts ? { ...host, facts: { ...host.facts, ...event.facts } } : host;
  switch (event.type) {
    case 'stage-running':
    case 'stage-intended':
    case 'stage-troubled':
      return { ...known, standing: stayed<Stage, Facts>(host.standing, event) } as Host;
    case 'stage-done':
      if (known.phase === 'putting-back')
        return { ...common(known, event.at), at: event.at, ...known.ending };
      return afterStage(known, event.stage, event.at);
    case 'stage-failed':
    case 'stage-overdue':
      return afterFailure(known, event);
  }
}

function afterStage(host: Host, stage: Stage, at: Instant): Host {
  // Done without a reimage: users came back or somebody lifted the drain, so that it must be emptied again.
  if (stage === 'reimage' && host.facts.reimagedAt === undefined) return enter('empty', host, at);
  if (stage === 'turn' && host.facts.goAt === undefined) return enter('empty', host, at);
  if (stage === 'empty' && host.facts.goAt !== undefined) return enter('reimage', host, at);
  const next = order[order.indexOf(stage) + 1];
  return next ? enter(next, host, at) : { ...common(host, at), at, phase: 'done' };
}

function afterFailure(
  host: Host,
  { stage, failure, at }: Extract<StageEvent<Stage, Facts>, { type: 'stage-failed' | 'stage-overdue' }>,
): Host {
  // There is nothing left to put back, and nothing of it to count.
  if (failure.code === 'HostVanished') return { ...common(host, at), at, phase: 'failed', stage, failure };
  if (host.phase === 'putting-back' || isPastReturn(host)) {
    return { ...common(host, at), at, phase: 'quarantined', stage, failure };
  }
  const phase = failure.code === 'UsersStayed' ? 'deferred' : 'failed';
  return putBack(host, { phase, stage, failure }, at);
}

/** What every phase keeps, so that nothing of the phase before is left over; its time is accounted for. */
function common(host: Host, at: Instant): Common {
  const { plan, startedAt, heardAt, facts } = host;
  if (!('standing' in host)) return { plan, startedAt, heardAt, spent: host.spent, facts };
  const whose = timeOf[host.standing.stage];
  const seconds = secondsBetween(host.standing.since, at);
  const spent = { ...host.spent, [whose]: host.spent[whose] + seconds };
  return { plan, startedAt, heardAt, spent, facts };
}

function lookAfter(host: Host): number {
  return 'standing' in host ? host.standing.look + 1 : 0;
}

function enter(stage: Stage, host: Host, at: Instant): Host {
  const standing = entered(stage, at, minutesFor(stage, host.plan), lookAfter(host));
  return { ...common(host, at), phase: 'running', standing };
}

function putBack(host: Host, ending: Ending, at: Instant): Host {
  const standing = entered('return' as const, at, stages.return, lookAfter(host));
  return { ...common(host, at), phase: 'putting-back', standing, ending };
}
