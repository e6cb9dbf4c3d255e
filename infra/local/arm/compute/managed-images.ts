import type { Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { paged, shown, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { setCaptured } from './captured.ts';
import { imageFromDisks, imageFromVm, type ImageSource } from './managed-image-source.ts';
import { IMAGE_TYPE, setPlan, type ManagedImageProperties } from './managed-image.ts';
import { requireRegion } from './regions.ts';
import { COMPUTE_API_VERSION } from './versions.ts';
import { erase, invalid, refuseChange, refuseMove, refuseWhileRead, write } from './writing.ts';

interface ImageBody {
  location?: string;
  tags?: Record<string, string>;
  properties?: Partial<ManagedImageProperties>;
}

/** Managed images: the older way to keep a generalized system, in one region and without versions. */
export function managedImageRoutes(world: World): Route[] {
  const { resources, operations } = world;
  const everywhere = `/subscriptions/{subscriptionId}/providers/${IMAGE_TYPE}`;
  const group = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${IMAGE_TYPE}`;
  const one = `${group}/{imageName}`;
  const idOf = ({ subscriptionId, resourceGroup, params }: Call) =>
    `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${IMAGE_TYPE}/${params['imageName']}`;

  const put = (call: Call): Answer => {
    const id = idOf(call);
    const { location, tags, properties = {} } = (call.body ?? {}) as ImageBody;
    const region = requireRegion(location, IMAGE_TYPE);
    const before = resources.find<ManagedImageProperties>(id);
    refuseMove(before, region);
    operations.refuseIfBusy(id);
    if (before) {
      refuseChange(
        'sourceVirtualMachine',
        before.properties.sourceVirtualMachine,
        properties.sourceVirtualMachine,
      );
      refuseChange('hyperVGeneration', before.properties.hyperVGeneration, properties.hyperVGeneration);
      if (tags) before.tags = tags;
      return write(world, call, { resource: before, isNew: false, seconds: [2, 8] });
    }
    const source = requireImageSource(world, properties, region);
    const image = resources.put<ManagedImageProperties>({
      id,
      type: IMAGE_TYPE,
      location: region,
      tags,
      properties: propertiesOf(properties, source),
    });
    setCaptured(image, source.captured);
    setPlan(image, source.plan);
    const { locks, reads } = source;
    return write(world, call, { resource: image, isNew: true, seconds: [30, 120], alsoLocks: locks, reads });
  };

  const patch = (call: Call): Answer => {
    const image = resources.require(idOf(call));
    operations.refuseIfBusy(image.id);
    const { tags } = (call.body ?? {}) as ImageBody;
    if (tags) image.tags = tags;
    return write(world, call, { resource: image, isNew: false, seconds: [2, 8] });
  };
  const list = (call: Call): Answer => {
    const { subscriptionId, resourceGroup } = call;
    const under = `/subscriptions/${subscriptionId}${resourceGroup === '' ? '' : `/resourceGroups/${resourceGroup}`}`;
    return paged(call, resources.list({ type: IMAGE_TYPE, under }).map(shown));
  };
  const get = (call: Call): Answer => ({ status: 200, body: shown(resources.require(idOf(call))) });
  const check = (image: Resource) => refuseWhileRead(world, image);
  const remove = (call: Call): Answer => erase(world, call, idOf(call), { seconds: [5, 20], check });
  const apiVersion = COMPUTE_API_VERSION;
  return [
    { method: 'PUT', path: one, apiVersion, handle: put },
    { method: 'PATCH', path: one, apiVersion, handle: patch },
    { method: 'GET', path: one, apiVersion, handle: get },
    { method: 'DELETE', path: one, apiVersion, handle: remove },
    { method: 'GET', path: group, apiVersion, handle: list },
    { method: 'GET', path: everywhere, apiVersion, handle: list },
  ];
}

function requireImageSource(
  world: World,
  properties: Partial<ManagedImageProperties>,
  location: string,
): ImageSource {
  const { sourceVirtualMachine, storageProfile } = properties;
  const fromVm = sourceVirtualMachine?.id;
  if ((fromVm === undefined) === (storageProfile?.osDisk === undefined)) {
    throw invalid(
      'image',
      Object.keys(properties),
      'It has a source virtual machine or an OS disk, and not both.',
    );
  }
  return fromVm === undefined
    ? imageFromDisks(world, properties, location)
    : imageFromVm(world, fromVm, location);
}

function propertiesOf(
  { sourceVirtualMachine, storageProfile }: Partial<ManagedImageProperties>,
  { captured, osDisk, generation }: ImageSource,
): ManagedImageProperties {
  const asked = storageProfile?.dataDisks ?? [];
  return {
    ...(sourceVirtualMachine && { sourceVirtualMachine }),
    storageProfile: {
      osDisk: {
        caching: 'ReadWrite',
        storageAccountType: 'Standard_LRS',
        ...osDisk,
        diskSizeGB: captured.sizeInGB,
      },
      dataDisks: (captured.dataDisks ?? []).map(({ lun, sizeInGB: diskSizeGB }) =>
        Object.assign(
          { lun, diskSizeGB },
          asked.find((disk) => disk.lun === lun),
          { diskSizeGB },
        ),
      ),
      zoneResilient: storageProfile?.zoneResilient ?? false,
    },
    hyperVGeneration: generation,
  };
}
