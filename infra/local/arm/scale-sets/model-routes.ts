import { ArmError, type Answer, type Json } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import { paged, shown } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { findImage, refuseOtherKind, refuseUnfit, withoutSecrets } from './image-rules.ts';
import { machinesOf } from './machines.ts';
import { newScaleSet, refuseUnfitMode, refuseUnsimulated, type ScaleSetBody } from './new-scale-set.ts';
import { API_VERSION, COSTS, SCALE_SET_PATH, SCALE_SETS, SUBSCRIPTION } from './paths.ts';
import { scaleTo } from './scaling.ts';
import {
  imageOf,
  isFlexible,
  merged,
  SCALE_SET,
  skuOf,
  type Profile,
  type ScaleSet,
  type ScaleSetProperties,
} from './scale-set.ts';

/** The scale set itself: what its instances are made from. */
export function modelRoutes(world: World): Route[] {
  const { resources, operations } = world;
  const machines = machinesOf(world);

  function put(call: Call): Answer {
    const body = bodyOf(call);
    const before = resources.find<ScaleSetProperties>(call.path);
    if (before) return change(call, before, body);
    const made = newScaleSet(world, call, body);
    const operation = operations.start(call, {
      resourceId: made.id,
      location: made.location ?? '',
      seconds: [60, 150],
      kind: 'put',
      finish: () => {
        made.properties.provisioningState = 'Succeeded';
        scaleTo(world, made, skuOf(made).capacity);
        return bodyFor(made);
      },
    });
    return operations.answer(call, operation, 201, bodyFor(made));
  }

  function patch(call: Call): Answer {
    const scaleSet = resources.require<ScaleSetProperties>(call.path, 'write');
    return change(call, scaleSet, bodyOf(call));
  }

  function change(call: Call, scaleSet: ScaleSet, body: ScaleSetBody): Answer {
    refuseStale(call, scaleSet);
    if (body.location !== undefined && regionName(body.location) !== scaleSet.location) {
      throw propertyChange('location');
    }
    const profile = merged(
      scaleSet.properties.virtualMachineProfile,
      body.properties?.virtualMachineProfile ?? {},
    );
    refuseOtherMode(scaleSet, body.properties ?? {});
    const image = referenceAfter(scaleSet, body);
    if (body.properties?.virtualMachineProfile) {
      refuseOtherKind(world, scaleSet, image);
      refuseUnfit(findImage(world, image, scaleSet.location ?? '', scaleSet.id).image, profile);
    }
    const operation = operations.start(call, {
      resourceId: scaleSet.id,
      location: scaleSet.location ?? '',
      seconds: [5, 20],
      kind: call.method === 'PUT' ? 'put' : 'patch',
      finish: () => {
        scaleSet.properties.provisioningState = 'Succeeded';
        resources.touch(scaleSet);
        if (body.sku?.capacity !== undefined) scaleTo(world, scaleSet, body.sku.capacity);
        return bodyFor(scaleSet);
      },
    });
    apply(scaleSet, body, withImage(withoutSecrets(profile), image));
    return operations.answer(call, operation, 200, bodyFor(scaleSet));
  }

  function apply(scaleSet: ScaleSet, body: ScaleSetBody, profile: Profile): void {
    const before = JSON.stringify(scaleSet.properties.virtualMachineProfile);
    if (body.tags) scaleSet.tags = body.tags;
    if (body.sku) scaleSet.fields = { ...scaleSet.fields, sku: { ...skuOf(scaleSet), ...body.sku } };
    scaleSet.properties = {
      ...merged(scaleSet.properties, body.properties ?? {}),
      virtualMachineProfile: profile,
      provisioningState: 'Updating',
    };
    resources.touch(scaleSet);
    if (JSON.stringify(profile) !== before) machines.changeModel(scaleSet);
  }

  const list = (call: Call) => {
    const group = call.resourceGroup === '' ? '' : `/resourceGroups/${call.resourceGroup}`;
    const under = `/subscriptions/${call.subscriptionId}${group}`;
    return paged(call, resources.list<ScaleSetProperties>({ type: SCALE_SET, under }).map(bodyFor));
  };
  const get = (call: Call) => {
    const scaleSet = resources.require<ScaleSetProperties>(call.path);
    return { status: 200, headers: { etag: scaleSet.etag }, body: bodyFor(scaleSet) };
  };
  const view = (call: Call) => {
    const scaleSet = resources.require<ScaleSetProperties>(call.path.replace(/\/instanceView$/i, ''));
    if (isFlexible(scaleSet)) {
      // "VMSS Get Instance View: No" (Orchestration modes, the table of features).
      throw new ArmError(
        409,
        'OperationNotAllowed',
        `Instance view is not supported for Virtual Machine Scale Set '${scaleSet.name}' with Flexible orchestration.`,
      );
    }
    const states = machines
      .of(scaleSet)
      .map(({ instance }) => instance.properties.provisioningState?.toLowerCase());
    const statusesSummary = [...new Set(states)].map((state) => ({
      code: `ProvisioningState/${state}`,
      count: states.filter((one) => one === state).length,
    }));
    const statuses = [
      { code: `ProvisioningState/${scaleSet.properties.provisioningState?.toLowerCase()}`, level: 'Info' },
    ];
    return { status: 200, body: { virtualMachine: { statusesSummary }, statuses } };
  };
  const route = { path: SCALE_SET_PATH, apiVersion: API_VERSION };
  const all = `${SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachineScaleSets`;
  return [
    { ...route, method: 'GET', buckets: COSTS.read, handle: get },
    { ...route, method: 'PUT', buckets: COSTS.update, handle: put },
    { ...route, method: 'PATCH', buckets: COSTS.update, handle: patch },
    { ...route, method: 'GET', path: `${SCALE_SET_PATH}/instanceView`, buckets: COSTS.list, handle: view },
    { ...route, method: 'GET', path: SCALE_SETS, buckets: COSTS.list, handle: list },
    { ...route, method: 'GET', path: all, buckets: COSTS.list, handle: list },
  ];
}

