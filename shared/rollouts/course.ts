import type { Finding } from './finding.ts';
import type { Instant } from '../instant.ts';
import type { Capacity } from './capacity.ts';
import type { FleetKind } from './fleet.ts';
import type { LeftHosts, Took } from './pool.ts';
import type { HostRecord, Reason, WaitCode } from './waves.ts';

/** Who asked for a rollout, and why. */
export interface Requested {
  readonly by: string;
  readonly at: Instant;
  readonly reason: string;
  readonly planHash?: string;
  /** Of the channel that wants it; absent where people asked. */
  readonly movement?: string;
  /** The rollout that it takes back. */
  readonly rollbackOf?: string;
  /** Of a rollback: versions of hosts that came from another than most, and go back there. */
  readonly ownVersions?: readonly OwnVersion[];
  /** The rollout that was over when somebody had hosts of it tried again: those alone, by instance. */
  readonly retryOf?: string;
  readonly only?: readonly string[];
  /** What whoever asked for it was told. */
  readonly warnings?: readonly Finding[];
}

/** A version that these hosts are brought to, by instance, and no others. */
export interface OwnVersion {
  readonly number: string;
  readonly imageVersionId: string;
  readonly instances: readonly string[];
}

/** Nothing new starts while it lasts; what is under way comes to its end. */
export interface Pause {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  /** When it is over by itself; without one, only somebody who resumes it ends it. */
  readonly until?: Instant;
  /** Why the rollout took it by itself; absent where people paused it. */
  readonly code?: 'ModelChanged';
  readonly detail?: Reason['detail'];
}

/** A host that changed its image, and not by us. */
export interface Foreign {
  readonly name: string;
  readonly on: string;
  readonly at: Instant;
}

export interface Notice {
  readonly code: 'OwnWindow' | 'DrainedByOthers' | 'HostsTakeNoUsers' | 'ForeignUpdate' | 'GivenBack';
  readonly message: string;
  readonly hosts: readonly string[];
}

/** What a rollout has found out so far. */
export interface Facts {
  /** How the pool's machines are brought to the version; Uniform if not stated. */
  readonly way?: FleetKind;
  /** What the model named before; where there is none, the version that most hosts came from. */
  readonly modelBefore?: string;
  /** The tag that autoscale heeds, where it is not the policy's. */
  readonly exclusionTag?: string;
  /** When the model was last seen to name the version; and what it named instead, if somebody changed it. */
  readonly modelReadAt?: Instant;
  readonly modelChanged?: { readonly names: string; readonly at: Instant };
  /** The images that the hosts were on when the rollout first looked: that of most, and of the others by instance. */
  readonly foundOn?: { readonly most: string; readonly others: Readonly<Record<string, string>> };
  /** Hosts that somebody else brought onto another image meanwhile, by instance. */
  readonly foreign?: Readonly<Record<string, Foreign>>;
  /** What the last reading showed that people should know, and that keeps nothing from starting. */
  readonly notices?: readonly Notice[];
  /** By instance. An event brings only those that changed. */
  readonly hosts?: Readonly<Record<string, HostRecord>>;
  readonly capacity?: Capacity;
  /** How long hosts of the pool took before this rollout. */
  readonly took?: readonly Took[];
  /** Hosts that rollouts before this one lost. */
  readonly left?: LeftHosts;
  /** Which wave it is, and up to how many hosts it goes. */
  readonly wave?: { readonly number: number; readonly of: number; readonly upTo: number };
  /** Sessions by instance, at the first look at its hosts. */
  readonly sessionsBefore?: Readonly<Record<string, number>>;
  /**
   * When the pool was last read: how many hosts might be out of service by then, how many worked on at once, how
   * many more drained ahead, and are yet to start; and how many machines it has.
   */
  readonly reading?: {
    readonly at: Instant;
    readonly window: number;
    readonly most?: number;
    readonly ahead?: number;
    readonly left?: number;
    readonly listed?: number;
  };
  /** Why no further host starts, and since when it has been just this. */
  readonly waits?: { readonly since: Instant; readonly because: readonly Reason[] };
  /** The lowest usable capacity that was seen, and the floor at that time. */
  readonly lowest?: { readonly usable: number; readonly need: number; readonly at: Instant };
}

/** What holds a rollout back takes nothing from the time that its stage may take. */
const holding: ReadonlySet<WaitCode> = new Set(['Paused', 'Frozen', 'OutsideWindow', 'OwnWindow', 'Baking']);

interface Standing {
  readonly pause?: Pause;
  readonly facts: Facts;
  readonly standing: { readonly stage: string };
}

