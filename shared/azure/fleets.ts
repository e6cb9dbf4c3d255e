import { AppError } from '../errors.ts';
import type { FleetAddress, MachineAddress, Machines } from '../hosts/machine.ts';
import type { Instant } from '../instant.ts';
import type { Fleets } from '../rollouts/fleet.ts';
import type { Azure } from './clients.ts';
import { type FleetKinds, fleetKinds } from './fleet-kinds.ts';
import { flexibleInstances, flexibleMachines } from './flexible-machines.ts';
import { type FoundMachine, instanceOf, machineOf } from './machine-state.ts';
import { ofNoScaleSet } from './not-stand-alone.ts';
import { scaleSetMachines } from './scale-set-machines.ts';
import { instancesOf, scaleSets } from './scale-sets.ts';
import { standAloneMachines } from './stand-alone-machines.ts';
import { standAloneList, standAloneModel } from './stand-alone-list.ts';

type Needed = Pick<Azure, 'compute' | 'read' | 'list'>;

/** The machines under pools, in whichever way Azure keeps them. */
export function fleets(azure: Needed, now: () => Instant, kinds: FleetKinds = fleetKinds(azure)): Fleets {
  const sets = scaleSets(azure);
  return {
    async model(fleet) {
      if (fleet.scaleSet === undefined) return await standAloneModel(azure, fleet);
      const found = await sets.model(fleet);
      if (found) kinds.learn(fleet, found.kind);
      return found;
    },
    setModelImage: sets.setModelImage,
    list: async (fleet) => (await listed(azure, now, kinds, fleet)).map(instanceOf),
  };
}

/** The same machines one by one: what bringing a host to a version does to its machine. */
export function hostMachines(
  azure: Needed,
  now: () => Instant,
  kinds: FleetKinds = fleetKinds(azure),
): Machines {
  const standAlone = standAloneMachines(azure);
  const ways = {
    uniform: scaleSetMachines(azure),
    flexible: flexibleMachines(azure),
    'stand-alone': standAlone,
  } as const;
  const way = async (machine: MachineAddress) => ways[await kinds.of(machine)];
  return {
    list: async (fleet) => (await listed(azure, now, kinds, fleet)).map(machineOf),
    read: async (machine) => await (await way(machine)).read(machine),
    setTag: async (machine, name, value) => await (await way(machine)).setTag(machine, name, value),
    start: async (machine) => await (await way(machine)).start(machine),
    deallocate: async (machine) => await (await way(machine)).deallocate(machine),
    reimage: async (machine) => await (await way(machine)).reimage(machine),
    applyModel: async (machine) => await (await way(machine)).applyModel(machine),
    runCommand: async (machine, name) => await (await way(machine)).runCommand(machine, name),
    startRunCommand: async (machine, command) => await (await way(machine)).startRunCommand(machine, command),
    removeRunCommand: async (machine, name) => await (await way(machine)).removeRunCommand(machine, name),
    standAlone: ofNoScaleSet(standAlone.standAlone),
  };
}

async function listed(
  azure: Needed,
  now: () => Instant,
  kinds: FleetKinds,
  fleet: FleetAddress,
): Promise<readonly FoundMachine[]> {
  switch (kinds.known(fleet)) {
    case 'stand-alone':
      return await standAloneList(azure, now, fleet);
    case 'flexible':
      return await flexibleInstances(azure, fleet);
    case 'uniform':
      return await instancesOf(azure, fleet);
    default:
      return await listedAsFound(azure, kinds, fleet);
  }
}

/** The list of numbered instances tells by itself that the set is Uniform, which most are: no other call is needed. */
async function listedAsFound(
  azure: Needed,
  kinds: FleetKinds,
  fleet: FleetAddress,
): Promise<readonly FoundMachine[]> {
  const numbered = await refusedOr(async () => await instancesOf(azure, fleet));
  const isUniform =
    !(numbered instanceof AppError) &&
    numbered.length > 0 &&
    numbered.every(({ instanceId = '' }) => /^\d+$/.test(instanceId));
  if (isUniform) kinds.learn(fleet, 'uniform');
  const kind = isUniform ? 'uniform' : await kinds.of(fleet);
  if (kind === 'flexible') return await flexibleInstances(azure, fleet);
  if (numbered instanceof AppError) throw numbered;
  return numbered;
}

/** Which mode Azure lists instances for, and how it refuses the other, no document says. */
async function refusedOr<T>(ask: () => Promise<T>): Promise<T | AppError> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AppError && error.code === 'AzureRefused') return error;
    throw error;
  }
}