function bodyFor(scaleSet: ScaleSet): Json {
  return { ...shown(scaleSet), etag: scaleSet.etag };
}

/** "The orchestration mode is defined when you create the scale set and cannot be changed or updated later." */
function refuseOtherMode({ properties }: ScaleSet, sent: Partial<ScaleSetProperties>): void {
  const { orchestrationMode = properties.orchestrationMode } = sent;
  if (orchestrationMode !== properties.orchestrationMode) throw propertyChange('orchestrationMode');
  refuseUnsimulated(sent);
  refuseUnfitMode(merged(properties, sent));
}

/** An image reference is replaced whole: an old version's id does not mix with a new publisher. */
function referenceAfter(scaleSet: ScaleSet, { properties }: ScaleSetBody) {
  const { exactVersion: _, ...sent } =
    properties?.virtualMachineProfile?.storageProfile?.imageReference ?? imageOf(scaleSet);
  return sent;
}

function withImage(profile: Profile, imageReference: ReturnType<typeof referenceAfter>): Profile {
  return { ...profile, storageProfile: { ...profile.storageProfile, imageReference } };
}

function bodyOf(call: Call): ScaleSetBody {
  if (typeof call.body === 'object' && call.body !== null) return call.body;
  throw new ArmError(400, 'InvalidRequestContent', 'The request content was invalid: a body is required.');
}

export function refuseStale(call: Call, resource: { readonly etag: string }): void {
  const wanted = call.headers['if-match'];
  if (wanted === undefined || wanted === '*' || wanted === resource.etag) return;
  throw new ArmError(
    412,
    'PreconditionFailed',
    'The condition specified using HTTP conditional header(s) is not met.',
  );
}

export function propertyChange(name: string): ArmError {
  return new ArmError(409, 'PropertyChangeNotAllowed', `Changing property '${name}' is not allowed.`, {
    target: name,
  });
}
