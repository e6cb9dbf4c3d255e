import { AppError } from '../../shared/errors.ts';
import type { HostPlan } from '../../shared/hosts/course.ts';
import type { Host } from '../../shared/hosts/host.ts';
import type { HostPolicy } from '../../shared/hosts/policy.ts';
import type { Machines } from '../../shared/hosts/machine.ts';
import { fleetIn, link } from '../support/fleet.ts';
import { newVersion, type SmallAzure } from '../support/small-azure.ts';
import { domainJoin, joinSecret } from '../support/small-machine.ts';
import { well, World } from '../support/world.ts';

export const planWith = (policy: Partial<HostPolicy> = {}): HostPlan => ({
  rollout: 'r',
  name: 'avd-0',
  machine: { subscriptionId: 's', resourceGroup: 'g', scaleSet: 'set', instanceId: '0' },
  location: 'westeurope',
  pool: { subscriptionId: 's', resourceGroup: 'g', hostPool: 'pool' },
  sessionHost: 'avd-0',
  imageVersionId: newVersion,
  policy: { ...link.policy, ...policy },
});

/** The same for a host whose machine stands alone. */
export const planAlone = (policy: Partial<HostPolicy> = {}): HostPlan => ({
  ...planWith(policy),
  way: 'stand-alone',
  machine: { subscriptionId: 's', resourceGroup: 'g', instanceId: 'avd-0' },
  secrets: { extensions: { [domainJoin]: joinSecret } },
});

/** One host of the given kind, and what is heard of it in a world where nothing goes wrong by itself. */
export function one(
  kind: Parameters<SmallAzure['add']>[1] = {},
  alter: (azure: SmallAzure, world: World) => void = () => {},
) {
  const world = new World(well);
  const asked: { at: string; what: string; given: unknown[] }[] = [];
  const overhear = <Port extends object>(port: Port): Port =>
    Object.fromEntries(
      Object.entries(port).map(([what, method]: [string, unknown]) => [
        what,
        typeof method === 'object' && method !== null
          ? overhear(method)
          : async (...given: unknown[]) => {
              asked.push({ at: world.now(), what, given });
              return await (method as (...given: unknown[]) => Promise<unknown>)(...given);
            },
      ]),
    ) as Port;
  const fleet = fleetIn(world, {}, (azure) => {
    azure.model = newVersion;
    alter(azure, world);
    azure.machines = overhear(azure.machines);
    azure.desktop.sessionHosts = overhear(azure.desktop.sessionHosts);
  });
  fleet.azure.add('0', kind);
  /** Its turn is at once, unless it is to wait for it. */
  const bring = async (plan = planWith(), id = 'r.0', isToWait = false): Promise<Host> => {
    world.start(async () => {
      await fleet.hostApi.ensureAdmitted(id, plan);
      if (!isToWait) await fleet.hostApi.go(id);
    });
    const saved = async () => (await fleet.seen.hosts.load(id))?.state;
    const isOver = async () => 'at' in ((await saved()) ?? {});
    await world.passUntil(isOver, { days: 5 });
    const host = await saved();
    if (!host) throw new Error('no host');
    return host;
  };
  const calls = (what: string) => asked.filter((call) => call.what === what);
  return { world, bring, calls, ...fleet };
}

/** Azure, which does this instead of the first reimages. */
export function atFirst(times: number, instead: (late: () => void, world: World) => void) {
  return (azure: SmallAzure, world: World) => {
    const { reimage } = azure.machines;
    let left = times;
    const how: Machines['reimage'] = async (machine) => {
      left -= 1;
      if (left < 0) await reimage(machine);
      else instead(() => void reimage(machine), world);
    };
    azure.machines = { ...azure.machines, reimage: how };
  };
}
export const noAnswer = new AppError('AzureUnavailable', 'no answer');

/** One host whose machine stands alone. */
export const alone = (
  given: Parameters<typeof one>[0] = {},
  alter: NonNullable<Parameters<typeof one>[1]> = () => {},
) =>
  one(given, (azure, world) => {
    azure.kind = 'stand-alone';
    alter(azure, world);
  });
