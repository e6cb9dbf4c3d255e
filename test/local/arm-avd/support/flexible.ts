import { SUBSCRIPTION } from '../../../../infra/local/arm/fleet.ts';
import { GROUP, type Cloud } from './cloud.ts';

export const SET = 'vmss-flex';
export const SET_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/${SET}`;

/** The Flexible scale set of a cloud, as its clients ask for it and order it about. */
export function flexibleSet(cloud: Cloud) {
  const members = async () =>
    await Array.fromAsync(
      cloud.compute.virtualMachines.list(GROUP, {
        filter: `'virtualMachineScaleSet/id' eq '${SET_ID}'`,
        expand: 'instanceView',
      }),
    );
  const first = async () => (await members())[0]?.name ?? '';
  const vm = async (name: string) =>
    await cloud.compute.virtualMachines.get(GROUP, name, { expand: 'instanceView' });
  const setImage = async (id: string) => {
    const patched = cloud.compute.virtualMachineScaleSets.update(GROUP, SET, {
      virtualMachineProfile: { storageProfile: { imageReference: { id } } },
    });
    await patched.submitted();
    await cloud.pass(1);
  };
  const upgrade = async (...instanceIds: string[]) => {
    const asked = cloud.compute.virtualMachineScaleSets.updateInstances(GROUP, SET, { instanceIds });
    await asked.submitted();
  };
  const reimage = async (...instanceIds: string[]) => {
    const asked = cloud.compute.virtualMachineScaleSets.reimage(GROUP, SET, {
      vmScaleSetReimageInput: { instanceIds },
    });
    await asked.submitted();
  };
  const disk = async (name: string) => (await vm(name)).storageProfile?.osDisk?.managedDisk?.id ?? '';
  const version = async (name: string) => (await vm(name)).storageProfile?.imageReference?.exactVersion;
  return { members, first, vm, setImage, upgrade, reimage, disk, version };
}
