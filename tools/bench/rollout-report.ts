import { rounded } from './figures.ts';
import type { RolloutBench, Spread } from './rollout.ts';
import type { Grown } from './rollout-growth.ts';
import { limits } from '../../test/simulation/azure-limits.ts';

const lagLimit =
  'lists of a scale set: 10 a minute, and each page of 100 machines is one: no two looks at a pool can lie closer than 6 s for each page; they lie 10 s apart, and 7.5 s for each page where it has more than one';

/** The figures as one object, for a line of JSON. */
export function rolloutJson(bench: RolloutBench) {
  const { goldsmith, peers, overhead, overheadBeyondPolicy, rollback, lag, armCallsPerHost } = bench;
  return {
    seed: bench.seed,
    draws: bench.draws,
    hosts: bench.hosts,
    window: bench.window,
    drainAhead: bench.ahead,
    distribution: bench.distribution,
    manner: bench.manner,
    lowerBoundMinutes: rounded(peers.lowerBound.median),
    listScheduleMinutes: rounded(peers.listSchedule.median),
    medianMinutes: rounded(goldsmith.median),
    p95Minutes: rounded(goldsmith.p95),
    overheadPercent: rounded(overhead.median),
    overheadBeyondPolicyPercent: rounded(overheadBeyondPolicy.median),
    rollbackMedianMinutes: rounded(rollback.median),
    armCallsPerHost: rounded(armCallsPerHost.median),
    detectionLagP95Seconds: rounded(lag.p95),
    detectionLagLimit: lagLimit,
    peers: shown(peers),
    withUsers: { goldsmith: both(bench.withUsers.goldsmith), peers: shown(bench.withUsers.peers) },
    minutesOfAHost: {
      users: rounded(bench.spent.users, 2),
      turn: rounded(bench.spent.turn, 2),
      azure: rounded(bench.spent.azure, 2),
      own: rounded(bench.spent.own, 2),
    },
    plan: {
      rollouts: bench.planned.rollouts,
      offMedianPercent: rounded(bench.planned.offPercent.median),
      offP95Percent: rounded(bench.planned.offPercent.p95),
      withinP50Percent: rounded(bench.planned.withinP50Percent),
      withinP90Percent: rounded(bench.planned.withinP90Percent),
    },
    callsByKind: Object.fromEntries(bench.commonest.map(([what, count]) => [what, rounded(count, 2)])),
    limits: pressedJson(bench.pressed),
    growth: bench.growth.map(grownJson),
    complaints: bench.complaints,
  };
}

function pressedJson(pressed: RolloutBench['pressed']) {
  const kinds = Object.entries(pressed).map(([kind, { mostInAMinute, refusedPercent }]) => {
    const limit = limits[kind];
    return [kind, { perMinute: limit, mostInAMinute, refusedPercent: rounded(refusedPercent) }] as const;
  });
  return Object.fromEntries(kinds);
}

function both({ median, p95 }: Spread) {
  return { medianMinutes: rounded(median), p95Minutes: rounded(p95) };
}

function shown(peers: RolloutBench['peers']) {
  return Object.fromEntries(Object.entries(peers).map(([name, spread]) => [name, both(spread)]));
}

function grownJson({ pools, hostsEach, ...grown }: Grown) {
  return {
    pools,
    hostsEach,
    minutes: rounded(grown.minutes),
    overheadPercent: rounded(grown.overheadPercent),
    executionsPerHost: rounded(grown.executionsPerHost),
    messagesPerHost: rounded(grown.messagesPerHost),
    tableOperationsPerHost: rounded(grown.tableOperationsPerHost),
    armCallsPerHost: rounded(grown.armCallsPerHost),
    lagP95Seconds: rounded(grown.lagP95),
    lagLimitSeconds: lagLimitOf(hostsEach),
    limits: pressedJson(grown.pressed),
    heapMB: rounded(grown.heapMB),
    seconds: rounded(grown.seconds),
  };
}

/** Between two lists of so many machines, once the burst is used up. */
function lagLimitOf(machines: number): number {
  return 6 * Math.ceil(machines / 100);
}

