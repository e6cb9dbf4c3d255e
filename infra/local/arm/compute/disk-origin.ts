import { ArmError } from '../core/arm-error.ts';
import type { Call } from '../core/provider.ts';
import { isResourceId, parseId, regionName } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import { refuseForeignLink } from '../core/tenants.ts';
import type { World } from '../core/world.ts';
import { contentOf, type OsContent } from './content.ts';
import { requireCreateOption, type CreationData, type DiskBody } from './disk-body.ts';
import { DISK_TYPE, given, SNAPSHOT_TYPE, type DiskProperties } from './disks.ts';
import { resolveImage } from './image-source.ts';
import { refuseRunning, refuseUnready } from './source-state.ts';
import { requireVhd } from './vhd.ts';
import { invalid, required } from './writing.ts';

/** What a new disk or snapshot gets from what it is made of. */
export interface Origin {
  readonly content?: OsContent | undefined;
  readonly sizeInGB?: number | undefined;
  /** Goes over to a copy: OS type, generation, security, plan. */
  readonly inherited?: Partial<DiskProperties>;
  readonly reads: readonly string[];
  /** How long the making takes, in virtual seconds. */
  readonly seconds: readonly [number, number];
}

interface Wanted {
  readonly kind: 'disk' | 'snapshot';
  readonly id: string;
  readonly location: string;
  readonly body: DiskBody;
}

/** Finds what a new disk or snapshot is made of, or Azure's refusal of it. */
export function requireOrigin(world: World, call: Call, wanted: Wanted): Origin {
  const { kind, body } = wanted;
  const { creationData: data, diskSizeGB } = body.properties ?? {};
  const option = requireCreateOption(kind, data);
  if (option === 'Empty') {
    required(`${kind}.properties.diskSizeGB`, diskSizeGB);
    return { reads: [], seconds: [2, 8] };
  }
  if (option === 'Import') return fromBlob(world, wanted, data ?? {});
  if (option === 'FromImage') return fromImage(world, call, wanted, data ?? {});
  return copyOf(world, call, wanted, data ?? {});
}

function copyOf(world: World, call: Call, { kind, id, location, body }: Wanted, data: CreationData): Origin {
  const source = requireDisk(world, call, { kind, id, location, body }, data);
  world.operations.refuseIfBusy(source.id);
  refuseUnready(source);
  if (kind === 'disk') refuseRunning(world, source);
  const inherited = inheritedBy(kind, body, source.properties);
  return {
    content: contentOf(world, source),
    sizeInGB: source.properties.diskSizeGB,
    inherited,
    reads: [source.id],
    seconds: [10, 60],
  };
}

function requireDisk(
  world: World,
  call: Call,
  { kind, id, location }: Wanted,
  data: CreationData,
): Resource<DiskProperties> {
  const { sourceResourceId: from = '' } = data;
  required(`${kind}.properties.creationData.sourceResourceId`, data.sourceResourceId);
  const path = `${kind}.properties.creationData.sourceResourceId`;
  const type = isResourceId(from) ? parseId(from).type.toLowerCase() : '';
  if (![DISK_TYPE, SNAPSHOT_TYPE].some((one) => one.toLowerCase() === type)) {
    throw invalid(path, from, 'It must be the id of a managed disk or snapshot.');
  }
  refuseForeignLink(world, { id, headers: call.headers }, from);
  const source = world.resources.find<DiskProperties>(from);
  if (!source) throw new ArmError(404, 'NotFound', `${parseId(from).name} is not found.`, { target: path });
  if (regionName(source.location ?? '') !== location) {
    // Another region takes CopyStart and an incremental snapshot ("Copy an incremental snapshot to a new region").
    throw new ArmError(
      400,
      'BadRequest',
      `Source resource '${source.id}' is in region '${source.location}', but the ${kind} is in region '${location}'.`,
    );
  }
  return source;
}

/** What a copy has from its source, and cannot be given otherwise. */
function inheritedBy(
  kind: string,
  { properties = {} }: DiskBody,
  source: DiskProperties,
): Partial<DiskProperties> {
  if (properties.securityProfile) {
    // Azure/azure-cli#22561: a copy keeps the security type of its source and takes no other.
    throw new ArmError(
      400,
      'BadRequest',
      "Security Type 'TrustedLaunch' is not supported for CreateOption 'Copy'. Supported create options are FromImage, " +
        'Import, ImportSecure, UploadPreparedSecure.',
    );
  }
  for (const fixed of ['osType', 'hyperVGeneration'] as const) {
    const stated = properties[fixed];
    if (stated !== undefined && stated !== source[fixed]) {
      throw invalid(`${kind}.properties.${fixed}`, stated, `The source's is '${source[fixed]}'.`);
    }
  }
  const { osType, hyperVGeneration, securityProfile, purchasePlan, supportedCapabilities } = source;
  return given({ osType, hyperVGeneration, securityProfile, purchasePlan, supportedCapabilities });
}

function fromBlob(world: World, { kind, location }: Wanted, data: CreationData): Origin {
  required('storageAccountId', data.storageAccountId);
  required(`${kind}.properties.creationData.sourceUri`, data.sourceUri);
  const { content, sizeInGB } = requireVhd(world, {
    uri: data.sourceUri,
    storageAccountId: data.storageAccountId,
    location,
  });
  return { content, sizeInGB, reads: [], seconds: [60, 240] };
}

function fromImage(world: World, call: Call, { id, location }: Wanted, data: CreationData): Origin {
  const reference = data.galleryImageReference ?? data.imageReference;
  required('disk.properties.creationData.imageReference.id', reference?.id);
  if (reference?.lun !== undefined) {
    throw invalid('imageReference', reference.lun, 'This stand-in makes disks of OS disk images only.');
  }
  const { subscriptionId } = call;
  const image = resolveImage(world, reference, {
    location,
    subscriptionId,
    link: { id, headers: call.headers },
  });
  const { osType, generation, architecture, sizeInGB, facts, securityType, plan } = image;
  const trusted = securityType === 'TrustedLaunch';
  return {
    content: {
      osType,
      generation,
      architecture,
      facts,
      sealed: (image.osState === 'Generalized') === image.boots,
    },
    sizeInGB,
    inherited: {
      osType,
      hyperVGeneration: generation,
      ...(trusted && { securityProfile: { securityType } }),
      ...(plan && { purchasePlan: plan }),
      supportedCapabilities: { architecture },
    },
    reads: [],
    seconds: [10, 40],
  };
}
