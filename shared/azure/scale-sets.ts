import type { InstanceViewStatus, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import type { Instance, FleetAddress, Fleets } from '../rollouts/fleet.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';

/** Scale sets in Uniform mode: their model, and their instances at a glance. */
export function fleets({ compute }: Pick<Azure, 'compute'>): Fleets {
  return {
    async model({ subscriptionId, resourceGroup, scaleSet = '' }) {
      const found = await finding(
        `scale set ${scaleSet}`,
        async () => await compute(subscriptionId).virtualMachineScaleSets.get(resourceGroup, scaleSet),
      );
      const { location = '', provisioningState = '', virtualMachineProfile, upgradePolicy } = found ?? {};
      const imageVersionId = virtualMachineProfile?.storageProfile?.imageReference?.id ?? '';
      const upgrades = upgradePolicy?.mode === undefined ? {} : { upgradePolicy: upgradePolicy.mode };
      return found && { kind: 'uniform', ...upgrades, location, imageVersionId, provisioningState };
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

/** What rollouts and hosts both ask of an instance. */
export function instanceOf(found: VirtualMachineScaleSetVM): Instance {
  const { id = '', instanceId = '', osProfile, provisioningState = '', instanceView } = found;
  return {
    id,
    instanceId,
    tags: found.tags ?? {},
    size: found.sku?.name ?? '',
    computerName: osProfile?.computerName ?? '',
    imageVersionId: imageVersionOf(found),
    provisioningState,
    power: powerOf(instanceView?.statuses ?? []),
  };
}

/** A reference to a definition means its latest at the time; `exactVersion` says which that was. */
function imageVersionOf({ storageProfile }: VirtualMachineScaleSetVM): string {
  const { id = '', exactVersion } = storageProfile?.imageReference ?? {};
  if (/\/versions\/[^/]+$/i.test(id) || exactVersion === undefined) return id;
  return id === '' ? '' : `${id}/versions/${exactVersion}`;
}

const powers: Readonly<Record<string, Instance['power']>> = {
  running: 'running',
  starting: 'starting',
  stopping: 'stopped',
  stopped: 'stopped',
  deallocating: 'deallocated',
  deallocated: 'deallocated',
};

function powerOf(statuses: readonly InstanceViewStatus[]): Instance['power'] {
  const codes = statuses.map(({ code = '' }) => code.toLowerCase());
  const power = codes.find((code) => code.startsWith('powerstate/'))?.slice('powerstate/'.length) ?? '';
  return powers[power] ?? 'unknown';
}
