import { ArmError, type Json } from '../core/arm-error.ts';
import { isResourceId, parentOf, parseId, regionName, sameId } from '../core/resource-id.ts';
import type { Resource, Resources } from '../core/resources.ts';
import { imageOf, type ImageReference, type Profile, type ScaleSet } from './scale-set.ts';

interface Definition {
  readonly osState: 'Generalized' | 'Specialized';
  readonly hyperVGeneration?: 'V1' | 'V2';
  readonly features?: readonly { readonly name: string; readonly value: string }[];
}

interface Version {
  readonly publishingProfile: {
    readonly excludeFromLatest?: boolean;
    readonly targetRegions?: readonly { readonly name: string; readonly excludeFromLatest?: boolean }[];
  };
  readonly replicationStatus?: { readonly summary?: readonly { readonly region: string; readonly state: string }[] };
}

/** An image a guest can be made from: the exact version, whatever the reference said. */
export interface ResolvedImage {
  readonly reference: ImageReference;
  readonly version?: Resource<Version>;
}

/**
 * Finds the image for a scale set in a region and refuses what Azure refuses; the texts are those of
 * "Troubleshoot problems with shared images", section "Creating or updating a VM or scale sets".
 */
export function resolveImage(resources: Resources, reference: ImageReference, region: string): ResolvedImage {
  const { id } = reference;
  if (id === undefined) return { reference: { ...reference, ...(reference.version && { exactVersion: reference.version }) } };
  if (!isResourceId(id)) {
    throw new ArmError(400, 'InvalidParameter', `The value '${id}' of parameter 'imageReference.id' is invalid.`, {
      target: 'imageReference.id',
    });
  }
  const { type } = parseId(id);
  const kind = type.toLowerCase();
  if (kind === 'microsoft.compute/galleries/images/versions') return exact(resources, id, region);
  if (kind === 'microsoft.compute/galleries/images') return latest(resources, id, region);
  throw new ArmError(
    409,
    'OperationNotAllowed',
    'The Image type for a Virtual Machine Scale Set may not be changed.',
  );
}

/** Refuses to give a scale set an image of another kind than the one it was made with. */
export function refuseOtherKind(resources: Resources, scaleSet: ScaleSet, next: ImageReference, profile: Profile): void {
  const before = imageOf(scaleSet);
  // azure-docs#89791: from marketplace to gallery, gallery to managed image and so on is refused like this.
  if ((before.id === undefined) !== (next.id === undefined)) {
    throw new ArmError(409, 'OperationNotAllowed', 'The Image type for a Virtual Machine Scale Set may not be changed.');
  }
  const definition = definitionOf(resources, next);
  if (!definition) return;
  const state = definitionOf(resources, before)?.osState ?? 'Generalized';
  if (definition.osState !== state) {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `Cannot update Virtual Machine Scale Set ${scaleSet.name} as the current OS state of the VM Scale Set is ${state} ` +
        `which is different from the updated gallery image OS state which is ${definition.osState}.`,
    );
  }
  refuseOtherMachine(definition, profile);
}

/** Refuses a definition that the machines' generation or security type cannot run. */
export function refuseUnfit(resources: Resources, reference: ImageReference, profile: Profile): void {
  const definition = definitionOf(resources, reference);
  if (definition) refuseOtherMachine(definition, profile);
}

function refuseOtherMachine({ hyperVGeneration = 'V1', features }: Definition, profile: Profile): void {
  const trusted = profile.securityProfile?.securityType === 'TrustedLaunch';
  if (!trusted) return;
  if (hyperVGeneration !== 'V2') {
    throw new ArmError(
      400,
      'BadRequest',
      'The selected VM size or image is not supported: Security type TrustedLaunch needs Hypervisor Generation ' +
        `'V2', and the image has '${hyperVGeneration}'.`,
    );
  }
  const supported = features?.find(({ name }) => name.toLowerCase() === 'securitytype')?.value;
  if (supported !== undefined && /TrustedLaunch/i.test(supported)) return;
  throw new ArmError(
    400,
    'BadRequest',
    "Use of TrustedLaunch setting is not supported for the provided image. Please select Trusted Launch supported Gen2 OS image.",
  );
}

function exact(resources: Resources, id: string, region: string): ResolvedImage {
  const version = resources.find<Version>(id);
  if (!version || !isIn(version, region)) throw notAvailable(id, region);
  return { reference: { id: version.id, exactVersion: version.name }, version };
}

function latest(resources: Resources, id: string, region: string): ResolvedImage {
  const versions = resources
    .list<Version>({ under: id })
    .filter((version) => sameId(parentOf(version.id), id) && version.properties.publishingProfile.excludeFromLatest !== true);
  if (versions.length === 0) {
    throw new ArmError(404, 'GalleryImageNotFound', `There is no latest image version exists for "${id}".`);
  }
  const [newest] = versions.filter((version) => isIn(version, region)).toSorted((a, b) => compare(b.name, a.name));
  if (!newest) throw notAvailable(id, region);
  return { reference: { id, exactVersion: newest.name }, version: newest };
}

/** A region can be deployed to as soon as its own replication is done, whatever the others do. */
function isIn({ properties }: Resource<Version>, region: string): boolean {
  const summary = properties.replicationStatus?.summary;
  if (summary) {
    return summary.some((one) => regionName(one.region) === regionName(region) && one.state === 'Completed');
  }
  return (properties.publishingProfile.targetRegions ?? []).some(({ name }) => regionName(name) === regionName(region));
}

function definitionOf(resources: Resources, { id }: ImageReference): Definition | undefined {
  if (id === undefined || !isResourceId(id)) return undefined;
  const isVersion = parseId(id).names.length === 3;
  return resources.find<Definition>(isVersion ? (parentOf(id) ?? '') : id)?.properties;
}

function notAvailable(id: string, region: string): ArmError {
  return new ArmError(
    404,
    'GalleryImageNotFound',
    `The gallery image ${id} is not available in ${region} region. Please contact image owner to replicate to this ` +
      'region, or change your requested region.',
    { target: 'imageReference' },
  );
}

function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (const index of [0, 1, 2]) if (a[index] !== b[index]) return (a[index] ?? 0) - (b[index] ?? 0);
  return 0;
}

/** Secrets that were sent in a profile are kept from every answer. */
export function withoutSecrets(profile: Profile): Profile {
  if (!profile.osProfile) return profile;
  const { adminPassword: _, customData: __, ...osProfile } = profile.osProfile as Json;
  return { ...profile, osProfile };
}
