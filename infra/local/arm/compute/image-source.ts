import type { IncomingHttpHeaders } from 'node:http';
import { ArmError } from '../core/arm-error.ts';
import { isResourceId, parentOf, parseId, regionName, sameId } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import { refuseForeignLink } from '../core/tenants.ts';
import type { World } from '../core/world.ts';
import { capturedIn } from './captured.ts';
import { securityTypeOf, type DefinitionProperties } from './definition.ts';
import { DEFINITION_TYPE } from './gallery-images.ts';
import type { Image, ImageReference } from './image.ts';
import { VERSION_TYPE, type VersionProperties } from './image-version.ts';
import { IMAGE_TYPE, managedImage } from './managed-image.ts';
import { marketplaceImage } from './marketplace.ts';
import { isReplicatedTo } from './replication.ts';
import { invalid, required } from './writing.ts';

interface Where {
  readonly location: string;
  readonly subscriptionId: string;
  /** Who refers to the image; without it nobody asks whose tenant the image belongs to. */
  readonly link?: { readonly id: string; readonly headers: IncomingHttpHeaders };
}

/** The image that a machine in this region would get, or Azure's refusal. */
export function resolveImage(world: World, reference: ImageReference | undefined, where: Where): Image {
  required('imageReference', reference);
  const { id, publisher, offer, sku, version } = reference ?? {};
  if (id !== undefined) return galleryImage(world, id, where);
  for (const [part, value] of Object.entries({ publisher, offer, sku, version })) {
    required(`imageReference.${part}`, value);
  }
  const image = marketplaceImage(reference ?? {}, where.location, where.subscriptionId);
  if (image) return image;
  throw new ArmError(
    404,
    'PlatformImageNotFound',
    `The platform image '${publisher}:${offer}:${sku}:${version}' is not available. Verify that all fields in the storage ` +
      'profile are correct. For more details about storage profile information, please refer to ' +
      'https://aka.ms/storageprofile',
    { target: 'imageReference' },
  );
}

/** The image in a version of a gallery, whether or not it is anywhere yet. */
export function imageInVersion(world: World, version: Resource<VersionProperties>): Image {
  const definition = world.resources.require<DefinitionProperties>(parentOf(version.id) ?? '');
  const { osType, osState, hyperVGeneration = 'V1', purchasePlan, architecture } = definition.properties;
  const { boots = true, facts = new Map(), sizeInGB = 127, dataDisks = [] } = capturedIn(version) ?? {};
  return {
    id: version.id,
    exactVersion: version.name,
    osType,
    osState,
    generation: hyperVGeneration,
    securityType: securityTypeOf(definition.properties),
    architecture: architecture === 'Arm64' ? 'Arm64' : 'x64',
    plan: purchasePlan,
    sizeInGB,
    dataDisks,
    boots,
    facts,
  };
}

function galleryImage(world: World, id: string, { location, link }: Where): Image {
  if (!isResourceId(id)) throw invalid('imageReference.id', id, 'It must be the id of an image.');
  const type = parseId(id).type.toLowerCase();
  if (link) refuseForeignLink(world, link, id);
  if (type === IMAGE_TYPE.toLowerCase()) return managedImage(world, id, location);
  // ".../images/i/versions/latest" is allowed where a version is, and means the definition.
  const definition = type === DEFINITION_TYPE.toLowerCase() ? id : (parentOf(id) ?? '');
  const isLatest = definition === id || /\/versions\/latest$/i.test(id);
  if (type !== VERSION_TYPE.toLowerCase() && type !== DEFINITION_TYPE.toLowerCase()) {
    throw invalid('imageReference.id', id, 'Only gallery images and their versions are known here.');
  }
  if (isLatest) return imageInVersion(world, latest(world, definition, location));
  const version = world.resources.find<VersionProperties>(id);
  if (!version || !isReplicatedTo(version, location)) throw notAvailable(id, location);
  return imageInVersion(world, version);
}

/** The highest version that is not excluded and is present in the region. */
function latest(world: World, definition: string, location: string): Resource<VersionProperties> {
  const candidates = world.resources
    .list<VersionProperties>({ type: VERSION_TYPE, under: definition })
    .filter((version) => sameId(parentOf(version.id), definition) && !isExcluded(version, location));
  if (candidates.length === 0) {
    throw new ArmError(
      404,
      'GalleryImageNotFound',
      `There is no latest image version exists for "${definition}".`,
      {
        target: 'imageReference',
      },
    );
  }
  const [newest] = candidates
    .filter((version) => isReplicatedTo(version, location))
    .toSorted((one, other) => compareVersions(other.name, one.name));
  if (!newest) throw notAvailable(definition, location);
  return newest;
}

/** A version can be kept from being latest everywhere, or in one region. */
function isExcluded({ properties }: Resource<VersionProperties>, location: string): boolean {
  const { excludeFromLatest, targetRegions } = properties.publishingProfile;
  const here = targetRegions.find(({ name }) => regionName(name) === regionName(location));
  return excludeFromLatest === true || here?.excludeFromLatest === true;
}

/** Versions are three numbers, not text. */
function compareVersions(one: string, other: string): number {
  const [a, b] = [one.split('.').map(Number), other.split('.').map(Number)];
  const differing = [0, 1, 2].find((index) => a[index] !== b[index]) ?? 0;
  return (a[differing] ?? 0) - (b[differing] ?? 0);
}

function notAvailable(id: string, location: string): ArmError {
  return new ArmError(
    404,
    'GalleryImageNotFound',
    `The gallery image ${id} is not available in ${location} region. Please contact image owner to replicate to this ` +
      'region, or change your requested region.',
    { target: 'imageReference' },
  );
}
