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
  'test',
  'validate',
  'approval',
  'promote',
  'announce',
  'release',
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
  return ({ version, rollouts }, { now, people, hosts }) => {
    const current = stageOf(version);
    if (!began.has(current)) began.set(current, Date.parse(version.since));
    const at = stageNames.findIndex((name) => name === current);
    const isReleased = version.status === 'released';
    const stateOf = (index: number): StageScene['state'] => {
      if (isReleased || index < at) return 'done';
      if (index > at) return 'open';
      return version.failure ? 'failed' : 'now';
    };
    const stages = stageNames.map((name, index): StageScene => {
      const from = began.get(name);
      const to = stateOf(index) === 'now' ? now : nextStart(began, index);
      const minutes = from === undefined || to === undefined ? undefined : (to - from) / 60_000;
      return {
        name,
        state: stateOf(index),
        minutes,
        note: index === at && !isReleased ? noteOf(version) : '',
      };
    });
    return {
      version: version.version,
      source: [version.source.offer, version.source.sku, version.source.version].join(' '),
      now,
      requestedAt: Math.min(...began.values()),
      status: version.status,
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

function stageOf({ status, stage }: Progress['version']): string {
  if (status === 'awaiting-approval') return 'approval';
  return status === 'released' ? 'over' : (stage ?? '');
}

function noteOf({ failure, waitingFor = '' }: Progress['version']): string {
  return failure ? `${failure.code}: ${failure.message}` : shorter(waitingFor);
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
  const sum = (of: (host: HostView) => number | readonly unknown[]) =>
    known.map(of).reduce<number>((total, one) => total + (typeof one === 'number' ? one : one.length), 0);
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
  if (status === 'done' || status === 'skipped') return 'done';
  const stage = hostStages.find((name) => name === host.stage);
  if (stage) return stage;
  return status === 'admitted' || status === 'running' ? 'exclude' : 'failed';
}
