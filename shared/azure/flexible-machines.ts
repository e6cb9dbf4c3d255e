import type { VirtualMachine } from '@azure/arm-compute';
import type { FleetAddress, MachineAddress, Machines } from '../hosts/machine.ts';
import type { Azure } from './clients.ts';
import { asking } from './errors.ts';
import { machineOf } from './machine-state.ts';
import { namedMachines } from './named-machines.ts';
import { notStandAlone } from './not-stand-alone.ts';

/**
 * The instances of a Flexible scale set: virtual machines like any other, known by name. Only what has to do with
 * the model of the set is asked of the set, for one name at a time.
 */
export function flexibleMachines({ compute }: Pick<Azure, 'compute'>): Machines {
  const sets = ({ subscriptionId }: MachineAddress) => compute(subscriptionId).virtualMachineScaleSets;
  return {
    ...namedMachines({ compute }),

    list: async (scaleSet) => (await flexibleInstances({ compute }, scaleSet)).map(machineOf),

    async reimage(machine) {
      const { resourceGroup, scaleSet = '', instanceId } = machine;
      const vmScaleSetReimageInput = { instanceIds: only(instanceId) };
      await asking(`reimage of VM ${instanceId}`, async () => {
        await sets(machine).reimage(resourceGroup, scaleSet, { vmScaleSetReimageInput }).submitted();
      });
    },

    async applyModel(machine) {
      const { resourceGroup, scaleSet = '', instanceId } = machine;
      const instanceIds = only(instanceId);
      await asking(`update of VM ${instanceId} to its model`, async () => {
        await sets(machine).updateInstances(resourceGroup, scaleSet, { instanceIds }).submitted();
      });
    },

    standAlone: notStandAlone,
  };
}

/** Every machine of the set with its instance view, in one list: an expansion that Azure allows for scale sets only. */
export async function flexibleInstances(
  { compute }: Pick<Azure, 'compute'>,
  { subscriptionId, resourceGroup, scaleSet = '' }: FleetAddress,
): Promise<VirtualMachine[]> {
  const set = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSet}`;
  const ofSet = { filter: `'virtualMachineScaleSet/id' eq '${set}'`, expand: 'instanceView' } as const;
  return await asking(`machines of scale set ${scaleSet}`, async () => {
    const found: VirtualMachine[] = [];
    for await (const machine of compute(subscriptionId).virtualMachines.list(resourceGroup, ofSet)) {
      found.push(machine);
    }
    return found;
  });
}

/** Azure takes a list without a name to mean all of the set. */
function only(name: string): [string] {
  if (name === '') throw new Error('a machine of a scale set is addressed without its name');
  return [name];
}
