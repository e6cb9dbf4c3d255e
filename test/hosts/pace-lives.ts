import type { Machine } from '../../shared/hosts/machine.ts';
import type { Stage } from '../../shared/hosts/course.ts';
import { secondsBetween } from '../../shared/instant.ts';
import { type Fleet, fleetIn, link, type Without } from '../support/fleet.ts';
import { newVersion, type SmallAzure } from '../support/small-azure.ts';
import { well, World } from '../support/world.ts';
import { isOver } from '../../shared/rollouts/rollout.ts';

/** A change in Azure that the work on a host waits for, and the event by which it goes on. */
interface Change {
  readonly at: string;
  readonly name: string;
  readonly event: `${'stage-done' | 'stage-intended'} ${Stage}`;
}

export interface Measured {
  readonly hosts: number;
  readonly phase: string | undefined;
  readonly callsPerHost: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly minutes: number;
  readonly lag: { readonly p50: number; readonly p95: number; readonly changes: number };
}

interface Asked {
  readonly hosts: number;
  readonly window?: number | `${number}%`;
  readonly users?: number;
  readonly seed?: number;
  /** Share of messages that come up to twenty seconds late. */
  readonly lateMessages?: number;
  readonly without?: Without;
}

/** One whole rollout in a world where nothing goes wrong: what it asked of Azure, and how soon it saw changes. */
export async function measured({
  hosts,
  window = '20%',
  users = hosts * 3,
  seed = 1,
  lateMessages = 0,
  without = {},
}: Asked): Promise<Measured> {
  const world = new World({ ...well, seed, lateMessages });
  const calls: string[] = [];
  const changes: Change[] = [];
  const saved: Change[] = [];
  const fleet = fleetIn(world, without, (azure) => {
    azure.reimageSeconds = () => world.random.between(240, 480);
    watchChanges(world, azure, changes);
    azure.machines = overhear(azure.machines, calls);
    azure.fleets = overhear(azure.fleets, calls);
    azure.desktop.sessionHosts = overhear(azure.desktop.sessionHosts, calls);
    azure.desktop.hostPools = overhear(azure.desktop.hostPools, calls);
  });
  fleet.onHostSaved.push(({ plan }, event) => {
    if (event.type !== 'stage-done' && event.type !== 'stage-intended') return;
    saved.push({ at: world.now(), name: plan.name, event: `${event.type} ${event.stage}` });
  });
  for (let number = 0; number < hosts; number += 1) fleet.azure.add(String(number));
  for (let user = 0; user < users; user += 1) {
    fleet.azure.desktop.arrive(
      `user-${user}`,
      world.random.happens(0.3) ? 1_000_000 : world.random.between(60, 7200),
    );
  }
  await world.passUntil(() => false, { days: 1 / 48 });
  calls.splice(0);
  const began = world.now();
  start(world, fleet, window);
  const rollout = async () => (await fleet.seen.rollouts.loadAll(''))[0]?.saved.state;
  await world.passUntil(
    async () => {
      const state = await rollout();
      return state !== undefined && isOver(state);
    },
    { days: 4 },
  );
  const seconds = lagsOf(changes, saved);
  const byKind: Record<string, number> = {};
  for (const what of calls) byKind[what] = (byKind[what] ?? 0) + callsOf(what, hosts);
  const all = Object.values(byKind).reduce((sum, count) => sum + count, 0);
  return {
    hosts,
    phase: (await rollout())?.phase,
    callsPerHost: all / hosts,
    byKind,
    minutes: secondsBetween(began, world.now()) / 60,
    lag: { p50: percentile(seconds, 0.5), p95: percentile(seconds, 0.95), changes: seconds.length },
  };
}

/** A tag is read before it is written. Lists come in pages of 250, as they are asked for. */
function callsOf(what: string, hosts: number): number {
  if (what === 'setTag') return 2;
  return /^list|sessionsOfPool/.test(what) ? Math.ceil(hosts / 250) : 1;
}

function start(world: World, { pools, rollouts }: Fleet, maxUnavailable: number | `${number}%`): void {
  const poolLink = { ...link, policy: { ...link.policy, maxUnavailable, maxFailed: 0 } };
  const asked = { pool: 'pool', link: poolLink, by: 'a test', reason: '' };
  const version = { number: '1.1.0', imageVersionId: newVersion };
  world.start(async () => {
    await pools.record('pool', () => ({ type: 'defined', link: poolLink, by: 'a test', at: world.now() }));
    await rollouts.record('r', () => ({ type: 'requested', ...asked, version, at: world.now() }));
  });
}

function overhear<Port extends object>(port: Port, calls: string[]): Port {
  return Object.fromEntries(
    Object.entries(port).map(([what, method]) => [
      what,
      async (...given: unknown[]) => {
        calls.push(what);
        return await (method as (...given: unknown[]) => Promise<unknown>)(...given);
      },
    ]),
  ) as Port;
}

/** Notes when a reimage ends, the VM agent reports, and a host is in its pool. */
function watchChanges(world: World, azure: SmallAzure, changes: Change[]): void {
  const before = new Map<string, Machine & { readonly isRegistered: boolean }>();
  const look = () => {
    for (const [instanceId, { machine }] of azure.fleet) {
      const { computerName: name } = machine;
      const old = before.get(instanceId);
      const isRegistered = azure.desktop.isRegistered(name);
      before.set(instanceId, { ...machine, isRegistered });
      const note = (event: Change['event']) => changes.push({ at: world.now(), name, event });
      if (!old) continue;
      if (old.osDiskId !== machine.osDiskId) note('stage-done reimage');
      if (!old.agentReady && machine.agentReady) note('stage-intended register');
      if (!old.isRegistered && isRegistered) note('stage-done register');
    }
    world.after(1, look);
  };
  world.after(1, look);
}

/** From each change to when the host it happened to had gone on because of it. */
function lagsOf(changes: readonly Change[], saved: readonly Change[]): number[] {
  return changes.flatMap(({ at, name, event }) => {
    const then = saved.find((one) => one.at >= at && one.name === name && one.event === event);
    return then ? [secondsBetween(at, then.at)] : [];
  });
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
