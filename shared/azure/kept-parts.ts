import type { DataDisk, VirtualMachine, VirtualMachineUpdate } from '@azure/arm-compute';

/** What becomes of a machine's parts as it is deleted: kept for the next of its name, or gone as far as they are its own. */
export type PartsFate = 'kept' | 'gone';

/**
 * The change after which deleting the machine takes its OS disk along, and the others as is wanted; undefined if it
 * would already. Azure takes arrays as a whole, and leaves what is not named.
 */
export function partsChange(found: VirtualMachine, fate: PartsFate): VirtualMachineUpdate | undefined {
  const { osDisk, dataDisks = [] } = found.storageProfile ?? {};
  const interfaces = found.networkProfile?.networkInterfaces ?? [];
  const ofInterfaces = fate === 'kept' ? 'Detach' : 'Delete';
  // An ephemeral disk is the machine's own and never outlives it.
  const isOsDiskRight = !osDisk || osDisk.diffDiskSettings !== undefined || optionOf(osDisk) === 'Delete';
  const areDisksRight = dataDisks.every((disk) => optionOf(disk) === wantedOf(disk, fate));
  const areInterfacesRight = interfaces.every((one) => optionOf(one) === ofInterfaces);
  if (isOsDiskRight && areDisksRight && areInterfacesRight) return undefined;
  return {
    ...((!isOsDiskRight || !areDisksRight) && {
      storageProfile: {
        ...(osDisk && !isOsDiskRight && { osDisk: { ...osDisk, deleteOption: 'Delete' } }),
        ...(!areDisksRight && {
          dataDisks: dataDisks.map((disk) => withOption(disk, wantedOf(disk, fate))),
        }),
      },
    }),
    ...(!areInterfacesRight && {
      networkProfile: {
        networkInterfaces: interfaces.map((one) => withOption(one, ofInterfaces)),
      },
    }),
  };
}

/** Nobody's data is deleted by us: of what did not come out of the image, its own setting says what becomes of it. */
function wantedOf(disk: DataDisk, fate: PartsFate): string {
  if (fate === 'kept') return 'Detach';
  return disk.createOption === 'FromImage' ? 'Delete' : optionOf(disk);
}

/** What is not stated stays behind. */
function optionOf({ deleteOption = 'Detach' }: { readonly deleteOption?: string }): string {
  return deleteOption;
}

function withOption<Part extends object>(part: Part, deleteOption: string): Part {
  return { ...part, deleteOption };
}
