import type { Instant } from '../instant.ts';
import type { Facts } from './course.ts';
import { tagIn } from './exclusion.ts';
import type { FleetKind } from './fleet.ts';
import { imagesFor } from './own-versions.ts';
import type { Policy, PoolLink } from './pool.ts';
import type { Rollout } from './rollout.ts';
import { hostPoolOf, fleetOf } from './stage.ts';
import type { HostOutcome, HostRecord, HostSeconds } from './waves.ts';

/** What a rollout needs of the work on single hosts: handed in, because a capability knows only itself. */
export interface Hosts {
  /** Sees to it that the work on this host exists; revoked, that it is over. Repeatable: the first one counts. */
  readonly ensureAdmitted: (id: string, plan: HostPlan, revoked?: Revoked) => Promise<void>;
  /** It is this host's turn to be worked on, once it is empty. Repeatable. */
  readonly go: (id: string) => Promise<void>;
  /** How the work on each host of this rollout stands. */
  readonly standings: (rollout: string) => Promise<readonly HostStanding[]>;
  /** What the work on a host kept of its machine, of whichever rollout it was; undefined if nothing is kept. */
  readonly kept: (id: string) => Promise<Blueprint | undefined>;
  /** The host is put back as it was, unless it is past the point of no return. Repeatable. */
  readonly abort: (id: string, revoked: Revoked) => Promise<void>;
}

/** Who took the order back, and why. */
export interface Revoked {
  readonly by: string;
  readonly reason: string;
}

export interface HostPlan {
  readonly rollout: string;
  /** How its machine is brought to the version; Uniform if not stated. */
  readonly way?: FleetKind;
  /** Update if not stated; only machines that stand alone are added and retired. */
  readonly task?: 'update' | 'add' | 'retire';
  /** Of one that is added: the instance it is made after. */
  readonly like?: string;
  /** What an earlier work kept of a machine that is gone: it is made again from this. */
  readonly blueprint?: Blueprint;
  /** Where in Key Vault what Azure gives nobody back is kept. */
  readonly secrets?: {
    readonly adminPassword?: string;
    readonly extensions?: Readonly<Record<string, string>>;
  };
  readonly name: string;
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
  readonly sessionHost: string;
  readonly imageVersionId: string;
  readonly policy: Pick<Policy, 'sessions' | 'minDrainMinutes' | 'exclusionTag' | 'healthy' | 'failedHosts'>;
}

/** What it takes to make a machine anew, as the work on its host kept it. Handed back to it, and read by nobody here. */
export interface Blueprint {
  readonly location: string;
  readonly size: string;
  readonly computerName: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly extensions: readonly {
    readonly name: string;
    readonly type: string;
    readonly body: Readonly<Record<string, unknown>>;
    readonly needsSecret: boolean;
  }[];
  readonly notAgain?: string;
  readonly notBeside?: string;
}

export interface HostStanding {
  readonly id: string;
  /** What people call the host. */
  readonly name: string;
  readonly outcome: 'running' | HostOutcome;
  /** What it waits for, or why it ended like this. */
  readonly why: string;
  readonly code?: string;
  readonly stage?: string;
  readonly nextLookAt?: Instant;
  readonly canBePutBack: boolean;
  /** When it will have been empty for as long as it must, or was, if it is not worked on yet. */
  readonly readyAt?: Instant;
  /** It has heard that it is its turn. */
  readonly goAt?: Instant;
  /** Since then the next one need not wait for it any longer. */
  readonly firstHealthyAt?: Instant;
  readonly endedAt?: Instant;
  /** Of a machine that was deleted, and may be gone. */
  readonly blueprint?: Blueprint;
  /** Its machine was deleted, and is not there again. */
  readonly isGone?: true;
  readonly told: number;
  readonly loggedOff: number;
  readonly seconds: HostSeconds;
}

/** The id of the work on one host: all of a rollout's begin with the rollout's id and a period. */
export function hostId(
  rollout: string,
  { instanceId, attempt = 1 }: Pick<HostRecord, 'instanceId' | 'attempt'>,
): string {
  const id = `${rollout}.${instanceId.replaceAll(/[^\w-]/g, '-')}`;
  return attempt === 1 ? id : `${id}~${attempt}`;
}

