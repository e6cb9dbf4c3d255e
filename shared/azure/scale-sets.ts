import type { VirtualMachineScaleSet, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import type { FleetAddress, FleetKind, Fleets } from '../rollouts/fleet.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { instanceOf } from './machine-state.ts';

/** The models of scale sets, and the instances of those in Uniform mode at a glance. */
export function scaleSets({ compute }: Pick<Azure, 'compute'>): Fleets {
  return {
    async model({ subscriptionId, resourceGroup, scaleSet = '' }) {
      const found = await finding(
        `scale set ${scaleSet}`,
        async () => await compute(subscriptionId).virtualMachineScaleSets.get(resourceGroup, scaleSet),
      );
      const { location = '', provisioningState = '', virtualMachineProfile, upgradePolicy } = found ?? {};
      const imageVersionId = virtualMachineProfile?.storageProfile?.imageReference?.id ?? '';
      const upgrades = upgradePolicy?.mode === undefined ? {} : { upgradePolicy: upgradePolicy.mode };
      return found && { kind: kindOf(found), ...upgrades, location, imageVersionId, provisioningState };
    },

    async setModelImage({ subscriptionId, resourceGroup, scaleSet = '' }, imageVersionId) {
      const change = {
        virtualMachineProfile: { storageProfile: { imageReference: { id: imageVersionId } } },
      };
      await asking(`model of scale set ${scaleSet}`, async () => {
        await compute(subscriptionId)
          .virtualMachineScaleSets.update(resourceGroup, scaleSet, change)
          .submitted();
      });
    },

    list: async (address) => (await instancesOf({ compute }, address)).map(instanceOf),
  };
}

/** Every instance with its instance view. */
export async function instancesOf(
  { compute }: Pick<Azure, 'compute'>,
  { subscriptionId, resourceGroup, scaleSet = '' }: FleetAddress,
): Promise<VirtualMachineScaleSetVM[]> {
  return await asking(`instances of scale set ${scaleSet}`, async () => {
    const { virtualMachineScaleSetVMs: instances } = compute(subscriptionId);
    const found: VirtualMachineScaleSetVM[] = [];
    for await (const instance of instances.list(resourceGroup, scaleSet, { expand: 'instanceView' })) {
      found.push(instance);
    }
    return found;
  });
}

/** Uniform is what scale sets were before there was another mode, and what those say nothing of. */
function kindOf({ orchestrationMode }: VirtualMachineScaleSet): FleetKind {
  return orchestrationMode === 'Flexible' ? 'flexible' : 'uniform';
}
