import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Work } from '../core/operations.ts';
import type { Call } from '../core/provider.ts';
import { parseId, regionName } from '../core/resource-id.ts';
import { shown, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';

interface Writing {
  readonly resource: Resource<object>;
  readonly isNew: boolean;
  readonly seconds: readonly [number, number];
  readonly segment?: Work['segment'];
  readonly finish?: () => void;
  readonly fail?: (error: ArmError) => void;
  readonly alsoLocks?: readonly string[];
  readonly reads?: readonly string[];
  /** Disks answer 202 and call it Updating, whether they are new or not. */
  readonly accepted?: boolean;
  readonly show?: (resource: Resource<object>) => unknown;
}

/** The common shape of a PUT or PATCH: Creating or Updating now, Succeeded at the end of the operation. */
export function write(world: World, call: Call, writing: Writing): Answer {
  const { resource, isNew, seconds, segment, finish, fail, alsoLocks, reads, show = shown } = writing;
  const operation = world.operations.start(call, {
    resourceId: resource.id,
    location: regionName(resource.location ?? ''),
    seconds,
    kind: call.method === 'PATCH' ? 'patch' : 'put',
    ...(segment && { segment }),
    ...(alsoLocks && { alsoLocks }),
    ...(reads && { reads }),
    ...(fail && { fail }),
    finish: () => {
      finish?.();
      resource.properties.provisioningState = 'Succeeded';
      world.resources.touch(resource);
      return show(resource);
    },
  });
  resource.properties.provisioningState = isNew && !writing.accepted ? 'Creating' : 'Updating';
  world.resources.touch(resource);
  const status = writing.accepted ? 202 : isNew ? 201 : 200;
  return world.operations.answer(call, operation, status, show(resource));
}

/** Refuses to delete what is being copied from. */
export function refuseWhileRead({ operations }: World, { id, name }: Resource): void {
  if (!operations.isRead(id)) return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `The resource '${name}' cannot be deleted while another resource is being created from it. Please retry when that is done.`,
  );
}

interface Erasing {
  readonly seconds: readonly [number, number];
  readonly segment?: Work['segment'];
  /** Refuses what cannot be deleted now; asked only when no deletion runs already. */
  readonly check?: (resource: Resource) => void;
  readonly begin?: (resource: Resource) => void;
  readonly finish?: (resource: Resource) => void;
}

/** The common shape of a DELETE: 204 when absent, 202 and gone at the end; asked twice, the first one counts. */
export function erase(world: World, call: Call, id: string, erasing: Erasing): Answer {
  const { resources, operations } = world;
  const resource = resources.find(id);
  if (!resource) return { status: 204 };
  const running = operations.running(id);
  if (running?.work.kind === 'delete' && running.work.resourceId === resource.id) {
    return operations.answer(call, running, 202);
  }
  operations.refuseIfBusy(id);
  erasing.check?.(resource);
  const operation = operations.start(call, {
    resourceId: resource.id,
    location: regionName(resource.location ?? ''),
    seconds: erasing.seconds,
    kind: 'delete',
    ...(erasing.segment && { segment: erasing.segment }),
    finish: () => {
      erasing.finish?.(resource);
      resources.remove(resource.id);
    },
  });
  resource.properties.provisioningState = 'Deleting';
  erasing.begin?.(resource);
  return operations.answer(call, operation, 202);
}

/** A resource cannot move: one name, one region. */
export function refuseMove(before: Resource<object> | undefined, location: string): void {
  if (!before || regionName(before.location ?? '') === regionName(location)) return;
  const { resourceGroup } = parseId(before.id);
  throw new ArmError(
    409,
    'InvalidResourceLocation',
    `The resource '${before.name}' already exists in location '${before.location}' in resource group ` +
      `'${resourceGroup}'. A resource with the same name cannot be created in location '${location}'. Please select a ` +
      'new resource name.',
  );
}

/** Refuses a change of a property that is fixed at creation. */
export function refuseChange(property: string, before: unknown, after: unknown): void {
  if (after === undefined || JSON.stringify(before)?.toLowerCase() === JSON.stringify(after)?.toLowerCase())
    return;
  throw new ArmError(409, 'PropertyChangeNotAllowed', `Changing property '${property}' is not allowed.`, {
    target: property,
  });
}

/** Refuses a request that lacks a value. */
export function required<T>(parameter: string, value: T): asserts value is NonNullable<T> {
  if (value !== undefined && value !== null && value !== '') return;
  throw new ArmError(400, 'InvalidParameter', `Required parameter '${parameter}' is missing (null).`, {
    target: parameter,
  });
}

export function invalid(parameter: string, value: unknown, why: string): ArmError {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return new ArmError(
    400,
    'InvalidParameter',
    `The value '${text}' of parameter '${parameter}' is invalid. ${why}`,
    {
      target: parameter,
    },
  );
}
