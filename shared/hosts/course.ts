import type { ErrorCode } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Blueprint } from './machine.ts';
import { type HostPolicy, patienceMinutes } from './policy.ts';

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
  readonly blueprint?: KeptBlueprint;
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
  /** How many machines the list of its scale set has: the longer it is, the less often Azure gives it. */
  readonly listed?: number;
  /** Its name in the host pool; empty if the machine is not registered there. */
  readonly sessionHost: string;
  readonly imageVersionId: string;
  readonly policy: HostPolicy;
}

/** A host as it was before anything was done to it. */
export interface Prior {
  readonly tag?: string;
  readonly allowNewSession: boolean;
  /** It was off, and is so again once nobody needs it. */
  readonly power?: 'deallocated';
  /** Whose desktop it is; a session host's record takes it along when it goes. */
  readonly assignedUser?: string;
  /** An earlier rollout left it drained and excluded; then all this is of before that one. */
  readonly wasQuarantined?: true;
}

/** A blueprint with what else must not be lost with the machine. */
export interface KeptBlueprint extends Blueprint {
  /** What the machine came from; empty if it is no version of a gallery. */
  readonly imageVersionId?: string;
  readonly prior?: Prior;
}

/** The stages a host may pass, with the minutes each may take. A stage has a file of its own beside this one. */
export const stages = {
  exclude: 60, //   the scaling plan must leave the machine alone
  drain: 60, //     no new sessions, written and read back
  empty: 240, //    users told and waited for; besides what the policy gives them
  turn: 20160, //   drained ahead of its turn, it waits for the rollout's word
  reimage: 240, //  a new OS disk from the image version
  remove: 240, //   out of the pool and deleted; what it takes to make it anew is kept before
  create: 240, //   made, from the image version
  equip: 240, //    its extensions
  register: 240, // the agent speaks for the new disk
  verify: 120, //   healthy, twice
  return: 720, //   the drain flag, the tag, its user and its power as they were
} as const;
export type Stage = keyof typeof stages;

/**
 * Which stages a host passes, in order, and which of them is the point of no return: from its first intention
 * on a host is not put back any more, but ends on the version or is quarantined. A host that is added has none,
 * until users are let onto it: to put it back is to take it away again.
 */
const courses = {
  reimaged: {
    order: ['exclude', 'drain', 'empty', 'turn', 'reimage', 'register', 'verify', 'return'],
    point: 'reimage',
    wayBack: ['return'],
  },
  replaced: {
    order: ['exclude', 'drain', 'empty', 'turn', 'remove', 'create', 'equip', 'register', 'verify', 'return'],
    point: 'remove',
    wayBack: ['return'],
  },
  added: {
    order: ['create', 'equip', 'register', 'verify', 'return'],
    point: 'return',
    wayBack: ['drain', 'empty', 'remove'],
  },
  retired: {
    order: ['exclude', 'drain', 'empty', 'turn', 'remove'],
    point: 'remove',
    wayBack: ['return'],
  },
} as const satisfies Record<string, Course>;

interface Course {
  readonly order: readonly [Stage, ...Stage[]];
  readonly point: Stage;
  /** What puts the host back as it was before. */
  readonly wayBack: readonly [Stage, ...Stage[]];
}

/** The course of a host of this way and task. */
export function courseOf({ way, task = 'update' }: Pick<HostPlan, 'way' | 'task'>): Course {
  if (task === 'add') return courses.added;
  if (task === 'retire') return courses.retired;
  return way === 'stand-alone' ? courses.replaced : courses.reimaged;
}

/** Whether the first of the stages comes later in the course than the second. */
export function isAfter({ order }: Course, stage: Stage, other: Stage): boolean {
  return order.indexOf(stage) > order.indexOf(other);
}

/** Whose time a stage costs. */
export const timeOf = {
  exclude: 'own',
  drain: 'own',
  empty: 'users',
  turn: 'turn',
  reimage: 'azure',
  remove: 'azure',
  create: 'azure',
  equip: 'azure',
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

/** What is known of a host from the beginning. One that is added is to take users, and was never in anybody's way. */
export function firstFacts({ task, sessionHost }: HostPlan) {
  if (task === 'add') return { prior: { allowNewSession: true } };
  return sessionHost === '' ? {} : { sessionHost };
}

interface Effects {
  readonly goAt?: Instant;
  readonly reimagedAt?: Instant;
  readonly removedAt?: Instant;
}

/** Done without its effect: users came back or somebody lifted the drain, so that it must be emptied again. */
export function isUndone(stage: Stage, { goAt, reimagedAt, removedAt }: Effects): boolean {
  if (stage === 'turn') return goAt === undefined;
  if (stage === 'reimage') return reimagedAt === undefined;
  return stage === 'remove' && removedAt === undefined;
}

interface Restorable {
  readonly plan: HostPlan;
  readonly facts: { readonly blueprint?: KeptBlueprint; readonly restore?: object };
}

/** Whether it is made again from what it came from: once, where the policy says so and it is known. */
export function isToRestore({ plan, facts }: Restorable, stage: Stage, code: ErrorCode): boolean {
  const { imageVersionId: from = '' } = facts.blueprint ?? {};
  const isNew = ['create', 'equip', 'register', 'verify'].includes(stage);
  const isOther = from !== '' && from.toLowerCase() !== plan.imageVersionId.toLowerCase();
  const isWanted = plan.policy.failedHosts === 'restore' && code !== 'NameTaken';
  return isWanted && isNew && isOther && facts.restore === undefined;
}

/** Of a host that came to its end there: its machine was deleted to be made anew, and was not made. */
export function isWithoutMachine({ plan, stage }: { plan: HostPlan; stage: Stage }): boolean {
  return plan.way === 'stand-alone' && plan.task !== 'add' && (stage === 'remove' || stage === 'create');
}

/** What is known of one machine, and is nothing to the next that is made in its place. */
const ofOneMachine = [
  'refused',
  'notRemoved',
  'removedAt',
  'notCreated',
  'notEquipped',
  'reimagedAt',
  'deregistered',
  'silentSince',
  'registrationFailures',
  'downloadFailures',
  'registrationRefused',
  'healthySince',
] as const;

type OfOneMachine = (typeof ofOneMachine)[number];

/** The facts, as far as they are of the host whatever machine is under it. */
export function withoutMachine<Facts extends { readonly [Name in OfOneMachine]?: unknown }>(
  facts: Facts,
): Omit<Facts, OfOneMachine> {
  const kept = Object.entries(facts).filter(([name]) => !(ofOneMachine as readonly string[]).includes(name));
  return Object.fromEntries(kept) as Omit<Facts, OfOneMachine>;
}

/** How long a host may be in a stage. */
export function minutesFor(stage: Stage, { policy }: HostPlan): number {
  return stage === 'empty' ? stages.empty + patienceMinutes(policy) + policy.minDrainMinutes : stages[stage];
}
