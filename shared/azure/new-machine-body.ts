import { randomBytes } from 'node:crypto';
import type { OSProfile, StorageProfile, VirtualMachine } from '@azure/arm-compute';
import type { NewMachine } from '../hosts/machine.ts';
import { parseResourceId } from '../resource-id.ts';
import type { MachinePlan } from './blueprint.ts';
import type { InterfacePlan } from './blueprint-interfaces.ts';
import type { Azure } from './clients.ts';
import { finding } from './errors.ts';
import { networkApiVersion } from './virtual-machine-body.ts';

/** The machine as Azure is asked for it: as its blueprint says, with another image, and `smallestGB` on its OS disk. */
export function newMachineBody(
  name: string,
  wanted: NewMachine,
  smallestGB: number | undefined,
): VirtualMachine {
  const { machine, interfaces } = wanted.blueprint.body as unknown as MachinePlan;
  const tags = { ...machine.tags, ...wanted.tags };
  const imageReference = { id: wanted.imageVersionId };
  const storageProfile = { ...machine.storageProfile, ...osDiskOf(machine, smallestGB), imageReference };
  const osProfile = osOf(machine, wanted.adminPassword ?? password());
  if (wanted.as === 'again') return { ...machine, tags, storageProfile, osProfile };
  // One dedicated host has room for those it has: where another goes in its group Azure may choose.
  const { host: _host, ...rest } = machine;
  return {
    ...rest,
    tags,
    storageProfile: { ...storageProfile, dataDisks: [] },
    osProfile: { ...osProfile, computerName: name },
    networkProfile: {
      networkApiVersion,
      networkInterfaceConfigurations: interfaces.map((one) => newInterface(one, name)),
    },
  };
}

function osOf({ osProfile }: VirtualMachine, adminPassword: string): OSProfile {
  const signsInByKey = osProfile?.linuxConfiguration?.disablePasswordAuthentication === true;
  return { ...osProfile, ...(!signsInByKey && { adminPassword }) };
}

/** A size that was stated is kept, unless the image has outgrown it. */
function osDiskOf({ storageProfile }: VirtualMachine, smallestGB = 0): Pick<StorageProfile, 'osDisk'> {
  const { osDisk } = storageProfile ?? {};
  if (osDisk?.diskSizeGB === undefined) return {};
  return { osDisk: { ...osDisk, diskSizeGB: Math.max(osDisk.diskSizeGB, smallestGB) } };
}

function newInterface({ configuration }: InterfacePlan, machine: string): InterfacePlan['configuration'] {
  // One machine's interfaces must differ in name.
  return {
    ...configuration,
    name: configuration.primary === true ? `${machine}-nic` : `${machine}-${configuration.name}`,
  };
}

/** The size of the image, which Azure wants a disk to have at least; undefined if nobody can say. */
export async function osDiskGB(
  { compute }: Pick<Azure, 'compute'>,
  imageVersionId: string,
): Promise<number | undefined> {
  const found = parseResourceId(imageVersionId);
  const [gallery, definition, version] = found?.names ?? [];
  if (!found || gallery === undefined || definition === undefined || version === undefined) return undefined;
  const { galleryImageVersions } = compute(found.subscriptionId);
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
