import { setTimeout as sleep } from 'node:timers/promises';
import { openRolloutCloud, type RolloutCloud, until } from '../../test/long/rollout-cloud.ts';
import type { ArmRequest } from '../../test/long/rollout-views.ts';
import { Random } from '../../test/support/random.ts';
import { percentile, rounded } from './figures.ts';

/**
 * Slow enough that what waits by the clock, such as the sweeper, counts for about what it is, and quick enough that
 * a version is built in two minutes. What takes a processor's time counts for so many times as much.
 */
const speed = 20;
const pauses = 8;
const kills = 6;
/** What nobody has looked at for so long after a restart counts as that. */
const patienceSeconds = 300;
const tag = 'goldsmith-exclude';

export interface Steering {
  /** Real seconds from the answer to a pause until the last request that begins with a host; 0 if there was none. */
  readonly stop: readonly number[];
  /** Requests that began with a host before the answers: without any there would have been nothing to stop. */
  readonly begun: number;
  /** Hosts that were admitted or given their turn after the answer. */
  readonly late: number;
  /** Virtual seconds from when the app is there again until it asks anything of Azure. */
  readonly first: readonly number[];
  /** The same until each piece of work is looked at that was under way, or from when it was due if that is later. */
  readonly goOn: readonly number[];
  /** Real seconds from the kill until the app answers again. */
  readonly restart: readonly number[];
}

/** Pauses a rollout right after hosts may have begun, and kills the app while they are worked on. */
export async function measureSteering(seed: number): Promise<Steering> {
  const fleet = { testHosts: 1, productionHosts: 8, people: 0, flexHosts: 0, vmHosts: 0, personalHosts: 0 };
  const cloud = await openRolloutCloud({ speed, fleet });
  try {
    const random = new Random(seed);
    await cloud.policy('production', { maxUnavailable: 4, drainAhead: 2 });
    const id = await cloud.start('production', '1.0.0');
    const paused = await pauseAgainAndAgain(cloud, id, random);
    const killed = await killAgainAndAgain(cloud, id, random);
    return { ...paused, ...killed };
  } finally {
    await cloud.stop();
  }
}

async function pauseAgainAndAgain(cloud: RolloutCloud, id: string, random: Random) {
  const { clock } = cloud.local;
  const stop: number[] = [];
  let [begun, late] = [0, 0];
  for (let round = 0; round < pauses; round += 1) {
    const since = await cloud.requestsSoFar();
    // Hosts begin within these seconds after a rollout may go on: at the pause some of it is on its way.
    await sleep(random.between(500, 4000));
    await cloud.ask('POST', `rollouts/${id}/pause`, { reason: `round ${round}` });
    const answeredAt = clock.now();
    await sleep(4000);
    const hosts = await cloud.hosts(id);
    // Of hosts that had their turn before, which come to their end: new ones are drained as soon as they register.
    const isAtWork = ({ path }: ArmRequest) =>
      hosts.some(
        ({ goAt, instanceId, sessionHost }) =>
          goAt !== undefined && (path.endsWith(`/${instanceId}`) || path.endsWith(`/${sessionHost}`)),
      );
    const requests = (await cloud.requests(since)).filter((one) => beginsWithHost(one) && !isAtWork(one));
    const beginnings = requests.map(({ at }) => Date.parse(at));
    const last = Math.max(answeredAt, ...beginnings);
    begun += beginnings.filter((at) => at <= answeredAt).length;
    stop.push((last - answeredAt) / 1000 / speed);
    const isLate = (at = '') => at !== '' && Date.parse(at) > answeredAt;
    late += hosts.filter(({ admittedAt, goAt }) => isLate(admittedAt) || isLate(goAt)).length;
    await cloud.ask('POST', `rollouts/${id}/resume`, {});
  }
  return { stop, begun, late };
}

/** Our mark in the tag, or our drain: whatever is done to a host begins with these. */
function beginsWithHost({ method, body, status }: ArmRequest): boolean {
  if (status >= 300) return false;
  const mark = body?.tags?.[tag];
  const isMark = method === 'PUT' && typeof mark === 'string' && mark.startsWith('goldsmith:');
  return isMark || (method === 'PATCH' && body?.properties?.['allowNewSession'] === false);
}

