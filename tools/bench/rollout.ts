import { Worker } from 'node:worker_threads';
import { availableParallelism } from 'node:os';
import { percentile } from './figures.ts';
import { distribution, drawn } from './rollout-draws.ts';
import { type Done, type Grown, grown, growing } from './rollout-growth.ts';
import { over, type Peers, peersOf } from './rollout-peers.ts';
import type { Pressed } from './rollout-ledger.ts';
import { type Asked, manner, type Planned, type Ran } from './rollout-run.ts';

export interface Spread {
  readonly median: number;
  readonly p95: number;
}

/** How near rollouts came to their plans, each made from the history of the ones before. */
export interface PlanAccuracy {
  /** How far from P50 one ended, in percent of what it took. */
  readonly offPercent: Spread;
  /** So many of a hundred were over by P90, and by P50. */
  readonly withinP90Percent: number;
  readonly withinP50Percent: number;
  readonly rollouts: number;
}

export interface RolloutBench {
  readonly seed: number;
  readonly draws: number;
  readonly hosts: number;
  readonly window: number;
  /** Drained besides, so that they are empty when their turn comes. */
  readonly ahead: number;
  readonly distribution: typeof distribution;
  readonly manner: typeof manner;
  readonly goldsmith: Spread;
  readonly rollback: Spread;
  /** Over the best list schedule of the very same draw, in percent. */
  readonly overhead: Spread;
  /** The same where every schedule is granted the two waits that the policy asks for on each host. */
  readonly overheadBeyondPolicy: Spread;
  readonly peers: Readonly<Record<keyof Peers, Spread>>;
  /** One user on each host who has to be logged off after fifteen minutes. */
  readonly withUsers: { readonly goldsmith: Spread; readonly peers: Readonly<Record<keyof Peers, Spread>> };
  readonly armCallsPerHost: Spread;
  readonly commonest: Ran['commonest'];
  readonly pressed: Ran['pressed'];
  readonly lag: { readonly p50: number; readonly p95: number; readonly changes: number };
  readonly spent: Ran['spent'];
  readonly planned: PlanAccuracy;
  readonly growth: readonly Grown[];
  readonly complaints: readonly string[];
}

/** What the policy of the bench asks of each host besides Azure's work: the least that the app lets one ask. */
const policyMinutes = { drain: 1, settle: 1 } as const;
const graceMinutes = 15;
const hosts = 100;
const window = 20;
const ahead = 10;

export interface RolloutOptions {
  readonly draws: number;
  readonly seed: number;
  /** Up to how many hosts growth is measured. */
  readonly most: number;
}

type Job = Asked & { readonly kind: 'draw' | 'users' | 'growth' };

/** The same draws for everybody: the real lives on a virtual clock, and the policies of others. */
export async function measureRollout({ draws, seed, most }: RolloutOptions): Promise<RolloutBench> {
  const seeds = Array.from({ length: draws }, (_, index) => seed + index);
  const jobs: Job[] = [
    ...growing(seed, most).map((pools): Job => ({ kind: 'growth', seed, pools })),
    ...seeds.map((one): Job => {
      const [pools, again] = [[drawn(hosts, one)], [drawn(hosts, one + 10_000)]];
      return { kind: 'draw', seed: one, pools, rollback: true, again };
    }),
    ...seeds
      .slice(0, Math.ceil(draws / 6))
      .map((one): Job => ({ kind: 'users', seed: one, pools: [drawn(hosts, one)], withUsers: true })),
  ];
  const done = await inWorkers(jobs);
  const of = (kind: Job['kind']) =>
    jobs.flatMap((job, index) => {
      const result = done[index];
      return job.kind === kind && result ? [{ job, result }] : [];
    });
  const forward = of('draw').map(({ job, result }) => compared(job, result));
  const withUsers = of('users').map(({ job, result }) => compared(job, result, graceMinutes));
  const lags = forward.flatMap(({ result }) => result.lagSeconds);
  const ran = forward.map(({ result }) => result);
  return {
    seed,
    draws,
    hosts,
    window,
    ahead,
    distribution,
    manner,
    goldsmith: spread(ran.map(({ minutes }) => minutes)),
    rollback: spread(ran.map(({ backMinutes }) => backMinutes)),
    overhead: spread(forward.map(({ result, peers }) => over(result.minutes, peers.listSchedule))),
    overheadBeyondPolicy: spread(forward.map(({ result, granted }) => over(result.minutes, granted))),
    peers: spreads(forward.map(({ peers }) => peers)),
    withUsers: {
      goldsmith: spread(withUsers.map(({ result }) => result.minutes)),
      peers: spreads(withUsers.map(({ peers }) => peers)),
    },
    armCallsPerHost: spread(ran.map(({ armCallsPerHost }) => armCallsPerHost)),
    commonest: ran[0]?.commonest ?? [],
    pressed: worst(ran.map(({ pressed }) => pressed)),
    lag: { p50: percentile(lags, 0.5), p95: percentile(lags, 0.95), changes: lags.length },
    spent: meanSpent(ran),
    planned: accuracyOf(ran.flatMap(({ planned }) => planned ?? [])),
    growth: of('growth')
      .map(({ job, result }) => grown(job, window / hosts, result))
      .toReversed(),
    complaints: done.flatMap(({ phases }) => phases.filter((phase) => phase !== 'succeeded')),
  };
}

