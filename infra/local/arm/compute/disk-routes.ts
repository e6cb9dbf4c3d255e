import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { paged, shown, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { setContent } from './content.ts';
import { checkDiskBody, type DiskBody } from './disk-body.ts';
import { requireOrigin, type Origin } from './disk-origin.ts';
import { DISK_TYPE, given, SNAPSHOT_TYPE, type DiskProperties } from './disks.ts';
import { requireRegion } from './regions.ts';
import { DISK_API_VERSION } from './versions.ts';
import { erase, refuseChange, refuseMove, refuseWhileRead, write } from './writing.ts';

type Disk = Resource<DiskProperties>;

/** Managed disks, or snapshots: much the same resource under two names. */
export function diskRoutes(world: World, kind: 'disk' | 'snapshot'): Route[] {
  const { resources, operations } = world;
  const type = kind === 'disk' ? DISK_TYPE : SNAPSHOT_TYPE;
  const everywhere = `/subscriptions/{subscriptionId}/providers/${type}`;
  const group = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${type}`;
  const one = `${group}/{diskName}`;
  const idOf = ({ subscriptionId, resourceGroup, params }: Call) =>
    `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${type}/${params['diskName']}`;

  const put = (call: Call): Answer => {
    const id = idOf(call);
    const body = (call.body ?? {}) as DiskBody;
    const location = requireRegion(body.location, type);
    checkDiskBody(kind, call.params['diskName'] ?? '', body);
    const before = resources.find<DiskProperties>(id);
    refuseMove(before, location);
    operations.refuseIfBusy(id);
    if (before) {
      refuseChange(`${kind}.creationData`, before.properties.creationData, body.properties?.creationData);
      return change(call, before, body);
    }
    const origin = requireOrigin(world, call, { kind, id, location, body });
    const disk = create(id, location, body, origin);
    if (origin.content && disk.properties.osType) setContent(disk, origin.content);
    return write(world, call, {
      resource: disk,
      isNew: true,
      accepted: true,
      seconds: origin.seconds,
      reads: origin.reads,
    });
  };

  const create = (id: string, location: string, body: DiskBody, origin: Origin): Disk => {
    const { creationData = {}, incremental } = body.properties ?? {};
    const sku = body.sku?.name ?? 'Standard_LRS';
    const diskSizeGB = sizeOf(kind, body, origin);
    return resources.put<DiskProperties>({
      id,
      type,
      location,
      tags: body.tags,
      fields: { sku: { name: sku, tier: sku.split('_')[0] }, ...(body.zones && { zones: body.zones }) },
      properties: {
        ...ownTraits(body),
        ...origin.inherited,
        ...(kind === 'snapshot' && { incremental: incremental ?? false }),
        creationData,
        diskSizeGB,
        diskSizeBytes: diskSizeGB * 2 ** 30,
        diskState: 'Unattached',
        timeCreated: world.timeline.iso(),
        uniqueId: world.random.uuid(),
      },
    });
  };

  const change = (call: Call, disk: Disk, { tags, sku, properties = {} }: DiskBody): Answer => {
    const { diskSizeGB, osType, hyperVGeneration } = properties;
    refuseChange(`${kind}.osType`, disk.properties.osType, osType);
    refuseChange(`${kind}.hyperVGeneration`, disk.properties.hyperVGeneration, hyperVGeneration);
    if (diskSizeGB !== undefined && diskSizeGB < disk.properties.diskSizeGB) {
      throw new ArmError(409, 'OperationNotAllowed', 'Disks or snapshot cannot be resized down.', {
        target: `${kind}.properties.diskSizeGB`,
      });
    }
    if (diskSizeGB !== undefined) {
      Object.assign(disk.properties, { diskSizeGB, diskSizeBytes: diskSizeGB * 2 ** 30 });
    }
    if (sku?.name !== undefined) disk.fields['sku'] = { name: sku.name, tier: sku.name.split('_')[0] };
    if (tags) disk.tags = tags;
    return write(world, call, { resource: disk, isNew: false, accepted: true, seconds: [2, 8] });
  };

  const patch = (call: Call): Answer => {
    const disk = resources.require<DiskProperties>(idOf(call));
    operations.refuseIfBusy(disk.id);
    const body = (call.body ?? {}) as DiskBody;
    checkDiskBody(kind, disk.name, body);
    return change(call, disk, body);
  };

  const list = (call: Call): Answer => {
    const { subscriptionId, resourceGroup } = call;
    const under = `/subscriptions/${subscriptionId}${resourceGroup === '' ? '' : `/resourceGroups/${resourceGroup}`}`;
    return paged(call, resources.list({ type, under }).map(shown));
  };
  const get = (call: Call): Answer => ({ status: 200, body: shown(resources.require(idOf(call))) });
  const remove = (call: Call): Answer =>
    erase(world, call, idOf(call), {
      seconds: [5, 20],
      check: (disk) => {
        refuseAttached(disk);
        refuseWhileRead(world, disk);
      },
    });

  const apiVersion = DISK_API_VERSION;
  return [
    { method: 'PUT', path: one, apiVersion, handle: put },
    { method: 'PATCH', path: one, apiVersion, handle: patch },
    { method: 'GET', path: one, apiVersion, handle: get },
    { method: 'DELETE', path: one, apiVersion, handle: remove },
    { method: 'GET', path: group, apiVersion, handle: list },
    { method: 'GET', path: everywhere, apiVersion, handle: list },
  ];
}

/** What the request says of the system on the disk: generation 1, unless it says 2. */
function ownTraits({ properties = {} }: DiskBody): Partial<DiskProperties> {
  const { osType, securityProfile, supportedCapabilities, purchasePlan } = properties;
  const hyperVGeneration = osType && (properties.hyperVGeneration ?? 'V1');
  return given({ osType, hyperVGeneration, securityProfile, supportedCapabilities, purchasePlan });
}

/** The size that was asked for, which cannot be less than the source's. */
function sizeOf(kind: string, { properties = {} }: DiskBody, { sizeInGB = 0 }: Origin): number {
  const { diskSizeGB = sizeInGB } = properties;
  if (diskSizeGB >= sizeInGB) return diskSizeGB;
  throw new ArmError(
    400,
    'BadRequest',
    `The specified disk size ${diskSizeGB} GB is smaller than the size of the source, ${sizeInGB} GB.`,
    { target: `${kind}.properties.diskSizeGB` },
  );
}

function refuseAttached({ name, fields }: Resource): void {
  const { managedBy } = fields;
  if (typeof managedBy !== 'string') return;
  throw new ArmError(409, 'OperationNotAllowed', `Disk ${name} is attached to VM ${managedBy}.`);
}
