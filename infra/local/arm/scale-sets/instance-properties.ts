import type { InstanceProperties, OsDisk } from './machine.ts';
import { skuOf, type ImageReference, type ScaleSet } from './scale-set.ts';

interface Made {
  readonly instanceId: string;
  readonly computerName: string;
  readonly image: ImageReference;
  readonly vmId: string;
  readonly timeCreated: string;
  readonly disk: Pick<OsDisk, 'name' | 'managedDisk'>;
}

/** A new instance, as the scale set's model makes it. */
export function instanceProperties(
  scaleSet: ScaleSet,
  { instanceId, computerName, image, vmId, timeCreated, disk }: Made,
): InstanceProperties & { provisioningState: string } {
  const { virtualMachineProfile: profile } = scaleSet.properties;
  const nic = `${scaleSet.id}/virtualMachines/${instanceId}/networkInterfaces/nic`;
  const caching = profile.storageProfile?.osDisk?.['caching'] ?? 'ReadWrite';
  return {
    vmId,
    timeCreated,
    latestModelApplied: true,
    modelDefinitionApplied: 'VirtualMachineScaleSet',
    hardwareProfile: { vmSize: skuOf(scaleSet).name },
    storageProfile: {
      imageReference: image,
      osDisk: { osType: 'Windows', createOption: 'FromImage', caching, diskSizeGB: 127, ...disk },
      dataDisks: [],
    },
    osProfile: { computerName, adminUsername: 'localadmin', allowExtensionOperations: true },
    securityProfile: { ...profile.securityProfile },
    networkProfile: { networkInterfaces: [{ id: nic, properties: { primary: true } }] },
    provisioningState: 'Succeeded',
  };
}

/** A disk with a name and an id that no disk had before. */
export function newDisk(
  { id, name }: ScaleSet,
  instanceId: string,
  unique: string,
): Pick<OsDisk, 'name' | 'managedDisk'> {
  const disk = `${name}_${name}_${instanceId}_OsDisk_1_${unique.replaceAll('-', '')}`;
  const [group] = id.split('/providers/');
  const diskId = `${group}/providers/Microsoft.Compute/disks/${disk}`;
  return { name: disk, managedDisk: { id: diskId, storageAccountType: 'Premium_LRS' } };
}
