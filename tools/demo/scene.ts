import type { Progress } from './job.ts';
import type { PeopleCount } from './truth.ts';
import type { HostView, RolloutView } from './views.ts';

/** All that the screen shows at one moment, in plain values. */
export interface Scene {
  readonly version: string;
  readonly source: string;
  /** Virtual time, in ms. */
  readonly now: number;
  readonly requestedAt: number;
  readonly status: string;
  readonly stages: readonly StageScene[];
  readonly regions: readonly { readonly name: string; readonly percent: number }[];
  readonly pools: readonly PoolScene[];
}

export interface StageScene {
  readonly name: string;
  readonly state: 'done' | 'now' | 'open' | 'failed';
  /** How long it took, or has taken so far. */
  readonly minutes: number | undefined;
  readonly note: string;
}

export interface PoolScene {
  readonly name: string;
  readonly channel: string;
  readonly hosts: readonly { readonly name: string; readonly stage: HostStage }[];
  readonly told: number;
  readonly loggedOff: number;
  readonly people: PeopleCount | undefined;
  readonly capacity: RolloutView['capacity'];
  readonly note: string;
}

/** The stages of a host, and what comes before and after them. */
export type HostStage = (typeof hostStages)[number];
export const hostStages = [
  'to go',
  'exclude',
  'drain',
  'empty',
  'turn',
  'reimage',
  'register',
  'verify',
  'return',
  'done',
  'failed',
] as const;

export const stageNames = [
  'resolve',
  'admit',
  'prepare',
  'provision',
  'customise',
  'inspect',
  'generalise',
  'capture',
  'clean-up',
  'replicate',
  'hand-over',
  'enter test',
  'check test',
  'approve',
  'enter production',
  'check production',
] as const;

interface Around {
  readonly now: number;
  readonly people: readonly PeopleCount[];
  /** The hosts that each pool has, by the name of the pool; a rollout names those that it has begun. */
  readonly hosts: ReadonlyMap<
    string,
    { readonly hostPool: string; readonly channel: string; readonly names: readonly string[] }
  >;
}

/** Makes scenes of what is seen; remembers when each stage began, because an answer tells only of the present. */
export function sceneMaker(): (progress: Progress, around: Around) => Scene {
  const began = new Map<string, number>();
  return ({ version, release, rollouts }, { now, people, hosts }) => {
    const current = stageOf(version, release);
    const since = release.stage === 'build' ? version.since : release.since;
    if (!began.has(current)) began.set(current, Date.parse(since));
    const at = stageNames.findIndex((name) => name === current);
    const isReleased = release.status === 'released';
    const stateOf = (index: number): StageScene['state'] => {
      // A channel is entered as soon as the first region is there: others are copied to meanwhile.
      if (stageNames[index] === version.stage && version.status === 'running') return 'now';
      if (isReleased || index < at) return 'done';
      if (index > at) return 'open';
      return (version.failure ?? release.failure) ? 'failed' : 'now';
    };
    const stages = stageNames.map((name, index): StageScene => {
      const from = began.get(name);
      const to = stateOf(index) === 'now' ? now : nextStart(began, index);
      const minutes = from === undefined || to === undefined ? undefined : (to - from) / 60_000;
      return {
        name,
        state: stateOf(index),
        minutes,
        note: index === at && !isReleased ? noteOf(version, release) : '',
      };
    });
    return {
      version: version.version,
      source: sourceOf(version),
      now,
      requestedAt: Math.min(...began.values()),
      status: release.status,
      stages,
      regions: Object.entries(version.regions).map(([name, { percent }]) => ({ name, percent })),
      pools: [...hosts].map(([name, pool]) => {
        const rollout = rollouts.find(({ hostPool }) => hostPool === name);
        return poolScene({
          name,
          ...pool,
          rollout,
          people: people.find((one) => one.pool === pool.hostPool),
        });
      }),
    };
  };
}

function sourceOf({ source: { resolved } }: Progress['version']): string {
  return resolved
    ? [resolved.exact.offer, resolved.exact.sku, resolved.exact.version].join(' ')
    : 'the marketplace';
}

function stageOf(
  version: Progress['version'],
  { status, stage = '', channel = '' }: Progress['release'],
): string {
  if (status === 'released') return 'over';
  if (stage === 'build') return version.stage ?? '';
  return stage === 'approve' ? stage : `${stage} ${channel}`;
}

function noteOf(version: Progress['version'], release: Progress['release']): string {
  const failure = version.failure ?? release.failure;
  if (failure) return `${failure.code}: ${failure.message}`;
  return shorter((release.stage === 'build' ? version : release).waitingFor ?? '');
}

/** Without the hosts that are under way: those are to be seen. */
function shorter(waitingFor: string): string {
  return waitingFor
    .split('; ')
    .filter((part) => !part.includes('hosts under way'))
    .join('; ');
}

function nextStart(began: ReadonlyMap<string, number>, index: number): number | undefined {
  const later = [...stageNames.slice(index + 1), 'over'].map((name) => began.get(name));
  return later.find((at) => at !== undefined);
}

interface PoolParts extends Pick<PoolScene, 'name' | 'channel' | 'people'> {
  readonly names: readonly string[];
  readonly rollout: Progress['rollouts'][number] | undefined;
}

function poolScene({ name, channel, names, rollout, people }: PoolParts): PoolScene {
  const known = rollout?.hosts ?? [];
  const all = [...new Set([...names, ...known.map((host) => host.name)])];
  const hosts = all.map((host) => ({ name: host, stage: hostStage(known.find((one) => one.name === host)) }));
  const sum = (of: (host: HostView) => readonly unknown[]) => known.flatMap(of).length;
  return {
    name,
    channel,
    hosts: hosts.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
    told: sum(({ told }) => told),
    loggedOff: sum(({ loggedOff }) => loggedOff),
    people,
    capacity: rollout?.capacity,
    note: rollout?.status === 'running' ? shorter(rollout.waitingFor ?? '') : (rollout?.status ?? ''),
  };
}

function hostStage(host: HostView | undefined): HostStage {
  if (!host) return 'to go';
  const { status = host.outcome } = host;
  if (host.outcome === 'put-off') return 'to go';
  if (status === 'done' || status === 'skipped') return 'done';
  const stage = hostStages.find((name) => name === host.stage);
  if (stage) return stage;
  return status === 'admitted' || status === 'running' ? 'exclude' : 'failed';
}
