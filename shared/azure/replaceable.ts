import type { VirtualMachine } from '@azure/arm-compute';
import type { InterfacePlan } from './blueprint-interfaces.ts';

interface Hindrance {
  readonly isSo: (found: VirtualMachine) => boolean;
  readonly why: string;
}

const hindrances: readonly Hindrance[] = [
  {
    isSo: ({ virtualMachineScaleSet }) => virtualMachineScaleSet !== undefined,
    why: 'It is attached to a scale set, and is updated with it.',
  },
  {
    isSo: ({ storageProfile: { osDisk, dataDisks = [] } = {} }) =>
      osDisk?.vhd !== undefined || dataDisks.some(({ vhd }) => vhd !== undefined),
    why: 'Its disks are unmanaged: migrate it to managed disks first.',
  },
  {
    isSo: ({ storageProfile }) => storageProfile?.osDisk?.encryptionSettings?.enabled === true,
    why: 'Azure Disk Encryption holds its disks, and no new machine is made that way: use encryption at host.',
  },
  {
    isSo: ({ storageProfile: { imageReference, osDisk } = {} }) =>
      imageReference === undefined || osDisk?.createOption === 'Attach',
    why: 'It was made around a disk, and not from an image.',
  },
  {
    isSo: ({ osProfile }) => osProfile === undefined,
    why: 'It was made from a specialised image: only machines of generalised images are made anew.',
  },
  {
    isSo: ({ osProfile }) => (osProfile?.windowsConfiguration?.additionalUnattendContent ?? []).length > 0,
    why: 'It was set up by answers to Windows setup that Azure gives nobody back.',
  },
];

/** Why nobody can make the machine again under its name as it was; undefined if it can be. */
export function whyNotAgain(found: VirtualMachine): string | undefined {
  return hindrances.find(({ isSo }) => isSo(found))?.why;
}

/** Why none can be made beside it that is like it; undefined if one can be. */
export function whyNotBeside(
  found: VirtualMachine,
  interfaces: readonly InterfacePlan[],
): string | undefined {
  const again = whyNotAgain(found);
  if (again !== undefined) return again;
  const disks = found.storageProfile?.dataDisks ?? [];
  if (disks.length > 0) return 'It has data disks, and what is on them would stay behind.';
  return interfaces.find(({ notBeside }) => notBeside !== undefined)?.notBeside;
}
