import type { Instant } from '../instant.ts';
import { parseResourceId } from '../resource-id.ts';
import type { ImageSetPlan } from './image-set.ts';
import { firstOf, type Refusal } from './refusal.ts';
import type {
  FoundBlob,
  FoundDisk,
  FoundGalleryVersion,
  FoundMachine,
  FoundManagedImage,
} from './sources.ts';
import type { Way } from './source.ts';

/** Azure Compute Gallery: "the data disk size cannot be more than 1 TB", and an image is under 2 TB unless Shallow. */
const mostDataGB = 1024;
const mostOsGB = 2047;

const tooLarge = (what: string, sizeGB: number) =>
  [
    sizeGB > mostDataGB,
    'UnsupportedSource',
    `${what} has ${sizeGB} GB; a data disk of an image has at most 1 TB.`,
  ] as const;

const elsewhere = (what: string, is: string, wanted: string) =>
  [
    is !== wanted,
    'SourceMismatch',
    `${what} is in ${is}, the bench in ${wanted}: Azure takes a source of the same region only.`,
  ] as const;

/** An image can be built from wherever it has been replicated to; it is imported only where it is at home. */
export function galleryVersionUnusable(
  found: FoundGalleryVersion,
  { bench }: ImageSetPlan,
  way: Way,
  now: Instant,
): Refusal | undefined {
  const { endOfLifeDate, completedRegions, provisioningState } = found;
  return firstOf(
    [
      provisioningState === 'Failed' || provisioningState === 'Deleting',
      'SourceNotReady',
      `The gallery version is ${provisioningState}.`,
    ],
    [
      !completedRegions.includes(bench.location),
      'SourceNotReady',
      `The gallery version is not replicated to ${bench.location}: add the region to it, or move the bench.`,
    ],
    ...(way === 'import' ? [elsewhere('The gallery version', found.location, bench.location)] : []),
    [
      endOfLifeDate !== undefined && endOfLifeDate <= now,
      'SourceNotReady',
      `The gallery version's life ended on ${endOfLifeDate?.slice(0, 10)}: choose a newer one.`,
    ],
    ...found.dataDisks.map(({ lun, sizeGB }) => tooLarge(`Its data disk at LUN ${lun}`, sizeGB)),
  );
}

export function managedImageUnusable(found: FoundManagedImage, { bench }: ImageSetPlan): Refusal | undefined {
  return firstOf(
    [
      found.provisioningState !== 'Succeeded',
      'SourceNotReady',
      `The managed image is ${found.provisioningState}.`,
    ],
    elsewhere('The managed image', found.location, bench.location),
    ...found.dataDisks.map(({ lun, sizeGB }) => tooLarge(`Its data disk at LUN ${lun}`, sizeGB)),
  );
}

export function machineUnusable(found: FoundMachine, plan: ImageSetPlan, way: Way): Refusal | undefined {
  const { bench, subscriptionId } = plan;
  return firstOf(
    [found.provisioningState !== 'Succeeded', 'SourceNotReady', `The VM is ${found.provisioningState}.`],
    elsewhere('The VM', found.location, bench.location),
    [
      found.osDiskId === undefined,
      'UnsupportedSource',
      'The VM has an ephemeral OS disk, which Azure neither captures nor copies.',
    ],
    [
      way === 'import' && 'vm' in plan.source && plan.source.vm.inPlace && found.power !== 'deallocated',
      'SourceNotReady',
      `The VM is ${found.power}: Azure captures it once it is deallocated.`,
    ],
    [
      way === 'in-place' && !sameText(parseResourceId(found.id)?.subscriptionId, subscriptionId),
      'UnsupportedSource',
      'A VM that is used in place must be in the subscription of the image set: use a copy of it.',
    ],
    [
      way === 'in-place' && bench.log !== undefined && !hasIdentity(found, bench.log.identityId),
      'SourceNotReady',
      `The VM has not the identity ${bench.log?.identityId} that its output is written with: assign it, or leave bench.log out.`,
    ],
    ...found.dataDisks.map(({ lun, sizeGB }) => tooLarge(`Its data disk at LUN ${lun}`, sizeGB)),
  );
}

export function diskUnusable(
  what: string,
  found: FoundDisk,
  plan: ImageSetPlan,
  isOs: boolean,
): Refusal | undefined {
  const { provisioningState, completionPercent, sku, state, sizeGB } = found;
  return firstOf(
    [provisioningState !== 'Succeeded', 'SourceNotReady', `${what} is ${provisioningState}.`],
    [
      (completionPercent ?? 100) < 100,
      'SourceNotReady',
      `${what} is copied to ${completionPercent} %: wait until it is complete.`,
    ],
    [
      state === 'ActiveSAS' || state === 'ActiveUpload',
      'SourceNotReady',
      `${what} is being exported: end its access first.`,
    ],
    elsewhere(what, found.location, plan.bench.location),
    // No image is made from an Ultra disk; of Premium SSD v2, too, there are no full snapshots.
    [
      /^(Ultra|PremiumV2)/i.test(sku),
      'UnsupportedSource',
      `${what} is of ${sku}, of which no image is made.`,
    ],
    [
      isOs && found.osType === undefined,
      'SourceMismatch',
      `${what} has no operating system: give it among the data disks.`,
    ],
    [
      isOs && sizeGB > mostOsGB && plan.replicationMode === 'Full',
      'UnsupportedSource',
      `${what} has ${sizeGB} GB; an image has less than 2 TB, unless it is Shallow.`,
    ],
    ...(isOs ? [] : [tooLarge(what, sizeGB)]),
  );
}

const GiB = 1024 ** 3;

export function blobUnusable(
  what: string,
  { type, sizeBytes }: FoundBlob,
  isOs: boolean,
): Refusal | undefined {
  return firstOf(
    [
      type !== 'PageBlob',
      'UnsupportedSource',
      `${what} is a ${type}; a VHD must be a page blob: upload it again as one.`,
    ],
    // A fixed VHD is whole megabytes and a footer of 512 bytes.
    [
      sizeBytes % 512 !== 0 || sizeBytes === 0,
      'UnsupportedSource',
      `${what} is no VHD: its ${sizeBytes} bytes are not whole pages of 512.`,
    ],
    ...(isOs ? [] : [tooLarge(what, Math.ceil((sizeBytes - 512) / GiB))]),
  );
}

function hasIdentity({ identityIds }: FoundMachine, wanted: string): boolean {
  return identityIds.some((id) => sameText(id, wanted));
}

function sameText(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}
