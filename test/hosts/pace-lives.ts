import type { Machine } from '../../shared/hosts/machine.ts';
import { secondsBetween } from '../../shared/instant.ts';
import { type Fleet, fleetIn, link, type Without } from '../support/fleet.ts';
import { newVersion, type SmallAzure } from '../support/small-azure.ts';
import { well, World } from '../support/world.ts';
import { isOver } from '../../shared/rollouts/rollout.ts';

/** A change in Azure that somebody waits for, and what shows it. */
interface Change {
  readonly at: string;
  readonly what: string;
  readonly isShownBy: (call: Call) => boolean;
}
interface Call {
  readonly at: string;
  readonly what: string;
  readonly given: readonly unknown[];
}

export interface Measured {
  readonly hosts: number;
  readonly phase: string | undefined;
  readonly callsPerHost: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly minutes: number;
  readonly lag: { readonly p50: number; readonly p95: number; readonly changes: number };
}

/** One whole rollout in a world where nothing goes wrong: what it asked of Azure, and how soon it saw changes. */
export async function measured(
  hosts: number,
  {
    window = '20%' as number | `${number}%`,
    users = hosts * 3,
    seed = 1,
    without = {} as Without,
    slowness = 0,
  } = {},
): Promise<Measured> {
  const world = new World({ ...well, seed, slowness });
  const calls: Call[] = [];
  const changes: Change[] = [];
  const fleet = fleetIn(world, without, (azure) => {
    azure.reimageSeconds = () => world.random.between(240, 480);
    watchChanges(world, azure, changes);
    azure.machines = overhear(azure.machines, calls, world);
    azure.scaleSets = overhear(azure.scaleSets, calls, world);
    azure.desktop.sessionHosts = overhear(azure.desktop.sessionHosts, calls, world);
    azure.desktop.hostPools = overhear(azure.desktop.hostPools, calls, world);
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
  const seconds = lagsOf(changes, calls, began);
  const byKind: Record<string, number> = {};
  for (const { what } of calls) byKind[what] = (byKind[what] ?? 0) + callsOf(what, hosts);
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

function overhear<Port extends object>(port: Port, calls: Call[], world: World): Port {
  return Object.fromEntries(
    Object.entries(port).map(([what, method]) => [
      what,
      async (...given: unknown[]) => {
        calls.push({ at: world.now(), what, given });
        return await (method as (...given: unknown[]) => Promise<unknown>)(...given);
      },
    ]),
  ) as Port;
}

/** Notes when a reimage ends, the VM agent reports, and a host is in its pool. */
function watchChanges(world: World, azure: SmallAzure, changes: Change[]): void {
  const before = new Map<string, Machine>();
  const registered = new Map<string, boolean>();
  const isMachine =
    (instanceId: string) =>
    ({ what, given }: Call) =>
      what === 'list' && 'scaleSet' in (given[0] as object)
        ? true
        : what === 'read' && (given[0] as { instanceId?: string }).instanceId === instanceId;
  const isHost =
    (name: string) =>
    ({ what, given }: Call) =>
      what === 'list' ? 'hostPool' in (given[0] as object) : what === 'read' && given[1] === name;
  const look = () => {
    for (const [instanceId, { machine }] of azure.fleet) {
      const old = before.get(instanceId);
      before.set(instanceId, machine);
      const note = (what: string, isShownBy: Change['isShownBy']) =>
        changes.push({ at: world.now(), what, isShownBy });
      if (old && old.osDiskId !== machine.osDiskId) note('reimaged', isMachine(instanceId));
      if (old && !old.agentReady && machine.agentReady) note('booted', isMachine(instanceId));
      const name = machine.computerName;
      const isThere = azure.desktop.isRegistered(name);
      if (registered.get(name) === false && isThere) note('registered', isHost(name));
      registered.set(name, isThere);
    }
    world.after(1, look);
  };
  world.after(1, look);
}

function lagsOf(changes: readonly Change[], calls: readonly Call[], from: string): number[] {
  return changes
    .filter(({ at }) => at >= from)
    .flatMap(({ at, isShownBy }) => {
      const look = calls.find((call) => call.at >= at && isShownBy(call));
      return look ? [secondsBetween(at, look.at)] : [];
    });
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
