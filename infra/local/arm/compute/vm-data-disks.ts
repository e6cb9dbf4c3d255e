import { ArmError } from '../core/arm-error.ts';
import type { World } from '../core/world.ts';
import type { Image } from './image.ts';
import type { Size } from './sizes.ts';
import { requireFreeDisk } from './vm-boot-source.ts';
import type { WantedDataDisk } from './vm-request.ts';
import { invalid, required } from './writing.ts';

/** One data disk of a VM to be: taken over, made empty, or made from the image. */
export interface PlannedDataDisk {
  readonly lun: number;
  readonly wanted: WantedDataDisk;
  readonly createOption: 'Attach' | 'Empty' | 'FromImage';
  readonly sizeInGB: number;
  /** The disk that is taken over. */
  readonly attached?: string;
}

interface Making {
  readonly id: string;
  readonly location: string;
  readonly zones: readonly string[];
  readonly image: Image;
  readonly size: Size;
}

/**
 * The data disks that a VM gets: those of the request, and those of its image. The image's come unasked, and with
 * Azure's default they stay behind when the VM goes; who wants it otherwise names them in the request.
 */
export function planDataDisks(
  world: World,
  vm: Making,
  dataDisks: readonly WantedDataDisk[],
): PlannedDataDisk[] {
  const asked = dataDisks.map((wanted) => planned(world, vm, wanted));
  for (const { lun } of asked) {
    if (asked.filter((one) => one.lun === lun).length > 1) {
      throw invalid('dataDisk.lun', lun, 'Data disk LUN numbers must be unique.');
    }
  }
  const unasked = vm.image.dataDisks
    .filter(({ lun }) => !asked.some((one) => one.lun === lun))
    .map(({ lun, sizeInGB }) => ({ lun, sizeInGB, wanted: {}, createOption: 'FromImage' as const }));
  const all = [...asked, ...unasked];
  if (all.length > vm.size.dataDisks) {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The maximum number of data disks allowed to be attached to a VM of this size is ${vm.size.dataDisks}.`,
      { target: 'dataDisks' },
    );
  }
  return all;
}

function planned(world: World, vm: Making, wanted: WantedDataDisk): PlannedDataDisk {
  const { lun, createOption, diskSizeGB, managedDisk } = wanted;
  required('dataDisk.lun', lun);
  required('dataDisk.createOption', createOption);
  if (!Number.isInteger(lun) || lun < 0 || lun > 63) throw invalid('dataDisk.lun', lun, 'Use 0 to 63.');
  const inImage = vm.image.dataDisks.find((one) => one.lun === lun);
  if (createOption === 'Attach') {
    required('dataDisk.managedDisk.id', managedDisk?.id);
    refuseOccupied(lun, inImage);
    const disk = requireFreeDisk(world, managedDisk.id, vm);
    return { lun, wanted, createOption, sizeInGB: disk.properties.diskSizeGB, attached: disk.id };
  }
  if (createOption === 'Empty') {
    required('dataDisk.diskSizeGB', diskSizeGB);
    refuseOccupied(lun, inImage);
    return { lun, wanted, createOption, sizeInGB: diskSizeGB };
  }
  if (createOption !== 'FromImage') {
    throw invalid('dataDisk.createOption', createOption, 'Use Attach, Empty or FromImage.');
  }
  if (!inImage) throw invalid('dataDisk.lun', lun, 'The image has no data disk with this LUN.');
  if (diskSizeGB !== undefined && diskSizeGB < inImage.sizeInGB) {
    throw invalid('dataDisk.diskSizeGB', diskSizeGB, `The disk in the image has ${inImage.sizeInGB} GB.`);
  }
  return { lun, wanted, createOption, sizeInGB: diskSizeGB ?? inImage.sizeInGB };
}

function refuseOccupied(lun: number, inImage: object | undefined): void {
  if (inImage) throw invalid('dataDisk.lun', lun, "The image's own data disk has this LUN: use FromImage.");
}
