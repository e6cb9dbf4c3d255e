import type { ImageSetPlan } from './image-set.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import type { DataDisk, ResolvedDataDisk, Way } from './source.ts';
import type { Sources } from './sources.ts';
import { blobUnusable, diskUnusable } from './usable.ts';

/** The data disks that the set adds to its source, each looked up and fit for it, or why one is not. */
export async function addedDataDisks(
  sources: Sources,
  plan: ImageSetPlan,
  way: Way,
): Promise<readonly ResolvedDataDisk[] | Refusal> {
  const { dataDisks, source } = plan;
  if (dataDisks.length === 0) return [];
  if (way === 'in-place') {
    return [
      'UnsupportedSource',
      'A VM that is used in place keeps the data disks it has: attach them to it instead.',
    ];
  }
  // Azure takes disks beside a disk, and nothing beside an image.
  if (way === 'import' && !('disk' in source || 'snapshot' in source || 'vhd' in source || 'vm' in source)) {
    return [
      'UnsupportedSource',
      'Azure imports an image as it is: data disks beside it need a build VM, and so a recipe with a step.',
    ];
  }
  const resolved: ResolvedDataDisk[] = [];
  for (const wanted of dataDisks) {
    const found = await looked(sources, plan, wanted);
    if (isRefusal(found)) return found;
    resolved.push(found);
  }
  return resolved;
}

async function looked(
  sources: Sources,
  plan: ImageSetPlan,
  { lun, from }: DataDisk,
): Promise<ResolvedDataDisk | Refusal> {
  if ('empty' in from) return { lun, from };
  const what = `The data disk for LUN ${lun}`;
  if ('vhd' in from) {
    const found = await sources.blob(from.vhd.uri);
    if (!found) return missing(what, from.vhd.uri);
    return blobUnusable(what, found, false) ?? { lun, from };
  }
  const { id } = 'disk' in from ? from.disk : from.snapshot;
  const found = 'disk' in from ? await sources.disk(id) : await sources.snapshot(id);
  if (!found) return missing(what, id);
  const attached = 'disk' in from && found.state !== 'Unattached';
  return diskUnusable(what, found, plan, false) ?? { lun, from, attached };
}

function missing(what: string, id: string): Refusal {
  return [
    'SourceNotFound',
    `${what} is to be made from ${id}, which is not there, or which the app may not read.`,
  ];
}

/** Two disks at one place: the source's own count too. */
export function clashingLun(disks: readonly { readonly lun: number }[]): Refusal | undefined {
  const luns = disks.map(({ lun }) => lun);
  const twice = luns.find((lun, index) => luns.indexOf(lun) !== index);
  return twice === undefined
    ? undefined
    : [
        'SourceMismatch',
        `Two data disks are at LUN ${twice}; those that the source itself brings count too.`,
      ];
}
