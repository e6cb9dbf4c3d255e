import { randomBytes } from 'node:crypto';
import type { DataDisk, OSProfile, StorageProfile, VirtualMachine } from '@azure/arm-compute';
import { ownerTag, type WantedDataDisk, type WantedMachine } from '../images/machine.ts';

/** The Network provider's version in which a VM makes its NIC, and in which we ask after the NIC. */
export const networkApiVersion = '2022-11-01';

/** A build VM as Azure is asked for it: everything that it brings along goes with it again. */
export function machineBody(wanted: WantedMachine): VirtualMachine {
  const { owner, location, size, plan, subnetId, nicName, securityType, identityId } = wanted;
  const osProfile = osProfileOf(wanted);
  return {
    location,
    tags: { [ownerTag]: owner },
    ...(plan && { plan: { name: plan.name, product: plan.product, publisher: plan.publisher } }),
    ...(identityId !== undefined && {
      identity: { type: 'UserAssigned', userAssignedIdentities: { [identityId]: {} } },
    }),
    hardwareProfile: { vmSize: size },
    storageProfile: storageProfileOf(wanted),
    networkProfile: {
      networkApiVersion,
      networkInterfaceConfigurations: [
        {
          name: nicName,
          tags: { [ownerTag]: owner },
          primary: true,
          deleteOption: 'Delete',
          ipConfigurations: [{ name: 'ipconfig', primary: true, subnet: { id: subnetId } }],
        },
      ],
    },
    ...(osProfile && { osProfile }),
    ...(securityType === 'TrustedLaunch' && {
      securityProfile: {
        securityType: 'TrustedLaunch',
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      },
    }),
  };
}

// Premium disks do not go with every size.
const managedDisk = { storageAccountType: 'StandardSSD_LRS' } as const;

function storageProfileOf({ from, osType, osDiskName, dataDisks }: WantedMachine): StorageProfile {
  const disks = dataDisks.map(dataDiskOf);
  if ('osDiskId' in from) {
    const attached = { id: from.osDiskId };
    return {
      osDisk: { osType, createOption: 'Attach', deleteOption: 'Delete', managedDisk: attached },
      dataDisks: disks,
    };
  }
  const { image } = from;
  return {
    imageReference:
      'id' in image
        ? { id: image.id }
        : { publisher: image.publisher, offer: image.offer, sku: image.sku, version: image.version },
    osDisk: {
      name: osDiskName,
      createOption: 'FromImage',
      deleteOption: 'Delete',
      caching: 'ReadWrite',
      managedDisk,
    },
    ...(disks.length > 0 && { dataDisks: disks }),
  };
}

function dataDiskOf({ lun, id, name, made }: WantedDataDisk): DataDisk {
  const common = { lun, deleteOption: 'Delete' } as const;
  if (made === 'ready') return { ...common, createOption: 'Attach', managedDisk: { id } };
  if (made === 'from-image') return { ...common, name, createOption: 'FromImage', managedDisk };
  return { ...common, name, createOption: 'Empty', diskSizeGB: made.emptyGB, managedDisk };
}

/** Only an image that was generalised is given a name and a user; on any other Azure refuses them. */
function osProfileOf({ from, osType, computerName }: WantedMachine): OSProfile | undefined {
  if ('osDiskId' in from || from.osState === 'Specialized') return undefined;
  const user = { computerName, adminUsername: 'goldsmith', adminPassword: password() };
  return osType === 'Windows'
    ? // Updates are the recipe's: one that comes by itself restarts the machine in the middle of a step.
      { ...user, windowsConfiguration: { provisionVMAgent: true, enableAutomaticUpdates: false } }
    : { ...user, linuxConfiguration: { disablePasswordAuthentication: false, provisionVMAgent: true } };
}

/** Nobody signs in to a build VM: the password is asked for by Azure, kept by nobody and gone with sysprep. */
function password(): string {
  return `Aa1-${randomBytes(24).toString('base64url')}`;
}
