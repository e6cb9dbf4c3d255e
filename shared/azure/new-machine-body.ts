import { randomBytes } from 'node:crypto';
import type { ComputeManagementClient, OSDisk, VirtualMachine } from '@azure/arm-compute';
import type { NewMachine } from '../hosts/machine.ts';
import { parseResourceId } from '../resource-id.ts';
import type { MachinePlan } from './blueprint.ts';
import type { InterfacePlan } from './blueprint-interfaces.ts';
import { finding } from './errors.ts';
import { networkApiVersion } from './virtual-machine-body.ts';

/** The machine as Azure is asked for it: as its blueprint says, with another image, and `smallestGB` on its OS disk. */
export function newMachineBody(
  name: string,
  wanted: NewMachine,
  smallestGB: number | undefined,
): VirtualMachine {
  const { blueprint, as, imageVersionId, adminPassword = password() } = wanted;
  const { machine, interfaces } = blueprint.body as unknown as MachinePlan;
  const { storageProfile, osProfile, networkProfile, host, ...rest } = machine;
  const isBeside = as === 'beside';
  const osDisk = storageProfile?.osDisk;
  const signsInByKey = osProfile?.linuxConfiguration?.disablePasswordAuthentication === true;
  return {
    ...rest,
    tags: { ...machine.tags, ...wanted.tags },
    storageProfile: {
      ...storageProfile,
      imageReference: { id: imageVersionId },
      ...(osDisk && { osDisk: osDiskOf(osDisk, smallestGB) }),
      dataDisks: isBeside ? [] : (storageProfile?.dataDisks ?? []),
    },
    osProfile: {
      ...osProfile,
      computerName: isBeside ? name : (osProfile?.computerName ?? name),
      ...(!signsInByKey && { adminPassword }),
    },
    networkProfile: isBeside
      ? {
          networkApiVersion,
          networkInterfaceConfigurations: interfaces.map((one) => newInterface(one, name)),
        }
      : (networkProfile ?? {}),
    // One dedicated host has room for those it has; where another goes Azure may choose.
    ...(host && !isBeside && { host }),
  };
}

function osDiskOf(osDisk: OSDisk, smallestGB = 0): OSDisk {
  const { diskSizeGB } = osDisk;
  return { ...osDisk, ...(diskSizeGB !== undefined && { diskSizeGB: Math.max(diskSizeGB, smallestGB) }) };
}

function newInterface({ configuration }: InterfacePlan, machine: string): InterfacePlan['configuration'] {
  // Primary or one of several: the names of a machine's interfaces must differ.
  return {
    ...configuration,
    name: configuration.primary === true ? `${machine}-nic` : `${machine}-${configuration.name}`,
  };
}

/** The size of the image, which Azure wants a disk to have at least; undefined if nobody can say. */
export async function osDiskGB(
  { galleryImageVersions }: Pick<ComputeManagementClient, 'galleryImageVersions'>,
  imageVersionId: string,
): Promise<number | undefined> {
  const found = parseResourceId(imageVersionId);
  const [gallery, definition, version] = found?.names ?? [];
  if (!found || gallery === undefined || definition === undefined || version === undefined) return undefined;
  const image = await finding(
    `image version ${version}`,
    async () => await galleryImageVersions.get(found.resourceGroup, gallery, definition, version),
  );
  return image?.storageProfile?.osDiskImage?.sizeInGB;
}

/** Azure asks for one; where nobody stated it, nobody knows it. */
function password(): string {
  return `Aa1-${randomBytes(24).toString('base64url')}`;
}
