import type { Host } from '../../shared/hosts/host.ts';
import { secondsBetween } from '../../shared/instant.ts';
import type { Policy } from '../../shared/rollouts/pool.ts';
import type { Rollout } from '../../shared/rollouts/rollout.ts';
import { Cloud, quiet } from '../../test/simulation/cloud.ts';
import type { Place } from '../../test/simulation/place.ts';
import { linkOf } from '../../test/simulation/policies.ts';
import { seedVersion } from '../../test/simulation/seeded.ts';
import { link } from '../../test/support/fleet.ts';
import { evenTempered, newVersion, oldVersion } from '../../test/support/small-azure.ts';
import { well, World } from '../../test/support/world.ts';
import { distribution, type Draw } from './rollout-draws.ts';
import { Lags } from './rollout-lags.ts';
import { Ledger, type Pressed } from './rollout-ledger.ts';

export interface Asked {
  readonly seed: number;
  /** The hosts of each pool. */
  readonly pools: readonly (readonly Draw[])[];
  /** On each host one user who does not leave by himself. */
  readonly withUsers?: boolean;
  readonly rollback?: boolean;
  /** What the same hosts take the next time: a rollout back is planned from the first, and held against its plan. */
  readonly again?: readonly (readonly Draw[])[];
  readonly drainMinutes?: number;
}

/** One rollout of every pool, all asked for at once. */
export interface Ran {
  readonly minutes: number;
  readonly backMinutes: number;
  readonly planned: Planned | undefined;
  readonly phases: readonly string[];
  readonly armCallsPerHost: number;
  readonly commonest: readonly (readonly [what: string, perHost: number])[];
  /** By what Azure counts calls against. */
  readonly pressed: Readonly<Record<string, Pressed>>;
  readonly lagSeconds: readonly number[];
  readonly executionsPerHost: number;
  readonly messagesPerHost: number;
  readonly tableOperationsPerHost: number;
  /** Where the time of a host goes, on average: in whose hands it was, and until the next took its place. */
  readonly spent: Readonly<Record<'users' | 'turn' | 'azure' | 'own', number>>;
  readonly heapMB: number;
}

/** What a plan said of a rollout, made from the history of one before, and what it took. */
export interface Planned {
  readonly p50Minutes: number;
  readonly p90Minutes: number;
  readonly minutes: number;
}

/** How the bench's world differs from one in which nothing ever takes time: messages come late, calls last. */
export const manner = {
  /** A scheduled message of Service Bus comes at its time or a little after. */
  messageSeconds: [0, 1],
  /** A call of Azure Resource Manager. */
  callSeconds: [0.1, 0.6],
  instances: 2,
  /** The pools are spread over so many; Azure counts for each. */
  subscriptions: 10,
} as const;

/** The least that the app lets a team say; a pool needs no floor to hold when nobody uses it. */
function policy(drainMinutes: number): Policy {
  return {
    ...link.policy,
    maxUnavailable: '20%',
    drainAhead: '10%',
    floor: { percent: 50, headroomPercent: 20 },
    maxFailed: 1,
    minDrainMinutes: drainMinutes,
    waves: [{ upTo: 1, bakeMinutes: 0 }],
    sessions: { ...link.policy.sessions, graceMinutes: 15 },
  };
}

/** The real lives, engine and stages on a virtual clock, over an Azure that takes the drawn times. */
export async function ran({
  seed,
  pools,
  withUsers,
  rollback,
  again,
  drainMinutes = 1,
}: Asked): Promise<Ran> {
  quiet();
  const world = new World(
    { ...well, seed },
    {
      messageSeconds: (random) => random.between(...manner.messageSeconds),
      callSeconds: (random) => random.between(...manner.callSeconds),
    },
  );
  const cloud = new Cloud(world, { instances: manner.instances });
  const lags = new Lags(cloud);
  const hosts = pools.reduce((sum, { length }) => sum + length, 0);
  const ledger = new Ledger(cloud, hosts);
  const times = new Map(pools.map((draws, index) => [`pool-${index}`, draws]));
  for (const name of times.keys()) settle(cloud, lags, name, times);
  if (withUsers) seatUsers(cloud);
  await seedVersion(cloud, '1.0.0', oldVersion);
  await seedVersion(cloud, '1.1.0', newVersion);
  await world.passUntil(() => false, { days: 10 / 1440 });
  const minutes = await rolledOut(cloud, '1.1.0', policy(drainMinutes));
  const { executions, messages } = cloud.counts;
  const { reads, writes, queryPages, removes } = cloud.tables.counts;
  const armCalls = ledger.all;
  const { commonest, pressed } = ledger;
  const spent = spentBy(cloud);
  const lagSeconds = lags.seconds();
  const heapMB = process.memoryUsage().heapUsed / 2 ** 20;
  const backMinutes = rollback ? await rolledOut(cloud, '1.0.0', policy(drainMinutes)) : Number.NaN;
  for (const [index, draws] of (again ?? []).entries()) {
    times.set(`pool-${index}`, draws);
    temper(cloud.place(`pool-${index}`), draws);
  }
  return {
    minutes,
    backMinutes,
    planned: again && (await planned(cloud, rollback ? '1.1.0' : '1.0.0', policy(drainMinutes))),
    phases: cloud.tables.statesOf<Rollout>('rollouts').map(([, { phase }]) => phase),
    armCallsPerHost: armCalls / hosts,
    commonest,
    pressed,
    lagSeconds,
    executionsPerHost: executions / hosts,
    messagesPerHost: messages / hosts,
    tableOperationsPerHost: (reads + writes + queryPages + removes) / hosts,
    spent,
    heapMB,
  };
}

