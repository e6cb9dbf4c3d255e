import { AppError } from '../errors.ts';
import type { MachineAddress, Machines } from '../hosts/machine.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { hostCommands, numberedCommands } from './machine-commands.ts';
import { machineOf } from './machine-state.ts';
import { notStandAlone } from './not-stand-alone.ts';
import { instancesOf } from './scale-sets.ts';

/** The instances of scale sets, one by one: what bringing a host to a version does to its machine. */
export function scaleSetMachines({ compute }: Pick<Azure, 'compute'>): Machines {
  const instances = ({ subscriptionId }: MachineAddress) => compute(subscriptionId).virtualMachineScaleSetVMs;

  const get = async (machine: MachineAddress) => {
    const { resourceGroup, scaleSet = '', instanceId } = machine;
    const expand = { expand: 'instanceView' } as const;
    return await finding(
      nameOf(machine),
      async () => await instances(machine).get(resourceGroup, scaleSet, instanceId, expand),
    );
  };
  const there = async (machine: MachineAddress) => {
    const found = await get(machine);
    if (!found) throw new AppError('NotFound', `${nameOf(machine)} is gone`);
    return found;
  };
  return {
    list: async (scaleSet) => (await instancesOf({ compute }, scaleSet)).map(machineOf),

    async read(machine) {
      const found = await get(machine);
      return found && machineOf(found);
    },

    async setTag(machine, name, value) {
      const { resourceGroup, scaleSet = '', instanceId } = machine;
      // Azure has no PATCH here: the whole instance goes back as it came, if nobody changed it meanwhile.
      const { instanceView: _, resources: __, ...found } = await there(machine);
      const { [name]: before, ...others } = found.tags ?? {};
      if (before === value) return;
      const tags = value === undefined ? others : { ...others, [name]: value };
      await asking(`tag of ${nameOf(machine)}`, async () => {
        const guard = found.etag === undefined ? {} : { ifMatch: found.etag };
        await instances(machine)
          .update(resourceGroup, scaleSet, instanceId, { ...found, tags }, guard)
          .submitted();
      });
    },

    async start(machine) {
      const { resourceGroup, scaleSet = '', instanceId } = machine;
      await asking(`start of ${nameOf(machine)}`, async () => {
        await instances(machine).start(resourceGroup, scaleSet, instanceId).submitted();
      });
    },

    async deallocate(machine) {
      const { resourceGroup, scaleSet = '', instanceId } = machine;
      await asking(`deallocation of ${nameOf(machine)}`, async () => {
        await instances(machine).deallocate(resourceGroup, scaleSet, instanceId).submitted();
      });
    },

    async reimage(machine) {
      const { resourceGroup, scaleSet = '', instanceId } = machine;
      // Asked of the instance: asked of the scale set, a forgotten id would mean all of them.
      await asking(`reimage of ${nameOf(machine)}`, async () => {
        await instances(machine).reimage(resourceGroup, scaleSet, instanceId).submitted();
      });
    },

    async applyModel(machine) {
      const { subscriptionId, resourceGroup, scaleSet = '', instanceId } = machine;
      await asking(`update of ${nameOf(machine)} to its model`, async () => {
        const { virtualMachineScaleSets: sets } = compute(subscriptionId);
        await sets.updateInstances(resourceGroup, scaleSet, { instanceIds: [instanceId] }).submitted();
      });
    },

    ...hostCommands(numberedCommands({ compute })),
    standAlone: notStandAlone,
  };
}

function nameOf({ scaleSet = '', instanceId }: MachineAddress): string {
  return `instance ${instanceId} of scale set ${scaleSet}`;
}
