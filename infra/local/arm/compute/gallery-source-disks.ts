import { parseId } from '../core/resource-id.ts';
import { refuseForeignLink } from '../core/tenants.ts';
import type { World } from '../core/world.ts';
import type { Captured } from './captured.ts';
import { capturedAs, contentOf, type OsContent } from './content.ts';
import { DISK_TYPE, SNAPSHOT_TYPE, type DiskProperties } from './disks.ts';
import {
  refuseUnlike,
  requireId,
  requireThere,
  wrong,
  type NewVersion,
  type SourceTraits,
} from './gallery-source-rules.ts';
import type { Image } from './image.ts';
import type { DiskImageSource } from './image-version.ts';
import { refuseRunning, refuseUnready } from './source-state.ts';
import { requireVhd } from './vhd.ts';
import { required } from './writing.ts';

/** A data disk of a version, as the version shows it. */
export interface DataDiskImage {
  readonly lun: number;
  readonly sizeInGB: number;
  readonly hostCaching: string;
  readonly source?: DiskImageSource;
}

/** "If the image will contain data disks, the data disk size cannot be more than 1 TB." */
const MOST_DATA_GB = 1024;

/** The OS disk of a version from a disk, a snapshot or a VHD: nobody can tell from outside whether it is sealed. */
export function fromOsDisk(
  world: World,
  wanted: NewVersion,
  source: DiskImageSource,
): { captured: Captured; reads: readonly string[] } {
  const part = partOf(world, wanted, source, 'osDiskImage');
  const { definition } = wanted;
  const { osType, osState, hyperVGeneration = 'V1', architecture } = definition.properties;
  refuseUnlike(part.traits, definition);
  const generation = hyperVGeneration;
  const nothing: OsContent = {
    osType,
    generation,
    architecture: architecture === 'Arm64' ? 'Arm64' : 'x64',
    facts: new Map(),
    sealed: osState !== 'Generalized',
  };
  const content = part.content ?? nothing;
  const captured = capturedAs(content, osState, part.sizeInGB);
  // What was installed for another generation or system than was said does not come up.
  const boots = captured.boots && content.generation === generation && content.osType === osType;
  return { captured: { ...captured, osType, generation, boots }, reads: part.reads };
}

/** The data disks beside it, each from where it likes. */
export function requireDataDisks(
  world: World,
  wanted: NewVersion,
  os: DiskImageSource,
  disks: readonly { lun?: number; hostCaching?: string; source?: DiskImageSource }[],
): { images: DataDiskImage[]; reads: string[] } {
  const luns = disks.map(({ lun }) => lun);
  for (const lun of luns) required('dataDiskImages.lun', lun);
  if (new Set(luns).size < luns.length) {
    throw wrong(
      'Duplicated lun numbers have been detected in the input data disks. Lun number must be unique for each data disk',
    );
  }
  refuseSameSource([os, ...disks.map(({ source = {} }) => source)]);
  const reads: string[] = [];
  const images = disks.map(({ lun = 0, hostCaching = 'None', source = {} }) => {
    const part = partOf(world, wanted, source, 'dataDiskImages');
    if (part.sizeInGB > MOST_DATA_GB) {
      throw wrong(
        `The data disk image with lun ${lun} has ${part.sizeInGB} GB. The size of a data disk cannot be more than 1 TB.`,
      );
    }
    reads.push(...part.reads);
    return { lun, sizeInGB: part.sizeInGB, hostCaching, source };
  });
  return { images, reads };
}

function refuseSameSource(all: readonly DiskImageSource[]): void {
  const ids = all.flatMap(({ id }) => id?.toLowerCase() ?? []);
  if (new Set(ids).size < ids.length) {
    throw wrong(
      'Duplicated source ids are found in the input disks. Source id should be unique for each disk',
    );
  }
  const uris = all.flatMap(({ uri }) => uri ?? []);
  const double = uris.find((uri, index) => uris.indexOf(uri) !== index);
  if (double !== undefined) throw wrong(`OSDiskImage and DataDiskImage cannot point to same blob ${double}`);
}

interface Part {
  readonly traits: SourceTraits;
  readonly content?: OsContent | undefined;
  readonly sizeInGB: number;
  readonly reads: readonly string[];
}

function partOf(world: World, wanted: NewVersion, source: DiskImageSource, path: string): Part {
  if (source.uri === undefined) return fromDisk(world, wanted, source, path);
  if (source.id !== undefined) throw wrong(`${path}.source has an id or a uri, and not both.`);
  required(`${path}.source.storageAccountId`, source.storageAccountId);
  const { uri, storageAccountId } = source;
  const { content, sizeInGB } = requireVhd(world, { uri, storageAccountId, location: wanted.location });
  return { traits: { kind: 'vhd', id: uri }, content, sizeInGB, reads: [] };
}

function fromDisk(world: World, wanted: NewVersion, source: DiskImageSource, path: string): Part {
  const id = requireId(source.id, `${path}.source.id`);
  const type = parseId(id).type.toLowerCase();
  const isDisk = type === DISK_TYPE.toLowerCase();
  if (!isDisk && type !== SNAPSHOT_TYPE.toLowerCase()) {
    throw wrong(`The source id: ${id} must be a managed disk or snapshot`);
  }
  refuseForeignLink(world, wanted, id);
  const disk = requireThere<DiskProperties>(world, id, wanted.location);
  world.operations.refuseIfBusy(disk.id);
  refuseUnready(disk);
  refuseRunning(world, disk);
  const { osType, hyperVGeneration: generation, securityProfile, purchasePlan: plan } = disk.properties;
  const { sku } = disk.fields as { sku?: { name?: string } };
  if (sku?.name === 'UltraSSD_LRS') {
    throw wrong(`Source cannot contain disk ['${disk.id}'] stored in an UltraSSD account type`);
  }
  const kind = isDisk ? 'disk' : 'snapshot';
  const securityType = securityProfile?.securityType;
  const architecture = disk.properties.supportedCapabilities?.architecture as
    | Image['architecture']
    | undefined;
  if (path === 'osDiskImage' && osType === undefined) {
    throw wrong(`The source id: ${id} has no operating system: it is a data disk`);
  }
  return {
    traits: { kind, id: disk.id, osType, generation, architecture, securityType, plan },
    content: contentOf(world, disk),
    sizeInGB: disk.properties.diskSizeGB,
    reads: [disk.id],
  };
}