/** The figures for people. */
export function rolloutTable(bench: RolloutBench): string[] {
  const { hosts, window, draws, seed, distribution: drawn, lag, peers, withUsers } = bench;
  const line = (name: string, alone: Spread, crowd?: Spread) =>
    `  ${name.padEnd(44)}${[alone.median, alone.p95, ...(crowd ? [crowd.median] : [])]
      .map((value) => String(Math.round(value)).padStart(9))
      .join('')}`;
  return [
    `a rollout of ${hosts} hosts, ${window} worked on at once and ${bench.ahead} more drained meanwhile, one before all others; minutes over ${draws} draws (seed ${seed})`,
    `  times of Azure: ${drawn.kind}, median ${drawn.medianMinutes} min, sigma ${drawn.sigma}; ${drawn.slowShare * 100} % of hosts ${drawn.slowMinutes} min more`,
    `  ${''.padEnd(44)}   median      p95  with users to log off after 15 min`,
    line('lower bound', peers.lowerBound, withUsers.peers.lowerBound),
    line('longest first, all times known', peers.longestFirst, withUsers.peers.longestFirst),
    line('best list schedule', peers.listSchedule, withUsers.peers.listSchedule),
    line('Goldsmith', bench.goldsmith, withUsers.goldsmith),
    line('Goldsmith, back to the version before', bench.rollback),
    line('barrier batches (session host update)', peers.barrierBatches, withUsers.peers.barrierBatches),
    line('a tick every 30 minutes (FederalAVD)', peers.halfHourTicks, withUsers.peers.halfHourTicks),
    line('a tick every hour (AVDSessionHostReplacer)', peers.hourlyTicks, withUsers.peers.hourlyTicks),
    `  over the best list schedule: ${rounded(bench.overhead.median)} %; where every host of it waits a minute for late users and a minute to settle before the next: ${rounded(bench.overheadBeyondPolicy.median)} %`,
    `  a host: ${rounded(bench.spent.users)} min for users, ${rounded(bench.spent.turn)} min empty until its turn, ${rounded(bench.spent.azure)} min with Azure, ${rounded(bench.spent.own, 2)} min our own`,
    `  planned from the pool's own history: P50 is ${rounded(bench.planned.offPercent.median)} % off in the median, p95 ${rounded(bench.planned.offPercent.p95)} %; ${rounded(bench.planned.withinP50Percent)} % of ${bench.planned.rollouts} were over by P50, ${rounded(bench.planned.withinP90Percent)} % by P90`,
    `  from a change in Azure to our next step: p50 ${rounded(lag.p50)} s, p95 ${rounded(lag.p95)} s (virtual, ${lag.changes} changes)`,
    `    the limit is ${lagLimit}`,
    `  ARM calls per host: ${rounded(bench.armCallsPerHost.median)}, most of them ${bench.commonest
      .slice(0, 5)
      .map(([what, count]) => `${rounded(count)} ${what}`)
      .join(', ')}`,
    ...Object.entries(bench.pressed).map(
      ([kind, { mostInAMinute, refusedPercent }]) =>
        `    ${kind}: at most ${mostInAMinute} in a minute (limit ${limits[kind]}), ${rounded(refusedPercent)} % refused`,
    ),
    ...growthTable(bench.growth),
    ...bench.complaints.map((complaint) => `  NOT WELL: a rollout is ${complaint}`),
  ];
}

function growthTable(growth: readonly Grown[]): string[] {
  const line = (...values: (string | number)[]) =>
    `  ${values.map((value, column) => String(value).padStart(column === 0 ? 14 : 12)).join('')}`;
  return [
    '  growth, per host; and the share of its lists of a scale set that Azure refused:',
    line(
      'pools x hosts',
      'minutes',
      'overhead %',
      'executions',
      'messages',
      'table ops',
      'ARM calls',
      'refused %',
      'lag p95 s',
      'of at least',
      'heap MB',
    ),
    ...growth.map((grown) =>
      line(
        `${grown.pools} x ${grown.hostsEach}`,
        rounded(grown.minutes),
        rounded(grown.overheadPercent),
        rounded(grown.executionsPerHost),
        rounded(grown.messagesPerHost),
        rounded(grown.tableOperationsPerHost),
        rounded(grown.armCallsPerHost),
        rounded(grown.pressed['list of one']?.refusedPercent ?? 0),
        rounded(grown.lagP95),
        lagLimitOf(grown.hostsEach),
        Math.round(grown.heapMB),
      ),
    ),
  ];
}
