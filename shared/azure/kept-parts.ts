import type { DataDisk, OSDisk, VirtualMachine, VirtualMachineUpdate } from '@azure/arm-compute';

/** What becomes of a machine's parts as it is deleted: kept for the next of its name, or gone as far as they are its own. */
export type PartsFate = 'kept' | 'gone';

/**
 * The change after which deleting the machine takes its OS disk along, and the others as is wanted; undefined if it
 * would already. Azure takes arrays as a whole, and leaves what is not named.
 */
export function partsChange(found: VirtualMachine, fate: PartsFate): VirtualMachineUpdate | undefined {
  const osDisk = osDiskChange(found.storageProfile?.osDisk);
  const dataDisks = changed(found.storageProfile?.dataDisks, (disk) => wantedOf(disk, fate));
  const networkInterfaces = changed(found.networkProfile?.networkInterfaces, () =>
    fate === 'kept' ? 'Detach' : 'Delete',
  );
  if (!osDisk && !dataDisks && !networkInterfaces) return undefined;
  const disks = { ...(osDisk && { osDisk }), ...(dataDisks && { dataDisks }) };
  return {
    ...((osDisk || dataDisks) && { storageProfile: disks }),
    ...(networkInterfaces && { networkProfile: { networkInterfaces } }),
  };
}

/** An ephemeral disk is the machine's own and never outlives it. */
function osDiskChange(osDisk: OSDisk | undefined): OSDisk | undefined {
  if (!osDisk || osDisk.diffDiskSettings || optionOf(osDisk) === 'Delete') return undefined;
  return { ...osDisk, deleteOption: 'Delete' };
}

/** Nobody's data is deleted by us: of what did not come out of the image, its own setting says what becomes of it. */
function wantedOf(disk: DataDisk, fate: PartsFate): string {
  if (fate === 'kept') return 'Detach';
  return disk.createOption === 'FromImage' ? 'Delete' : optionOf(disk);
}

interface Part {
  readonly deleteOption?: string;
}

/** All of them as they are wanted, or undefined if they are. */
function changed<P extends Part>(parts: readonly P[] = [], wanted: (part: P) => string): P[] | undefined {
  if (parts.every((part) => optionOf(part) === wanted(part))) return undefined;
  return parts.map((part) => Object.assign({}, part, { deleteOption: wanted(part) }));
}

/** What is not stated stays behind. */
function optionOf({ deleteOption = 'Detach' }: Part): string {
  return deleteOption;
}
