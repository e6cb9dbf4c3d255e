import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call } from '../core/provider.ts';
import { sameId } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { machineOf, refuseDeleting, type DataDisk, type VmProperties } from './machine.ts';
import type { OsProfile } from './os-profile.ts';
import type { VmBody, WantedDataDisk } from './vm-request.ts';
import { vmView } from './vm-view.ts';
import { refuseChange, required, write } from './writing.ts';

type Vm = Resource<VmProperties>;
type WantedInterfaces = NonNullable<
  NonNullable<NonNullable<VmBody['properties']>['networkProfile']>['networkInterfaces']
>;

/** PUT or PATCH of a VM that is there: tags, identity, and what goes with it when it is deleted; the image is for life. */
export function changeVm(world: World, call: Call, vm: Vm, body: VmBody): Answer {
  refuseDeleting(world, vm);
  world.operations.refuseIfBusy(vm.id);
  const { tags, identity, properties = {} } = body;
  const { dataDisks, osDisk } = properties.storageProfile ?? {};
  const { networkInterfaces } = properties.networkProfile ?? {};
  refuseFixed(vm, body);
  // All is looked at before anything is changed.
  const disks = dataDisks && matchedDisks(vm, dataDisks);
  const nics = networkInterfaces && matchedInterfaces(vm, networkInterfaces);
  if (tags) vm.tags = tags;
  if (identity) vm.fields['identity'] = identity;
  const { storageProfile, networkProfile } = vm.properties;
  if (osDisk?.deleteOption) storageProfile.osDisk.deleteOption = osDisk.deleteOption;
  if (disks) storageProfile.dataDisks = disks;
  if (nics) networkProfile.networkInterfaces = nics;
  const show = (resource: Resource<object>) => vmView(world, resource as Vm);
  return write(world, call, { resource: vm, isNew: false, seconds: [5, 20], show });
}

/** What is decided when a VM is made. */
function refuseFixed(vm: Vm, { properties = {}, zones }: VmBody): void {
  const { hardwareProfile, storageProfile, osProfile } = vm.properties;
  const { imageReference, osDisk } = properties.storageProfile ?? {};
  const { exactVersion: _, ...before } = storageProfile.imageReference ?? {};
  refuseChange('imageReference', before, imageReference);
  refuseChange('osDisk.name', storageProfile.osDisk.name, osDisk?.name);
  refuseChange('osDisk.createOption', storageProfile.osDisk.createOption, osDisk?.createOption);
  refuseChange('osProfile.computerName', osProfile?.computerName, properties.osProfile?.computerName);
  refuseChange('vmSize', hardwareProfile.vmSize, properties.hardwareProfile?.vmSize);
  refuseChange('zones', vm.fields['zones'], zones);
  refuseChange('availabilitySet.id', vm.properties.availabilitySet?.id, properties.availabilitySet?.id);
  refuseOtherPassword(vm, properties.osProfile);
}

/** A password that is sent again must be the one the VM was made with (hashicorp/terraform#6517 shows the refusal). */
function refuseOtherPassword(vm: Vm, { adminPassword }: OsProfile = {}): void {
  if (adminPassword === undefined) return;
  const name = vm.properties.osProfile?.['adminUsername'];
  const account = typeof name === 'string' ? machineOf(vm).guest.contents.users.get(name) : undefined;
  if (account?.password === adminPassword) return;
  throw new ArmError(409, 'PropertyChangeNotAllowed', "Changing property 'adminPassword' is not allowed.", {
    target: 'adminPassword',
  });
}

/** The list stands for all data disks: what it leaves out would be detached, what it adds attached. */
function matchedDisks({ properties, name }: Vm, wanted: readonly WantedDataDisk[]) {
  const { dataDisks } = properties.storageProfile;
  for (const { lun, createOption } of wanted) {
    required('dataDisk.lun', lun);
    required('dataDisk.createOption', createOption);
  }
  const matched = dataDisks.map((disk) => {
    const found = wanted.find(({ lun }) => lun === disk.lun);
    if (!found) throw notSimulated(`detach the disk at LUN ${disk.lun} from VM '${name}'`);
    refuseChange('dataDisk.managedDisk.id', disk.managedDisk.id, found.managedDisk?.id);
    refuseChange('dataDisk.name', disk.name, found.name);
    return withOption(disk, found.deleteOption);
  });
  if (wanted.length > matched.length) throw notSimulated(`attach a disk to VM '${name}', which is there`);
  return matched;
}

function withOption(disk: DataDisk, deleteOption: DataDisk['deleteOption']): DataDisk {
  return deleteOption ? { ...disk, deleteOption } : disk;
}

/** As with disks; and interfaces are exchanged on a deallocated VM only. */
function matchedInterfaces({ properties, name }: Vm, wanted: WantedInterfaces) {
  const { networkInterfaces } = properties.networkProfile;
  for (const { id } of wanted) required('networkInterfaces.id', id);
  const matched = networkInterfaces.map((nic) => {
    const found = wanted.find(({ id }) => sameId(id, nic.id));
    if (!found) throw notSimulated(`take network interface '${nic.id}' from VM '${name}'`);
    return { id: nic.id, properties: { ...nic.properties, ...found.properties } };
  });
  if (wanted.length > matched.length) throw notSimulated(`give VM '${name}' another network interface`);
  return matched;
}

function notSimulated(what: string): ArmError {
  return new ArmError(400, 'NotSimulated', `This simulator cannot ${what}.`);
}
