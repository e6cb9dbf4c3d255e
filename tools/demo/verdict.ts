import type { Api } from './api.ts';
import { imageSet, type Progress } from './job.ts';
import { type Before, leftBehind } from './left-behind.ts';
import { type Minutes, minutesByStage, type StageMinutes, total } from './minutes.ts';
import { headlineOf, type Messaged, type PoolTruth, type Truth } from './truth.ts';
import type { HistoryLine, HostPoolView } from './views.ts';

/** The last line of `--json`, field by field. */
export interface Report {
  readonly version: string;
  readonly channels: readonly string[];
  readonly hosts: { readonly total: number; readonly done: number };
  readonly users: { readonly messaged: number; readonly loggedOff: number };
  readonly capacity: { readonly lowest: number; readonly floor: number };
  readonly minutes: Minutes;
  readonly armCalls: number;
  readonly webhooks: readonly string[];
  readonly leftBehind: readonly string[];
}

export interface Verdict {
  readonly report: Report;
  /** What is not as it must be, in sentences; empty if all is well. */
  readonly complaints: readonly string[];
  readonly stages: readonly StageMinutes[];
  readonly pools: readonly { readonly name: string; readonly lowest: number; readonly floor: number }[];
  readonly armCallsByKind: Readonly<Record<string, number>>;
}

interface Parts {
  readonly api: Api;
  readonly truth: Truth;
  readonly before: Before;
  readonly pools: readonly HostPoolView[];
}

/** Holds what Goldsmith says it did against what Azure knows. */
export async function judge(
  { version, release, rollouts }: Progress,
  { api, truth, before, pools }: Parts,
): Promise<Verdict> {
  const [history, released, found, resources, requests, webhooks, queues] = await Promise.all([
    api.get<{ value: HistoryLine[] }>(`image-sets/${imageSet}/versions/${version.version}/history`),
    api.get<{ value: HistoryLine[] }>(`releases/${imageSet}.${version.version}/history`),
    Promise.all(pools.map(({ hostPool }) => truth.pool(hostPool))),
    truth.resources(),
    truth.requests(),
    truth.webhooks(),
    truth.queues(),
  ]);
  const records = rollouts.flatMap(({ hosts }) => hosts);
  const channels = release.channels.map(({ name }) => name);
  const passed = release.channels.flatMap(({ name, passedAt }) => (passedAt === undefined ? [] : [name]));
  const stages = minutesByStage({ version: history.value, release: released.value, channels }, records);
  const hosts = found.flatMap((pool) => pool.hosts);
  const capacities = found.map((pool) => {
    const link = pools.find(({ hostPool }) => hostPool === pool.name);
    const perHost = rollouts.find(({ hostPool }) => hostPool === link?.name)?.capacity?.perHost ?? 0;
    const floor = Math.ceil((pool.hosts.length * perHost * (link?.policy.floor.percent ?? 0)) / 100);
    return { name: pool.name, lowest: pool.capacity.lowest, floor };
  });
  const { lowest = 0, floor = 0 } = capacities.at(-1) ?? {};
  const heard = webhooks
    .filter(({ status }) => status < 300)
    .map(({ body }) => headlineOf(body) ?? 'unreadable');
  const left = leftBehind(before, resources, found);
  const { azure, users, own } = total(stages);
  const report: Report = {
    version: version.version,
    channels: passed,
    hosts: {
      total: hosts.length,
      done: hosts.filter(({ imageVersion }) => imageVersion === version.version).length,
    },
    users: {
      messaged: timesTold(found).size,
      loggedOff: found.flatMap((pool) => pool.users.loggedOff).length,
    },
    capacity: { lowest, floor },
    minutes: { azure: rounded(azure), users: rounded(users), own: rounded(own) },
    armCalls: requests.total,
    webhooks: heard,
    leftBehind: left,
  };
  const deadLetters = Object.entries(queues).filter(([, { deadLetter }]) => deadLetter > 0);
  const complaints = [
    ...(release.status === 'released' ? [] : [`The release is ${release.status}, not released.`]),
    ...[version, release].flatMap(({ failure }) => (failure ? [`${failure.code}: ${failure.message}`] : [])),
    ...missing(['test', 'production'], passed).map((name) => `Channel ${name} was not reached.`),
    ...found.flatMap((pool) => hostComplaints(pool, version.version)),
    ...found.flatMap(userComplaints),
    ...capacities
      .filter((one) => !(one.lowest >= one.floor))
      .map((one) => `${one.name} was down to ${one.lowest} places, below its floor of ${one.floor}.`),
    ...(heard.some((text) => text.includes(`${version.version} is promoted`))
      ? []
      : ['No webhook told of the promotion.']),
    ...left.map((what) => `Left behind: ${what}.`),
    ...deadLetters.map(([queue, { deadLetter }]) => `${deadLetter} dead letters in ${queue}.`),
  ];
  return { report, complaints, stages, pools: capacities, armCallsByKind: requests.byKind };
}

function hostComplaints({ hosts }: PoolTruth, number: string): string[] {
  return hosts.flatMap(({ name, imageVersion, reimages }) => [
    ...(imageVersion === number ? [] : [`${name} runs ${imageVersion}.`]),
    ...(reimages === 1 ? [] : [`${name} was reimaged ${reimages} times.`]),
  ]);
}

function userComplaints(pool: PoolTruth): string[] {
  const often = [...timesTold([pool]).values()].filter(({ times }) => times > 1);
  return [
    ...often.map(({ user, host, times }) => `${user} was told ${times} times on ${host}.`),
    ...pool.users.cutOff.map(({ user, host }) => `${user} was cut off on ${host}.`),
  ];
}

/** Who was told, by session, and how often. */
export function timesTold(pools: readonly PoolTruth[]): ReadonlyMap<string, Messaged> {
  const told = new Map<string, Messaged>();
  for (const message of pools.flatMap(({ users }) => users.messaged)) {
    const times = (told.get(message.objectId)?.times ?? 0) + message.times;
    told.set(message.objectId, { ...message, times });
  }
  return told;
}

function missing(wanted: readonly string[], there: readonly string[]): string[] {
  return wanted.filter((name) => !there.includes(name));
}

function rounded(minutes: number): number {
  return Math.round(minutes * 10) / 10;
}
