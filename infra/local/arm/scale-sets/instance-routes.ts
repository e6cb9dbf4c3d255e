import type { Computer } from '../compute/computer.ts';
import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { paged } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { Actions } from './actions.ts';
import { flexibleBody, instanceBody, instanceView } from './instance-body.ts';
import { flexibleMachinesOf } from './flexible-machines.ts';
import type { Machine } from './machine.ts';
import { machinesOf } from './machines.ts';
import { propertyChange, refuseStale } from './model-routes.ts';
import { API_VERSION, COSTS, INSTANCE_PATH, INSTANCES, SCALE_SET_PATH } from './paths.ts';
import { isFlexible, type ScaleSet, type ScaleSetProperties } from './scale-set.ts';

type Verb = 'reimage' | 'updateInstances' | 'start' | 'restart' | 'powerOff' | 'deallocate' | 'delete';

/** The last segment of the scale set's actions; `poweroff` and `manualupgrade` are Azure's own spelling. */
const SET_ACTIONS: Readonly<Record<string, Verb>> = {
  reimage: 'reimage',
  manualupgrade: 'updateInstances',
  start: 'start',
  restart: 'restart',
  poweroff: 'powerOff',
  deallocate: 'deallocate',
  delete: 'delete',
};
const INSTANCE_ACTIONS: readonly Verb[] = ['reimage', 'start', 'restart', 'powerOff', 'deallocate'];

/** The instances of scale sets, and what can be done to them. */
export function instanceRoutes(world: World): Route[] {
  const { resources, operations, timeline } = world;
  const machines = machinesOf(world);
  const actions = new Actions(world, machines);
  const flexible = flexibleMachinesOf(world);
  const flexibleActions = new Actions(world, flexible);
  const route = { apiVersion: API_VERSION };

  const scaleSetOf = (call: Call): ScaleSet =>
    resources.require<ScaleSetProperties>(call.path.split('/').slice(0, 9).join('/'));
  const machineOf = (call: Call): Machine => {
    refuseFlexible(scaleSetOf(call));
    return machines.require(call.path.split('/').slice(0, 11).join('/'));
  };

  const list = (call: Call) => {
    const scaleSet = scaleSetOf(call);
    // "With Flexible orchestration the list command provides a list of scale set VM IDs": no view, whatever is asked.
    if (isFlexible(scaleSet)) {
      return paged(
        call,
        flexible.of(scaleSet).map((machine) => flexibleBody(machine)),
      );
    }
    const expand = call.query.get('$expand');
    return paged(
      call,
      machines.of(scaleSet).map((machine) => instanceBody(machine, timeline.now(), expand)),
    );
  };
  const get = (call: Call) => {
    const scaleSet = scaleSetOf(call);
    if (isFlexible(scaleSet)) {
      const [one] = chosen(flexible.of(scaleSet), [call.params['instanceId'] ?? '']);
      return { status: 200, body: one ? flexibleBody(one, flexible.isLatest(one, scaleSet)) : {} };
    }
    const machine = machineOf(call);
    const body = instanceBody(machine, timeline.now(), call.query.get('$expand'));
    return { status: 200, headers: { etag: machine.instance.etag }, body };
  };
  const view = (call: Call) => ({ status: 200, body: instanceView(machineOf(call), timeline.now()) });

  /** VMSS VM Update: tags and protection; what an instance is made of cannot be changed here. */
  function put(call: Call): Answer {
    const machine = machineOf(call);
    const { instance, scaleSet } = machine;
    const body = (call.body ?? {}) as {
      location?: string;
      tags?: Record<string, string>;
      properties?: object;
    };
    if (body.location === undefined) {
      throw new ArmError(400, 'LocationRequired', 'The location property is required for this definition.');
    }
    refuseStale(call, instance);
    refuseRebuild(machine, body.properties ?? {});
    const operation = operations.start(call, {
      resourceId: instance.id,
      location: scaleSet.location ?? '',
      seconds: [5, 15],
      kind: 'put',
      finish: () => {
        machines.setState(machine, 'Succeeded');
        return instanceBody(machine, timeline.now());
      },
    });
    if (body.tags) instance.tags = body.tags;
    machines.setState(machine, 'Updating');
    return operations.answer(call, operation, 200, instanceBody(machine, timeline.now()));
  }

  const onSet = ([segment, verb]: readonly [string, Verb]): Route => ({
    ...route,
    method: 'POST',
    path: `${SCALE_SET_PATH}/${segment}`,
    buckets: COSTS.action,
    handle: (call) => {
      const scaleSet = scaleSetOf(call);
      const named = namedIn(call, verb);
      return isFlexible(scaleSet)
        ? flexibleActions[verb](call, scaleSet, chosen(flexible.of(scaleSet), named))
        : actions[verb](call, scaleSet, chosen(machines.of(scaleSet), named));
    },
  });
  const onInstance = (verb: Verb): Route => ({
    ...route,
    method: 'POST',
    path: `${INSTANCE_PATH}/${verb}`,
    buckets: COSTS.updateInstance,
    handle: (call) => {
      const machine = machineOf(call);
      return actions[verb](call, machine.scaleSet, [machine]);
    },
  });
  const remove = (call: Call): Answer => {
    refuseFlexible(scaleSetOf(call));
    const machine = machines.find(call.path);
    if (!machine) return { status: 204 };
    return actions.delete(call, machine.scaleSet, [machine]);
  };
  return [
    { ...route, method: 'GET', path: INSTANCES, buckets: COSTS.list, handle: list },
    { ...route, method: 'GET', path: INSTANCE_PATH, buckets: COSTS.readInstance, handle: get },
    { ...route, method: 'PUT', path: INSTANCE_PATH, buckets: COSTS.updateInstance, handle: put },
    { ...route, method: 'DELETE', path: INSTANCE_PATH, buckets: COSTS.updateInstance, handle: remove },
    {
      ...route,
      method: 'GET',
      path: `${INSTANCE_PATH}/instanceView`,
      buckets: COSTS.readInstance,
      handle: view,
    },
    ...Object.entries(SET_ACTIONS).map(onSet),
    ...INSTANCE_ACTIONS.map(onInstance),
  ];
}