async function killAgainAndAgain(cloud: RolloutCloud, id: string, random: Random) {
  const { clock, app } = cloud.local;
  const first: number[] = [];
  const goOn: number[] = [];
  const restart: number[] = [];
  for (let round = 0; round < kills; round += 1) {
    // With work in every state, as far as may be.
    await until(async () => (await dueTimes(cloud, id)).size > 2);
    await sleep(random.between(500, 6000));
    const killedAt = Date.now();
    await app.kill();
    await app.start();
    const there = clock.now();
    restart.push((Date.now() - killedAt) / 1000);
    const since = await cloud.requestsSoFar();
    goOn.push(...(await untilAllGoOn(cloud, id, there)));
    const [request] = await cloud.requests(since);
    if (request) first.push(Math.max(0, (Date.parse(request.at) - there) / 1000));
  }
  return { first, goOn, restart };
}

/** When the rollout and each host under way are to be looked at next. */
async function dueTimes({ rollout, hosts }: RolloutCloud, id: string): Promise<Map<string, number>> {
  const [whole, all] = [await rollout(id), await hosts(id)];
  const due = [whole, ...all].map((one) => ['id' in one ? one.id : one.instanceId, one.nextLookAt] as const);
  return new Map(due.flatMap(([who, at]) => (at === undefined ? [] : [[who, Date.parse(at)] as const])));
}

async function untilAllGoOn(cloud: RolloutCloud, id: string, there: number): Promise<number[]> {
  const { clock } = cloud.local;
  const left = await dueTimes(cloud, id);
  const took: number[] = [];
  while (left.size > 0) {
    await sleep(50);
    const now = await dueTimes(cloud, id);
    for (const [who, due] of left) {
      const seconds = (clock.now() - Math.max(due, there)) / 1000;
      if (now.get(who) === due && seconds < patienceSeconds) continue;
      left.delete(who);
      took.push(Math.max(0, seconds));
    }
  }
  return took;
}

export function steerJson({ stop, begun, late, first, goOn, restart }: Steering) {
  const spread = (values: readonly number[]) => ({
    median: rounded(percentile(values, 0.5), 2),
    p95: rounded(percentile(values, 0.95), 2),
    most: rounded(Math.max(...values), 2),
  });
  return {
    speed,
    pauses: stop.length,
    pauseToLastStartSeconds: spread(stop),
    begunBeforePause: begun,
    startedAfterPause: late,
    kills: restart.length,
    restartSeconds: spread(restart),
    restartToFirstRequestSeconds: spread(first),
    workUnderWay: goOn.length,
    restartToNextLookSeconds: spread(goOn),
  };
}

/** What is slower than promised. */
export function steerComplaints(steering: Steering): readonly string[] {
  const { pauseToLastStartSeconds, startedAfterPause, restartToNextLookSeconds } = steerJson(steering);
  return [
    ...(pauseToLastStartSeconds.most > 2
      ? [`a host begun ${pauseToLastStartSeconds.most} s after a pause`]
      : []),
    ...(startedAfterPause > 0
      ? [`${startedAfterPause} hosts admitted or given their turn after a pause`]
      : []),
    ...(restartToNextLookSeconds.most > 60
      ? [`work that nobody looked at for ${restartToNextLookSeconds.most} s after a restart`]
      : []),
  ];
}

export function steerTable(steering: Steering): string[] {
  const figures = steerJson(steering);
  const line = (what: string, { median, p95, most }: ReturnType<typeof steerJson>['restartSeconds']) =>
    `  ${what.padEnd(74)}${[median, p95, most].map((value) => String(value).padStart(9)).join('')}`;
  return [
    `a rollout that is paused ${figures.pauses} times and whose app is killed ${figures.kills} times, at speed ${speed}`,
    `  ${''.padEnd(74)}${['median', 'p95', 'most'].map((name) => name.padStart(9)).join('')}`,
    line(
      'from the answer to a pause to the last request that begins with a host, s',
      figures.pauseToLastStartSeconds,
    ),
    `  such requests before the answers: ${figures.begunBeforePause}; hosts admitted or given their turn after them: ${figures.startedAfterPause}`,
    line('from a kill until the app answers again, s', figures.restartSeconds),
    line('from then to its first request of Azure, virtual s', figures.restartToFirstRequestSeconds),
    line(
      `the same, or from when it is due, to the next look, of ${figures.workUnderWay}, virtual s`,
      figures.restartToNextLookSeconds,
    ),
    ...steerComplaints(steering).map((complaint) => `  NOT WELL: ${complaint}`),
    `  virtual seconds count what waits by the clock as it is, and what takes a processor's time ${speed} times`,
  ];
}
