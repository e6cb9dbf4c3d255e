import { AppError } from '../errors.ts';
import type { MachineAddress, Machines } from '../hosts/machine.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { hostCommands, namedCommands } from './machine-commands.ts';
import { machineOf } from './machine-state.ts';

/** What is done to a virtual machine by its name, in a Flexible scale set and outside of any. */
export function namedMachines({
  compute,
}: Pick<Azure, 'compute'>): Omit<Machines, 'list' | 'reimage' | 'applyModel' | 'standAlone'> {
  const machines = ({ subscriptionId }: MachineAddress) => compute(subscriptionId).virtualMachines;
  const get = async (machine: MachineAddress) => {
    const { resourceGroup, instanceId } = machine;
    const expand = { expand: 'instanceView' } as const;
    return await finding(
      `VM ${instanceId}`,
      async () => await machines(machine).get(resourceGroup, instanceId, expand),
    );
  };
  return {
    async read(machine) {
      const found = await get(machine);
      return found && machineOf(found);
    },

    async setTag(machine, name, value) {
      const { resourceGroup, instanceId } = machine;
      const found = await get(machine);
      if (!found) throw new AppError('NotFound', `VM ${instanceId} is gone`);
      const { [name]: before, ...others } = found.tags ?? {};
      if (before === value) return;
      // A PATCH takes the tags as a whole: not if somebody changed them meanwhile.
      const tags = value === undefined ? others : { ...others, [name]: value };
      const guard = found.etag === undefined ? {} : { ifMatch: found.etag };
      await asking(`tag of VM ${instanceId}`, async () => {
        await machines(machine).update(resourceGroup, instanceId, { tags }, guard).submitted();
      });
    },

    async start(machine) {
      const { resourceGroup, instanceId } = machine;
      await asking(`start of VM ${instanceId}`, async () => {
        await machines(machine).start(resourceGroup, instanceId).submitted();
      });
    },

    async deallocate(machine) {
      const { resourceGroup, instanceId } = machine;
      await asking(`deallocation of VM ${instanceId}`, async () => {
        await machines(machine).deallocate(resourceGroup, instanceId).submitted();
      });
    },

    ...hostCommands(namedCommands({ compute })),
  };
}
