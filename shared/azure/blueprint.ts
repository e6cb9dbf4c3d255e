import type { OSProfile, StorageProfile, VirtualMachine } from '@azure/arm-compute';
import type { InterfacePlan } from './blueprint-interfaces.ts';

/**
 * What a blueprint's `body` holds: the machine as Azure is asked for it again, and the network interfaces that one
 * beside it is given. Plain JSON.
 */
export interface MachinePlan {
  readonly machine: VirtualMachine;
  readonly interfaces: readonly InterfacePlan[];
}

/**
 * The machine without what only Azure fills in and what was true of this one alone: ids, states, the OS disk itself, a
 * place in a scale set. All else is kept whether we know it or not. A system-assigned identity comes back as another
 * principal; Azure shows neither `customData`, which only the first boot reads, nor passwords.
 */
export function bodyOf(found: VirtualMachine): VirtualMachine {
  const { id: _id, name: _name, type: _type, systemData: _system, resources: _extensions, ...rest } = found;
  const { managedBy: _by, etag: _etag, vmId: _vmId, timeCreated: _at, instanceView: _view, ...own } = rest;
  const {
    provisioningState: _state,
    virtualMachineScaleSet: _set,
    platformFaultDomain: _domain,
    ...kept
  } = own;
  const { identity, storageProfile, osProfile, networkProfile, host, ...settings } = kept;
  // Azure chose the zone by it; the disks and addresses that are kept lie in that zone.
  const { placement: _placement, ...placed } = settings;
  return plain({
    ...placed,
    ...(identity && { identity: identityOf(identity) }),
    ...(storageProfile && { storageProfile: storageOf(storageProfile) }),
    ...(osProfile && { osProfile: osOf(osProfile) }),
    // The interfaces themselves, by id: with them go their addresses.
    ...(networkProfile && { networkProfile: { networkInterfaces: networkProfile.networkInterfaces ?? [] } }),
    // In a group that places machines by itself Azure shows the host too, and takes but one of the two.
    ...(host && !kept.hostGroup && { host }),
  });
}

function identityOf({ type, userAssignedIdentities = {} }: NonNullable<VirtualMachine['identity']>) {
  const assigned = Object.keys(userAssignedIdentities).map((id) => [id, {}] as const);
  return {
    ...(type && { type }),
    ...(assigned.length > 0 && { userAssignedIdentities: Object.fromEntries(assigned) }),
  };
}

function storageOf(found: StorageProfile): StorageProfile {
  const { osDisk, dataDisks, imageReference: _image, ...rest } = found;
  return {
    ...rest,
    ...(osDisk && { osDisk: osDiskOf(osDisk) }),
    dataDisks: (dataDisks ?? []).map(dataDiskOf),
  };
}

function osDiskOf({ name: _name, vhd: _vhd, image: _image, managedDisk, ...rest }: OsDisk): OsDisk {
  const { id: _id, ...disk } = managedDisk ?? {};
  // Azure names it anew: the former one may still be on its way out.
  return {
    ...rest,
    createOption: 'FromImage',
    deleteOption: 'Delete',
    ...(managedDisk && { managedDisk: disk }),
  };
}

/** It is there already, whatever it once was made from. */
function dataDiskOf({
  lun,
  caching,
  writeAcceleratorEnabled,
  deleteOption,
  managedDisk,
}: DataDisk): DataDisk {
  return {
    lun,
    createOption: 'Attach',
    managedDisk: managedDisk?.id === undefined ? {} : { id: managedDisk.id },
    ...(caching && { caching }),
    ...(writeAcceleratorEnabled !== undefined && { writeAcceleratorEnabled }),
    ...(deleteOption && { deleteOption }),
  };
}

type OsDisk = NonNullable<StorageProfile['osDisk']>;
type DataDisk = NonNullable<StorageProfile['dataDisks']>[number];

function osOf({
  requireGuestProvisionSignal: _signal,
  windowsConfiguration,
  secrets,
  ...rest
}: OSProfile): OSProfile {
  // Azure shows the signal to everybody, and takes it only from subscriptions with a feature that few have.
  const { enableVMAgentPlatformUpdates: _updates, ...windows } = windowsConfiguration ?? {};
  return {
    ...rest,
    ...(secrets && secrets.length > 0 && { secrets }),
    ...(windowsConfiguration && { windowsConfiguration: windows }),
  };
}

/** As it is kept in a table, so that what is compared with it later was kept the same way. */
function plain<T>(body: T): T {
  return JSON.parse(JSON.stringify(body)) as T;
}