/** The first pool's next rollout, planned from what its hosts took before. */
async function planned(cloud: Cloud, version: string, policy: Policy): Promise<Planned> {
  let eta: Pick<Planned, 'p50Minutes' | 'p90Minutes'> | undefined;
  cloud.world.start(async () => {
    ({ eta } = await cloud.app().rollouts.plan('pool-0', { version }));
  });
  await cloud.world.passUntil(() => eta !== undefined, { days: 1 / 24 });
  if (!eta) throw new Error('a rollout of the bench has no end to plan');
  const { p50Minutes, p90Minutes } = eta;
  return { p50Minutes, p90Minutes, minutes: await rolledOut(cloud, version, policy) };
}

function settle(cloud: Cloud, lags: Lags, name: string, times: ReadonlyMap<string, readonly Draw[]>): void {
  const place = cloud.addPlace(name);
  const { azure } = place;
  const draws = times.get(name) ?? [];
  const base = (instanceId: string) => {
    const drawn = times.get(name)?.[Number(instanceId)];
    const { minutes, slowMinutes } = drawn ?? { minutes: 0, slowMinutes: 0 };
    return { seconds: (minutes - slowMinutes) * 60 };
  };
  const { shares } = distribution;
  azure.reimageSeconds = (id) => base(id).seconds * shares.reimage;
  azure.bootSeconds = (id) => base(id).seconds * shares.boot;
  azure.installSeconds = (id) => base(id).seconds * shares.install;
  azure.appearSeconds = (id) => base(id).seconds * shares.appear;
  for (const number of draws.keys()) azure.add(String(number));
  temper(place, draws);
  lags.watch(place);
}

/** How long the agent of each host updates itself: its own share, and more where it is slow. */
function temper({ azure }: Place, draws: readonly Draw[]): void {
  for (const [number, { minutes, slowMinutes }] of draws.entries()) {
    const state = azure.fleet.get(String(number));
    const upgradeMinutes = slowMinutes + (minutes - slowMinutes) * distribution.shares.available;
    if (state) state.temper = { ...evenTempered, upgradeMinutes };
  }
}

/** One on each host; none of them leaves by himself. */
function seatUsers({ places }: Cloud): void {
  for (const { azure } of places.values()) {
    for (const { machine } of azure.fleet.values())
      azure.desktop.seat(`user of ${machine.computerName}`, machine.computerName, 100 * 86_400);
  }
}

/** Minutes from the request until the last pool is let go. */
async function rolledOut(cloud: Cloud, version: string, policy: Policy): Promise<number> {
  const { world, tables } = cloud;
  const before = tables.statesOf('rollouts').length;
  const began = world.now();
  let ended = began;
  const names = [...cloud.places.keys()];
  for (const [index, name] of names.entries()) {
    const poolLink = linkOf(name, 'production', policy, {
      subscriptionId: `s${index % manner.subscriptions}`,
    });
    world.start(async () => {
      const { rollouts } = cloud.app();
      type Body = Parameters<typeof rollouts.definePool>[1];
      await rollouts.definePool(name, poolLink as unknown as Body);
      await rollouts.startRollout(name, { version, reason: 'bench' }, `${name}-${version}-${before}`);
    });
  }
  const isOver = () => {
    const all = tables.statesOf<Rollout>('rollouts').map(([, rollout]) => rollout);
    const ends = all.flatMap((rollout) => ('at' in rollout ? [rollout.at] : []));
    ended = ends.toSorted().at(-1) ?? began;
    return all.length === before + names.length && ends.length === all.length;
  };
  if (!(await world.passUntil(isOver, { days: 3 }))) throw new Error('a rollout of the bench did not end');
  return secondsBetween(began, ended) / 60;
}

function spentBy({ tables }: Cloud): Ran['spent'] {
  const all = tables.statesOf<Host>('hosts').map(([, { spent }]) => spent);
  const mean = (of: keyof Ran['spent']) => all.reduce((sum, spent) => sum + spent[of], 0) / all.length / 60;
  return { users: mean('users'), turn: mean('turn'), azure: mean('azure'), own: mean('own') };
}
