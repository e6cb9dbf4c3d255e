import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import { paged, shown, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { childGone, GALLERY_PATH, galleryId, refuseNested } from './galleries.ts';
import { checkDefinition, refuseChanges, type DefinitionProperties } from './definition.ts';
import { requireRegion } from './regions.ts';
import { GALLERY_API_VERSION } from './versions.ts';
import { erase, refuseMove, write } from './writing.ts';

interface DefinitionBody {
  location?: string;
  tags?: Record<string, string>;
  properties?: Partial<DefinitionProperties>;
}

export const DEFINITION_TYPE = 'Microsoft.Compute/galleries/images';
export const DEFINITION_PATH = `${GALLERY_PATH}/images/{imageName}`;

export function definitionId(call: Call): string {
  return `${galleryId(call)}/images/${call.params['imageName'] ?? ''}`;
}

/** Image definitions. */
export function galleryImageRoutes(world: World): Route[] {
  const { resources, operations } = world;
  const put = (call: Call): Answer => {
    const id = definitionId(call);
    const { location, tags, properties = {} } = (call.body ?? {}) as DefinitionBody;
    const region = requireRegion(location, DEFINITION_TYPE);
    resources.requireParent(id);
    const before = resources.find<DefinitionProperties>(id);
    operations.refuseIfBusy(id);
    refuseMove(before, region);
    checkDefinition(call.params['imageName'] ?? '', properties, world.timeline.now());
    const complete = withDefaults(properties as DefinitionProperties);
    if (before) refuseChanges(before.properties, complete);
    else refuseSameIdentifier(world, galleryId(call), complete);
    const resource = resources.put({
      id,
      type: DEFINITION_TYPE,
      location: region,
      tags,
      properties: complete,
    });
    return write(world, call, { resource, isNew: !before, seconds: [4, 12], segment: 'capsOperations' });
  };
  const patch = (call: Call): Answer => {
    const resource = resources.require<DefinitionProperties>(definitionId(call));
    operations.refuseIfBusy(resource.id);
    const { tags, properties = {} } = (call.body ?? {}) as DefinitionBody;
    refuseChanges(resource.properties, { ...resource.properties, ...properties });
    if (tags) resource.tags = tags;
    Object.assign(resource.properties, properties);
    return write(world, call, { resource, isNew: false, seconds: [4, 12], segment: 'capsOperations' });
  };
  const get = (call: Call): Answer => ({ status: 200, body: shown(resources.require(definitionId(call))) });
  const list = (call: Call): Answer => {
    const gallery = resources.require(galleryId(call));
    return paged(call, resources.list({ type: DEFINITION_TYPE, under: gallery.id }).map(shown));
  };
  const remove = (call: Call): Answer =>
    erase(world, call, definitionId(call), {
      seconds: [5, 20],
      segment: 'capsOperations',
      check: (definition) => refuseNested(world, definition),
      finish: ({ id }) => childGone(world, id),
    });
  const apiVersion = GALLERY_API_VERSION;
  return [
    { method: 'PUT', path: DEFINITION_PATH, apiVersion, handle: put },
    { method: 'PATCH', path: DEFINITION_PATH, apiVersion, handle: patch },
    { method: 'GET', path: DEFINITION_PATH, apiVersion, handle: get },
    { method: 'DELETE', path: DEFINITION_PATH, apiVersion, handle: remove },
    { method: 'GET', path: `${GALLERY_PATH}/images`, apiVersion, handle: list },
  ];
}

/** From api-version 2025-03-03 on a definition is for generation 2 and Trusted Launch unless it says otherwise. */
function withDefaults(properties: DefinitionProperties): DefinitionProperties {
  const { hyperVGeneration = 'V2', architecture = 'x64', features = [] } = properties;
  const named = features.some(({ name }) => name.toLowerCase() === 'securitytype');
  const supported = hyperVGeneration === 'V2' && !named;
  const all = supported ? [...features, { name: 'SecurityType', value: 'TrustedLaunchSupported' }] : features;
  return { ...properties, hyperVGeneration, architecture, features: all };
}

function refuseSameIdentifier(world: World, gallery: string, { identifier }: DefinitionProperties): void {
  const same = (resource: Resource<DefinitionProperties>) =>
    (['publisher', 'offer', 'sku'] as const).every(
      (part) => regionName(resource.properties.identifier[part]) === regionName(identifier[part]),
    );
  const taken = world.resources
    .list<DefinitionProperties>({ type: DEFINITION_TYPE, under: gallery })
    .find(same);
  if (!taken) return;
  const { publisher, offer, sku } = identifier;
  throw new ArmError(
    409,
    'Conflict',
    `Gallery image: ${taken.name} identified by (publisher:${publisher}, offer:${offer}, sku:${sku}) already exists. ` +
      'Choose a different publisher, offer, sku combination.',
  );
}