function compared(job: Job, result: Done, extra = 0) {
  const minutes = (job.pools[0] ?? []).map((draw) => draw.minutes + extra);
  const { drain, settle } = policyMinutes;
  const granted = peersOf(
    minutes.map((one) => one + drain + settle),
    window,
    job.seed,
  ).listSchedule;
  return { result, peers: peersOf(minutes, window, job.seed), granted };
}

function spread(values: readonly number[]): Spread {
  return { median: percentile(values, 0.5), p95: percentile(values, 0.95) };
}

function spreads(all: readonly Peers[]): Record<keyof Peers, Spread> {
  const of = (name: keyof Peers) => spread(all.map((peers) => peers[name]));
  return {
    lowerBound: of('lowerBound'),
    longestFirst: of('longestFirst'),
    listSchedule: of('listSchedule'),
    barrierBatches: of('barrierBatches'),
    halfHourTicks: of('halfHourTicks'),
    hourlyTicks: of('hourlyTicks'),
  };
}

function worst(all: readonly Ran['pressed'][]): Ran['pressed'] {
  const kinds = [...new Set(all.flatMap((pressed) => Object.keys(pressed)))];
  const most = (kind: string, of: keyof Pressed) => Math.max(...all.map((one) => one[kind]?.[of] ?? 0));
  return Object.fromEntries(
    kinds.map((kind) => {
      const [mostInAMinute, refusedPercent] = [most(kind, 'mostInAMinute'), most(kind, 'refusedPercent')];
      return [kind, { mostInAMinute, refusedPercent }];
    }),
  );
}

function accuracyOf(all: readonly Planned[]): PlanAccuracy {
  const within = (of: 'p50Minutes' | 'p90Minutes') =>
    (all.filter((one) => one.minutes <= one[of]).length / all.length) * 100;
  return {
    offPercent: spread(all.map((one) => (Math.abs(one.minutes - one.p50Minutes) / one.minutes) * 100)),
    withinP90Percent: within('p90Minutes'),
    withinP50Percent: within('p50Minutes'),
    rollouts: all.length,
  };
}

function meanSpent(all: readonly Ran[]): Ran['spent'] {
  const mean = (of: keyof Ran['spent']) => all.reduce((sum, { spent }) => sum + spent[of], 0) / all.length;
  return { users: mean('users'), turn: mean('turn'), azure: mean('azure'), own: mean('own') };
}

/** Each worker takes the next job when it has done one; the longest come first. */
async function inWorkers(jobs: readonly Job[]): Promise<readonly Done[]> {
  const done: Done[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < jobs.length; index = next++) {
      done[index] = await inWorker(jobs[index]);
      process.stderr.write(`  ${done.filter(Boolean).length} of ${jobs.length} rollouts\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return done;
}

/** A process of its own each time, so that the memory it takes is the memory of one fleet. */
async function inWorker(job: Job | undefined): Promise<Done> {
  const worker = new Worker(new URL('./rollout-worker.ts', import.meta.url), { workerData: job });
  return await new Promise<Done>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
