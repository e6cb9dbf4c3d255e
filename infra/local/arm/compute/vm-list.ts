import { ArmError, type Answer, type Json } from '../core/arm-error.ts';
import type { Call } from '../core/provider.ts';
import { sameId } from '../core/resource-id.ts';
import { paged, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { VM_TYPE, type VmProperties } from './machine.ts';
import { instanceViewOf, vmView } from './vm-view.ts';

type Vm = Resource<VmProperties>;

/** The only filter Azure knows; its documents show it with and without quotes around the id. */
const IN_SCALE_SET = /^'virtualMachineScaleSet\/id' eq '?(\/[^']+?)'?$/i;

/** The VMs of a resource group or a subscription, as `$filter`, `$expand` and `statusOnly` want them. */
export function listVms(world: World, call: Call): Answer {
  const { subscriptionId, resourceGroup, query } = call;
  const under = `/subscriptions/${subscriptionId}${resourceGroup === '' ? '' : `/resourceGroups/${resourceGroup}`}`;
  const scaleSet = filtered(query.get('$filter'));
  const withView = expanded(query.get('$expand'), scaleSet);
  const vms = world.resources
    .list<VmProperties>({ type: VM_TYPE, under })
    .filter(
      ({ properties }) => scaleSet === undefined || sameId(properties.virtualMachineScaleSet?.id, scaleSet),
    );
  const isStatusOnly = resourceGroup === '' && query.get('statusOnly') === 'true';
  return paged(
    call,
    vms.map((vm) =>
      isStatusOnly ? statusOf(world, vm) : vmView(world, vm, withView ? 'instanceView' : undefined),
    ),
  );
}

/**
 * What runs, and little of what it is. Resource groups come in capitals from Compute's own lists: whoever compares ids
 * letter by letter finds nothing.
 */
function statusOf(world: World, vm: Vm): Json {
  const { id, name, type, location, properties } = vm;
  const { vmId, provisioningState } = properties;
  return {
    id: id.replace(/(?<=\/resourceGroups\/)[^/]+/i, (group) => group.toUpperCase()),
    name,
    type,
    location,
    properties: { vmId, provisioningState, instanceView: instanceViewOf(world, vm) },
  };
}

function filtered(filter: string | null): string | undefined {
  if (filter === null || filter === '') return undefined;
  const [, scaleSet] = IN_SCALE_SET.exec(filter) ?? [];
  if (scaleSet !== undefined) return scaleSet;
  throw new ArmError(400, 'BadRequest', `The filter '${filter}' is not supported.`, { target: '$filter' });
}

/** "This can only be specified if a valid $filter option is specified" (Virtual Machines - List). */
function expanded(expand: string | null, scaleSet: string | undefined): boolean {
  if (expand === null || expand === '') return false;
  if (expand.toLowerCase() !== 'instanceview') {
    throw new ArmError(400, 'InvalidParameter', `The value '${expand}' of parameter '$expand' is invalid.`, {
      target: '$expand',
    });
  }
  if (scaleSet !== undefined) return true;
  throw new ArmError(
    400,
    'BadRequest',
    "The expand option 'instanceView' can only be specified if a valid $filter option is specified.",
    { target: '$expand' },
  );
}
