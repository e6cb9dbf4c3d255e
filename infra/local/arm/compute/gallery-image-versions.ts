import { ArmError, type Answer, type Json } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { paged, shown, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { setCaptured } from './captured.ts';
import { childGone, galleryId } from './galleries.ts';
import { refuseAway } from './gallery-sharing.ts';
import type { DefinitionProperties } from './definition.ts';
import { DEFINITION_PATH, definitionId } from './gallery-images.ts';
import { requireSource, type Source } from './gallery-source.ts';
import {
  VERSION_TYPE,
  type StorageProfile,
  type VersionBody,
  type VersionProperties,
} from './image-version.ts';
import { changedProfile, newProfile } from './publishing.ts';
import { requireRegion } from './regions.ts';
import { replicate, statusNow } from './replication.ts';
import { checkVersionName, refuseBeforeEndOfLife, refuseOtherSource, tooLarge } from './version-rules.ts';
import { GALLERY_API_VERSION } from './versions.ts';
import { erase, refuseMove, refuseWhileRead } from './writing.ts';

type Version = Resource<VersionProperties>;

/** Image versions: made from a source, copied region by region, changed only one change at a time. */
export function galleryImageVersionRoutes(world: World): Route[] {
  const { resources, operations, timeline } = world;
  const versionId = (call: Call) => `${definitionId(call)}/versions/${call.params['versionName'] ?? ''}`;

  const create = (call: Call, id: string, body: VersionBody): Answer => {
    const { location, tags, properties = {} } = body;
    const region = requireRegion(location, VERSION_TYPE);
    const definition = resources.require<DefinitionProperties>(definitionId(call), 'write');
    operations.refuseIfBusy(definition.id);
    refuseAway(resources.find(galleryId(call)), region);
    const { publishingProfile = {}, storageProfile = {}, safetyProfile = {} } = properties;
    const profile = newProfile(publishingProfile, region, timeline.now());
    const wanted = { id, headers: call.headers, definition, location: region };
    const source = requireSource(world, wanted, storageProfile);
    const { captured, dataDiskImages } = source;
    const version = resources.put<VersionProperties>({
      id,
      type: VERSION_TYPE,
      location: region,
      tags,
      properties: {
        publishingProfile: profile,
        storageProfile: {
          ...storageProfile,
          osDiskImage: {
            hostCaching: 'ReadWrite',
            ...storageProfile.osDiskImage,
            sizeInGB: captured.sizeInGB,
          },
          ...(dataDiskImages.length > 0 && { dataDiskImages: [...dataDiskImages] }),
        },
        safetyProfile: {
          reportedForPolicyViolation: false,
          allowDeletionOfReplicatedLocations: false,
          ...safetyProfile,
        },
        replicationStatus: { aggregatedState: 'Unknown', summary: [] },
        provisioningState: 'Creating',
      },
    });
    setCaptured(version, captured);
    asked.set(version, storageProfile);
    return publish(call, version, 'Creating', source);
  };

  const refuseDeleted = ({ id, name }: Version): void => {
    if (operations.running(id)?.work.kind !== 'delete') return;
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `Operation 'Update Gallery Image Version' is not on allowed on ${name}; since it is marked for deletion. You can only ` +
        'retry the Delete operation (or wait for an ongoing one to complete)',
    );
  };

  const change = (call: Call, version: Version, { location, tags, properties = {} }: VersionBody): Answer => {
    refuseDeleted(version);
    operations.refuseIfBusy(version.id);
    refuseMove(version, location ?? version.location ?? '');
    const { publishingProfile = {}, storageProfile, safetyProfile } = properties;
    refuseOtherSource(version.properties.storageProfile, storageProfile);
    const safety = { ...version.properties.safetyProfile, ...safetyProfile };
    const allowRemoval = safety.allowDeletionOfReplicatedLocations === true;
    version.properties.publishingProfile = changedProfile(
      version,
      publishingProfile,
      allowRemoval,
      timeline.now(),
    );
    version.properties.safetyProfile = safety;
    if (tags) version.tags = tags;
    return publish(call, version, 'Updating', captureAgain(call, version));
  };

  /** A version whose first copy failed has to be made from its source once more, which must still be there. */
  const captureAgain = (call: Call, version: Version): Source | undefined => {
    if (version.properties.replicationStatus.summary.some(({ state }) => state === 'Completed'))
      return undefined;
    const definition = resources.require<DefinitionProperties>(definitionId(call));
    const { id, location = '' } = version;
    const wanted = { id, headers: call.headers, definition, location };
    const source = requireSource(world, wanted, asked.get(version) ?? version.properties.storageProfile);
    setCaptured(version, source.captured);
    return source;
  };

  const publish = (
    call: Call,
    version: Version,
    state: 'Creating' | 'Updating',
    { locks = [], held = [], reads = [] }: Partial<Source> = {},
  ): Answer => {
    const operation = operations.start(call, {
      resourceId: version.id,
      location: version.location ?? '',
      seconds: 'open',
      kind: call.method === 'PATCH' ? 'patch' : 'put',
      segment: 'capsOperations',
      retryAfter: 15,
      alsoLocks: [...locks, ...held],
      reads,
      finish: () => {
        version.properties.provisioningState = 'Succeeded';
        return view(version, false);
      },
      fail: () => failed(version),
    });
    version.properties.provisioningState = state;
    resources.touch(version);
    replicate(world, {
      version,
      fault: tooLarge(version) ?? call.fault,
      captured: () => operations.release(operation, locks),
      ended: (error) => operations.end(operation, error),
    });
    return operations.answer(call, operation, state === 'Creating' ? 201 : 200, view(version, false));
  };

  const put = (call: Call): Answer => {
    const id = versionId(call);
    const body = (call.body ?? {}) as VersionBody;
    checkVersionName(call.params['versionName'] ?? '');
    resources.requireParent(id);
    const version = resources.find<VersionProperties>(id);
    return version ? change(call, version, body) : create(call, id, body);
  };
  const patch = (call: Call): Answer =>
    change(call, resources.require<VersionProperties>(versionId(call)), call.body ?? {});

  const view = (version: Version, expand: boolean): Json => {
    const { replicationStatus: _, ...properties } = version.properties;
    const replicationStatus = expand ? statusNow(world, version) : undefined;
    return shown({
      ...version,
      properties: { ...properties, ...(replicationStatus && { replicationStatus }) },
    });
  };
  const get = (call: Call): Answer => {
    const expand = call.query.get('$expand')?.toLowerCase() === 'replicationstatus';
    return { status: 200, body: view(resources.require<VersionProperties>(versionId(call)), expand) };
  };
  const list = (call: Call): Answer => {
    const definition = resources.require(definitionId(call));
    const versions = resources.list<VersionProperties>({ type: VERSION_TYPE, under: definition.id });
    return paged(
      call,
      versions.map((version) => view(version, false)),
    );
  };
  const remove = (call: Call): Answer =>
    erase(world, call, versionId(call), {
      seconds: [60, 180],
      segment: 'capsOperations',
      check: (version) => {
        refuseBeforeEndOfLife(version as unknown as Version, timeline.now());
        refuseWhileRead(world, version);
      },
      finish: ({ id }) => childGone(world, id),
    });

  const one = `${DEFINITION_PATH}/versions/{versionName}`;
  const apiVersion = GALLERY_API_VERSION;
  return [
    { method: 'PUT', path: one, apiVersion, handle: put },
    { method: 'PATCH', path: one, apiVersion, handle: patch },
    { method: 'GET', path: one, apiVersion, handle: get },
    { method: 'DELETE', path: one, apiVersion, handle: remove },
    { method: 'GET', path: `${DEFINITION_PATH}/versions`, apiVersion, handle: list },
  ];
}

/** What was asked for, to be looked at again when the first copy failed. */
const asked = new WeakMap<object, StorageProfile>();

/** What was not yet complete when the operation failed is failed now. */
function failed({ properties }: Version): void {
  const { summary } = properties.replicationStatus;
  for (const one of summary) if (one.state === 'Replicating') one.state = 'Failed';
  const whole = summary.every(({ state }) => state === 'Completed');
  // New entries, so that the copies still under way find themselves forgotten.
  properties.replicationStatus = {
    aggregatedState: whole ? 'Completed' : 'Failed',
    summary: summary.map((one) => ({
      region: one.region,
      state: one.state,
      details: one.details,
      progress: one.progress,
    })),
  };
  properties.provisioningState = 'Failed';
}
