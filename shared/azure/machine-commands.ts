import type { VirtualMachineRunCommand } from '@azure/arm-compute';
import type { Machines } from '../hosts/machine.ts';
import type { FleetAddress } from '../rollouts/fleet.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { outputOf, runCommandBody, stateOf } from './run-commands.ts';

type Address = FleetAddress & { readonly instanceId: string };

/** Managed run commands on the machine under a host. */
export interface MachineCommands {
  /** With its instance view; undefined if there is none of that name. */
  readonly find: (machine: Address, name: string) => Promise<VirtualMachineRunCommand | undefined>;
  readonly start: (machine: Address, name: string, body: VirtualMachineRunCommand) => Promise<void>;
  readonly remove: (machine: Address, name: string) => Promise<void>;
}

const expand = { expand: 'instanceView' } as const;

/** On instances that Azure numbers. */
export function numberedCommands({ compute }: Pick<Azure, 'compute'>): MachineCommands {
  const on = ({ subscriptionId }: Address) => compute(subscriptionId).virtualMachineScaleSetVMRunCommands;
  return {
    find: async (machine, name) =>
      await finding(`run command ${name}`, async () => {
        const { resourceGroup, scaleSet = '', instanceId } = machine;
        return await on(machine).get(resourceGroup, scaleSet, instanceId, name, expand);
      }),
    async start(machine, name, body) {
      const { resourceGroup, scaleSet = '', instanceId } = machine;
      await asking(`run command ${name}`, async () => {
        await on(machine).createOrUpdate(resourceGroup, scaleSet, instanceId, name, body).submitted();
      });
    },
    async remove(machine, name) {
      const { resourceGroup, scaleSet = '', instanceId } = machine;
      await finding(`removal of run command ${name}`, async () => {
        await on(machine).delete(resourceGroup, scaleSet, instanceId, name).submitted();
      });
    },
  };
}

/** On virtual machines that have a name of their own. */
export function namedCommands({ compute }: Pick<Azure, 'compute'>): MachineCommands {
  const on = ({ subscriptionId }: Address) => compute(subscriptionId).virtualMachineRunCommands;
  return {
    find: async (machine, name) =>
      await finding(`run command ${name}`, async () => {
        const { resourceGroup, instanceId } = machine;
        return await on(machine).getByVirtualMachine(resourceGroup, instanceId, name, expand);
      }),
    async start(machine, name, body) {
      const { resourceGroup, instanceId } = machine;
      await asking(`run command ${name}`, async () => {
        await on(machine).createOrUpdate(resourceGroup, instanceId, name, body).submitted();
      });
    },
    async remove(machine, name) {
      const { resourceGroup, instanceId } = machine;
      await finding(`removal of run command ${name}`, async () => {
        await on(machine).delete(resourceGroup, instanceId, name).submitted();
      });
    },
  };
}

/** The same in the words of hosts. */
export function hostCommands(
  commands: MachineCommands,
): Pick<Machines, 'runCommand' | 'startRunCommand' | 'removeRunCommand'> {
  return {
    async runCommand(machine, name) {
      const found = await commands.find(machine, name);
      const { exitCode } = found?.instanceView ?? {};
      return found && { state: stateOf(found), exitCode, output: outputOf(found) };
    },
    startRunCommand: async (machine, { name, ...wanted }) => {
      await commands.start(machine, name, runCommandBody(wanted));
    },
    removeRunCommand: commands.remove,
  };
}