/** What is to be done to the host. `standings` are of all hosts of the rollout: one may have been tried before. */
export function planFor(
  rollout: string,
  { link, version, requested, facts }: Rollout,
  host: HostRecord,
  standings: readonly HostStanding[] = [],
): HostPlan {
  const { sessions, minDrainMinutes, healthy, failedHosts } = link.policy;
  const { task, like } = host;
  const secrets = secretsOf(link);
  const blueprint = keptBefore(rollout, host, standings);
  return {
    rollout,
    ...(facts.way !== undefined && { way: facts.way }),
    ...(task !== undefined && { task }),
    ...(like !== undefined && { like }),
    ...(blueprint && { blueprint }),
    ...(secrets && { secrets }),
    name: host.name,
    machine: { ...fleetOf(link), instanceId: host.instanceId },
    location: link.location,
    pool: hostPoolOf(link),
    ...listedIn(facts),
    sessionHost: host.sessionHost,
    imageVersionId: imagesFor({ ...version, ...requested })(host.instanceId),
    policy: {
      sessions,
      minDrainMinutes,
      exclusionTag: tagIn(facts, link),
      healthy,
      ...(failedHosts === 'restore' && { failedHosts }),
    },
  };
}

/** Only the list of a Uniform scale set has so narrow a limit of its own. */
function listedIn({ way = 'uniform', reading }: Facts): Pick<HostPlan, 'listed'> {
  return way === 'uniform' && reading?.listed !== undefined ? { listed: reading.listed } : {};
}

function secretsOf({ virtualMachines }: PoolLink): HostPlan['secrets'] {
  const { adminPassword, extensions } = virtualMachines ?? {};
  if (!adminPassword && !extensions) return undefined;
  const named = Object.entries(extensions ?? {}).map(([name, { secretUri }]) => [name, secretUri]);
  return {
    ...(adminPassword && { adminPassword: adminPassword.secretUri }),
    ...(extensions && { extensions: Object.fromEntries(named) as Record<string, string> }),
  };
}

/** What the latest work on the same host kept of its machine, which may be gone since. */
function keptBefore(
  rollout: string,
  { instanceId, attempt = 1 }: HostRecord,
  standings: readonly HostStanding[],
): Blueprint | undefined {
  for (let before = attempt - 1; before >= 1; before -= 1) {
    const id = hostId(rollout, { instanceId, attempt: before });
    const blueprint = standings.find((host) => host.id === id)?.blueprint;
    if (blueprint) return blueprint;
  }
  return undefined;
}

/** Finds the work on a host, where many are looked for: a search for each would cost the square of their number. */
export function workIn(rollout: string, standings: readonly HostStanding[]) {
  const byId = new Map(standings.map((host) => [host.id, host]));
  return (record: HostRecord): HostStanding | undefined => byId.get(hostId(rollout, record));
}

/** What the work on the hosts has come to: the records that changed, and a line for each that ended. */
export function heard(rollout: string, records: Records, standings: readonly HostStanding[]) {
  const changed: Record<string, HostRecord> = {};
  const workOf = workIn(rollout, standings);
  for (const record of Object.values(records)) {
    if (record.outcome !== 'admitted') continue;
    const host = workOf(record);
    if (!host || host.outcome === 'running') continue;
    const { why, code, endedAt, told, loggedOff, seconds } = host;
    const isPutOff = record.backAt !== undefined && host.outcome === 'put-back';
    // Put off, and its turn comes again; unless somebody says that it does not.
    const outcome = isPutOff ? (record.skip ? 'skipped' : 'put-off') : host.outcome;
    changed[record.instanceId] = {
      ...record,
      ...(code !== undefined && { code }),
      ...(endedAt !== undefined && { endedAt }),
      outcome,
      why,
      told,
      loggedOff,
      seconds,
    };
  }
  return { changed, news: Object.values(changed).map(({ name, outcome }) => `${name} ${outcome}`) };
}

export type Records = Readonly<Record<string, HostRecord>>;

/** Hosts that failed on their own; one that somebody removed says nothing about the version. */
export function broken(records: Records): readonly HostRecord[] {
  return Object.values(records).filter(
    ({ outcome, code }) => outcome === 'quarantined' || (outcome === 'failed' && code !== 'HostVanished'),
  );
}

const mostNamed = 10;

export function named(records: readonly HostRecord[]): string {
  const names = records.slice(0, mostNamed).map(({ name, outcome, why }) => `${name} (${outcome}: ${why})`);
  if (records.length > mostNamed) names.push(`${records.length - mostNamed} more`);
  return names.join(', ');
}