/** The instances an action names; naming none means all of them, except where Azure asks for names. */
function namedIn({ body }: Call, verb: Verb): readonly string[] {
  const named = (body as { instanceIds?: readonly string[] } | undefined)?.instanceIds ?? [];
  if (named.length === 0 && (verb === 'updateInstances' || verb === 'delete')) {
    throw new ArmError(400, 'InvalidParameter', "Required parameter 'instanceIds' is missing (null).", {
      target: 'instanceIds',
    });
  }
  return named.includes('*') ? [] : named;
}

/** By their ids, which in a Flexible scale set are the names of VMs. */
function chosen<I extends Computer>(all: readonly I[], named: readonly string[]): I[] {
  if (named.length === 0) return [...all];
  return named.map((id) => {
    const machine = all.find(({ instanceId }) => instanceId === id);
    if (machine) return machine;
    const text = `The provided instanceId ${id} is not an active Virtual Machine Scale Set VM instanceId.`;
    throw new ArmError(400, 'InvalidParameter', text, { target: 'instanceIds' });
  });
}

/** Its instances are virtual machines, and what is done to one of them is asked of the VM. */
function refuseFlexible(scaleSet: ScaleSet): void {
  if (!isFlexible(scaleSet)) return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `The operation is not supported on instances of Virtual Machine Scale Set '${scaleSet.name}' with Flexible ` +
      'orchestration. Use the Virtual Machine APIs instead.',
  );
}

function refuseRebuild({ instance }: Machine, properties: object): void {
  const { storageProfile, osProfile } = properties as {
    storageProfile?: { imageReference?: { id?: string }; osDisk?: { managedDisk?: { id?: string } } };
    osProfile?: { computerName?: string };
  };
  const { storageProfile: own, osProfile: named } = instance.properties;
  const { imageReference, osDisk } = storageProfile ?? {};
  const fixed = [
    ['imageReference', imageReference?.id, own.imageReference.id],
    ['osDisk.managedDisk.id', osDisk?.managedDisk?.id, own.osDisk.managedDisk.id],
    ['osProfile.computerName', osProfile?.computerName, named.computerName],
  ] as const;
  for (const [name, sent, there] of fixed)
    if (sent !== undefined && sent !== there) throw propertyChange(name);
}