/** Since when the rollout is held back by what was decided or by the clock; undefined if it may go on. */
export function heldSince({ pause, facts: { waits }, standing }: Standing): Instant | undefined {
  if (pause) return pause.at;
  if (standing.stage !== 'prepare' && standing.stage !== 'roll') return undefined;
  return waits?.because.some(({ code }) => holding.has(code)) ? waits.since : undefined;
}

/** What a look has found may be something that only people can judge: then nothing new starts until they have. */
export function pausedByItself<Work extends { readonly phase: string; readonly pause?: Pause }>(
  work: Work,
  { modelChanged, waits }: Partial<Facts> = {},
): Work {
  const reason = waits?.because.find(({ code }) => code === 'ModelChanged');
  if (work.phase !== 'running' || work.pause || !modelChanged || !reason) return work;
  const { message, detail = {} } = reason;
  const pause = { by: 'goldsmith', reason: message, at: modelChanged.at, code: 'ModelChanged', detail };
  return { ...work, pause };
}

/** What somebody decided on one host of a rollout that is under way. */
export interface HostOrder {
  /** Once more, whatever it ended as; or not to be brought at all. */
  readonly type: 'host-retried' | 'host-skipped';
  readonly instanceId: string;
  readonly name: string;
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

const mayBeRetried: ReadonlySet<HostRecord['outcome']> = new Set([
  'failed',
  'deferred',
  'put-back',
  'quarantined',
]);

/** Whether the host has ended in a way that another try may mend, or was skipped because somebody said so. */
export function canBeRetried(record: HostRecord | undefined): boolean {
  if (!record || record.task === 'add') return false;
  // Another has taken its place.
  if (record.task === 'retire' && record.outcome === 'quarantined') return false;
  return mayBeRetried.has(record.outcome) || isSkippedByOrder(record);
}

/** Whether the host has not come to its end; it may be beyond being put back. */
export function canBeSkipped(record: HostRecord | undefined): boolean {
  if (!record) return true;
  if (record.task === 'add') return false;
  return (record.outcome === 'admitted' || record.outcome === 'put-off') && !record.skip;
}

export function isSkippedByOrder({ outcome, skip }: HostRecord): boolean {
  return outcome === 'skipped' && skip !== undefined;
}

/** What the rollout knows once this is heard; the same facts if it is old news. */
export function afterOrder(facts: Facts, order: HostOrder): Facts {
  const record = facts.hosts?.[order.instanceId];
  const next = order.type === 'host-retried' ? retried(record, order) : skipped(record, order);
  return next === record || !next ? facts : { ...facts, hosts: { ...facts.hosts, [order.instanceId]: next } };
}

/** Its turn comes again as if it had never begun, and its failure counts no longer. */
function retried(record: HostRecord | undefined, order: HostOrder): HostRecord | undefined {
  if (!record || !canBeRetried(record)) return record;
  const { by, reason, at } = order;
  const { code, endedAt, goAt: _, backAt: __, skip, givenBack: ___, ...rest } = record;
  const why = `to be tried again: ${by}${reason && `, ${reason}`}`;
  // Who was never begun is begun like any other, and not at all if it is on the version by then.
  if (skip) return { ...rest, outcome: 'put-off', why };
  const was = {
    outcome: record.outcome,
    why: record.why,
    ...(code && { code }),
    ...(endedAt && { endedAt }),
  };
  return { ...rest, outcome: 'put-off', why, again: { by, reason, at, was } };
}

function skipped(record: HostRecord | undefined, order: HostOrder): HostRecord | undefined {
  if (!canBeSkipped(record)) return record;
  const { instanceId, name, by, reason, at } = order;
  const skip = { by, reason, at };
  const why = `skipped by ${by}: ${reason}`;
  if (!record) {
    const nobody = { told: 0, loggedOff: 0, seconds: { users: 0, azure: 0, own: 0 } };
    const ends = { outcome: 'skipped' as const, admittedAt: at, endedAt: at };
    return { instanceId, name, sessionHost: '', ...ends, why, skip, ...nobody };
  }
  if (record.outcome === 'admitted') return { ...record, why, skip, backAt: record.backAt ?? at };
  // Not to be tried again after all: then it is what it was.
  const { again, ...rest } = record;
  return again ? { ...rest, ...again.was } : { ...record, outcome: 'skipped', why, skip, endedAt: at };
}

/** What is known, and what a look brings; of hosts it brings those that changed. */
export function merged(facts: Facts, more: Partial<Facts> = {}): Facts {
  return { ...facts, ...more, ...(more.hosts && { hosts: { ...facts.hosts, ...more.hosts } }) };
}
