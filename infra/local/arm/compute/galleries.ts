import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { parentOf, sameId } from '../core/resource-id.ts';
import { paged, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import {
  refuseShared,
  share,
  type SharingProfile,
  sharingProfileOf,
  shownGallery,
} from './gallery-sharing.ts';
import { requireRegion } from './regions.ts';
import { GALLERY_API_VERSION } from './versions.ts';
import { erase, invalid, refuseMove, write } from './writing.ts';

interface GalleryProperties {
  description?: string;
  identifier?: { uniqueName: string };
  softDeletePolicy?: { isSoftDeleteEnabled?: boolean };
  sharingProfile?: SharingProfile;
}

interface GalleryBody {
  location?: string;
  tags?: Record<string, string>;
  properties?: GalleryProperties;
}

const TYPE = 'Microsoft.Compute/galleries';
const GROUP = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute';
/** The route of one gallery. */
export const GALLERY_PATH = `${GROUP}/galleries/{galleryName}`;

/** The id as the caller wrote it; the table finds it in any casing. */
export function galleryId(call: Call): string {
  const { subscriptionId, resourceGroup, params } = call;
  return (
    `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/galleries/` +
    (params['galleryName'] ?? '')
  );
}

/** Azure Compute Galleries. */
export function galleryRoutes(world: World): Route[] {
  const { resources } = world;
  const put = (call: Call): Answer => {
    const id = galleryId(call);
    const { location, tags, properties = {} } = (call.body ?? {}) as GalleryBody;
    checkName(call.params['galleryName'] ?? '');
    const region = requireRegion(location, TYPE);
    const before = resources.find<GalleryProperties>(id);
    refuseMove(before, region);
    world.operations.refuseIfBusy(id);
    const uniqueName = `${call.subscriptionId}-${(call.params['galleryName'] ?? '').toUpperCase()}`;
    const resource = resources.put<GalleryProperties>({
      id,
      type: TYPE,
      location: region,
      tags,
      properties: {
        ...properties,
        identifier: { uniqueName },
        sharingProfile: sharingProfileOf(before, properties.sharingProfile),
      },
    });
    const show = () => shownGallery(call, resource);
    return write(world, call, {
      resource,
      isNew: !before,
      seconds: [8, 25],
      segment: 'capsOperations',
      show,
    });
  };
  const patch = (call: Call): Answer => {
    const resource = resources.require<GalleryProperties>(galleryId(call));
    world.operations.refuseIfBusy(resource.id);
    const { tags, properties } = (call.body ?? {}) as GalleryBody;
    if (tags) resource.tags = tags;
    const sharingProfile = sharingProfileOf(resource, properties?.sharingProfile);
    Object.assign(resource.properties, properties, { sharingProfile });
    const show = () => shownGallery(call, resource);
    return write(world, call, { resource, isNew: false, seconds: [5, 15], segment: 'capsOperations', show });
  };
  const get = (call: Call): Answer => ({
    status: 200,
    body: shownGallery(call, resources.require(galleryId(call))),
  });
  const list = (call: Call): Answer => {
    const { subscriptionId, resourceGroup } = call;
    const group = resourceGroup === '' ? '' : `/resourceGroups/${resourceGroup}`;
    return paged(
      call,
      resources
        .list({ type: TYPE, under: `/subscriptions/${subscriptionId}${group}` })
        .map((one) => shownGallery(call, one)),
    );
  };
  const remove = (call: Call): Answer =>
    erase(world, call, galleryId(call), {
      seconds: [10, 30],
      segment: 'capsOperations',
      check: (gallery) => {
        refuseNested(world, gallery);
        refuseShared(gallery);
      },
    });
  const apiVersion = GALLERY_API_VERSION;
  return [
    { method: 'PUT', path: GALLERY_PATH, apiVersion, handle: put },
    { method: 'PATCH', path: GALLERY_PATH, apiVersion, handle: patch },
    { method: 'GET', path: GALLERY_PATH, apiVersion, handle: get },
    { method: 'DELETE', path: GALLERY_PATH, apiVersion, handle: remove },
    {
      method: 'POST',
      path: `${GALLERY_PATH}/share`,
      apiVersion,
      handle: (call) => share(world, call, resources.require(galleryId(call))),
    },
    { method: 'GET', path: `${GROUP}/galleries`, apiVersion, handle: list },
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/galleries',
      apiVersion,
      handle: list,
    },
  ];
}

const lastChildGone = new WeakMap<object, number>();

/** For a minute after its last child is gone ARM still counts it (azure-rest-api-specs#11559). */
export function childGone(world: World, childId: string): void {
  const parent = world.resources.find(parentOf(childId) ?? '');
  if (parent) lastChildGone.set(parent, world.timeline.now());
}

/** Deletes go bottom-up: versions, definitions, the gallery. */
export function refuseNested(world: World, parent: Resource): void {
  const children = world.resources
    .list({ under: parent.id })
    .some(({ id }) => sameId(parentOf(id), parent.id));
  const gone = lastChildGone.get(parent);
  const stillCounted = gone !== undefined && world.timeline.now() - gone < 30_000;
  if (!children && !stillCounted) return;
  throw new ArmError(
    409,
    'CannotDeleteResource',
    'Can not delete resource before nested resources are deleted.',
  );
}

/** "Create a gallery": letters, digits, periods and underscores, no dashes, at most 80. */
function checkName(name: string): void {
  if (/^[a-zA-Z0-9](?:[\w.]{0,78}[a-zA-Z0-9_])?$/.test(name)) return;
  throw invalid('galleryName', name, 'Allowed characters are letters, digits, periods and underscores.');
}
