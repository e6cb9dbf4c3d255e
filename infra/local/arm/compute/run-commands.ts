import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { paged, shown, type Resource } from '../core/resources.ts';
import { buckets } from '../core/throttle.ts';
import type { World } from '../core/world.ts';
import type { Guest } from './guest.ts';
import { executionOf, RunCommandExecution, type RunCommandProperties } from './run-command-execution.ts';
import type { ScriptReader } from './script.ts';
import { COMPUTE_API_VERSION } from './versions.ts';
import { write } from './writing.ts';

/** A machine that run commands can be put on. */
export interface RunCommandHost {
  /** The VM's or the scale-set instance's id, in its original casing. */
  readonly machineId: string;
  readonly location: string;
  readonly guest: Guest;
  /** `identity` of the machine, with which it writes blobs. */
  readonly identity?: unknown;
}

export interface RunCommandsOn {
  /** The machine's route, e.g. `…/virtualMachines/{vmName}`. */
  readonly path: string;
  /** `Microsoft.Compute/virtualMachines/runCommands` or its scale-set sister. */
  readonly type: string;
  /** The path parameters that name the machine, for its own token buckets. */
  readonly by: readonly string[];
  /** Finds the machine or throws ARM's 404. */
  readonly host: (call: Call) => RunCommandHost;
  readonly readers?: readonly ScriptReader[];
}

/** "Run scripts in your Windows VM by using managed Run Commands": 25 of them stay on one VM. */
const MOST_PER_MACHINE = 25;

/** Managed run commands as a child resource of any kind of machine. */
export function runCommandRoutes(world: World, on: RunCommandsOn): Route[] {
  const { resources, operations } = world;
  const one = `${on.path}/runCommands/{runCommandName}`;
  const idOf = (call: Call) =>
    `${on.host(call).machineId}/runCommands/${call.params['runCommandName'] ?? ''}`;

  const put = (call: Call): Answer => {
    const host = on.host(call);
    const before = resources.find<RunCommandProperties>(idOf(call));
    if (!before) refuseTooMany(resources.list({ type: on.type, under: host.machineId }).length);
    return tell(call, host, before, checkedRequest(call.body ?? {}));
  };

  /** What is not said stays as it is, secrets aside: those are not kept, and must be given anew. */
  const patch = (call: Call): Answer => {
    const host = on.host(call);
    const before = resources.require<RunCommandProperties>(idOf(call));
    const { tags = before.tags, properties } = (call.body ?? {}) as RunCommandBody;
    const { provisioningState: _, ...kept } = before.properties;
    const body = { location: before.location, tags, properties: { ...kept, ...properties } };
    return tell(call, host, before, checkedRequest(body));
  };

  const tell = (
    call: Call,
    host: RunCommandHost,
    before: Resource<RunCommandProperties> | undefined,
    { location, tags, properties }: Checked,
  ): Answer => {
    const id = idOf(call);
    checkMachine(host);
    refuseOtherSystem(host, properties.source);
    operations.refuseIfBusy(id);
    // What is secret goes to the guest and is never shown again.
    const { protectedParameters = [], runAsPassword, ...kept } = properties;
    const told = JSON.stringify([kept.source, kept.parameters, protectedParameters, kept.runAsUser]);
    const isNews = !wasTold(before, told);
    if (isNews) executionOf(before)?.cancel();
    const provisioningState = before ? 'Updating' : 'Creating';
    const resource = resources.put<RunCommandProperties>({
      id,
      type: on.type,
      location,
      tags,
      properties: {
        asyncExecution: false,
        treatFailureAsDeploymentFailure: false,
        ...kept,
        provisioningState,
      },
    });
    // The guest only sees a change: a PUT that says the same again is accepted and runs nothing
    // (azure-sdk-for-net#47307). Who wants a second run deletes the first, or changes what it is given.
    if (before && !isNews) return write(world, call, { resource, isNew: false, seconds: [5, 15] });
    const { readers = [] } = on;
    const { guest, identity } = host;
    const secret = { protectedParameters, runAsPassword, told, readers };
    const parts = { call, guest, identity, location: host.location, resource, ...secret };
    const operation = new RunCommandExecution(world, parts).launch();
    return operations.answer(call, operation, before ? 200 : 201, shown(resource));
  };

  const get = (call: Call): Answer => {
    const resource = resources.require<RunCommandProperties>(idOf(call));
    const expand = call.query.get('$expand')?.toLowerCase() === 'instanceview';
    return { status: 200, body: shown(expand ? withView(resource) : resource) };
  };

  const list = (call: Call): Answer => {
    const expand = call.query.get('$expand')?.toLowerCase() === 'instanceview';
    const all = resources.list<RunCommandProperties>({ type: on.type, under: on.host(call).machineId });
    return paged(
      call,
      all.map((resource) => shown(expand ? withView(resource) : resource)),
    );
  };

  const remove = (call: Call): Answer => {
    const host = on.host(call);
    const resource = resources.find<RunCommandProperties>(idOf(call));
    if (!resource) return { status: 204 };
    const running = operations.running(resource.id);
    if (running?.work.kind === 'delete') return operations.answer(call, running, 202);
    checkMachine(host);
    if (running) operations.refuseIfBusy(resource.id);
    resource.properties.provisioningState = 'Deleting';
    const operation = operations.start(call, {
      resourceId: resource.id,
      location: host.location,
      seconds: [5, 20],
      kind: 'delete',
      finish: () => {
        // Deleting the resource ends the script that still runs.
        executionOf(resource)?.cancel();
        resources.remove(resource.id);
      },
    });
    return operations.answer(call, operation, 202);
  };

  const reads = buckets('GetVM', { perMinute: 12, by: on.by });
  const writes = buckets('UpdateVM', { perMinute: 4, by: on.by }, { perMinute: 500 });
  const apiVersion = COMPUTE_API_VERSION;
  return [
    { method: 'PUT', path: one, apiVersion, buckets: writes, handle: put },
    { method: 'PATCH', path: one, apiVersion, buckets: writes, handle: patch },
    { method: 'GET', path: one, apiVersion, buckets: reads, handle: get },
    { method: 'DELETE', path: one, apiVersion, buckets: writes, handle: remove },
    { method: 'GET', path: `${on.path}/runCommands`, apiVersion, buckets: reads, handle: list },
  ];
}

interface RunCommandBody {
  location?: string | undefined;
  tags?: Record<string, string> | undefined;
  properties?: RunCommandProperties & {
    protectedParameters?: { name: string; value: string }[];
    runAsPassword?: string;
  };
}

function withView(resource: Resource<RunCommandProperties>): Resource<RunCommandProperties> {
  const instanceView = executionOf(resource)?.view() ?? { executionState: 'Unknown' };
  return { ...resource, properties: { ...resource.properties, instanceView } as RunCommandProperties };
}

type Checked = RunCommandBody & Required<Pick<RunCommandBody, 'properties'>>;

function checkedRequest({ location, tags, properties = {} }: RunCommandBody): Checked {
  const { source, timeoutInSeconds } = properties;
  if (!location) {
    throw new ArmError(400, 'LocationRequired', 'The location property is required for this definition.');
  }
  checkSource(source);
  if (timeoutInSeconds !== undefined && !(Number.isInteger(timeoutInSeconds) && timeoutInSeconds > 0)) {
    throw new ArmError(
      400,
      'InvalidParameter',
      `The value '${timeoutInSeconds}' of parameter timeoutInSeconds is invalid.`,
      {
        target: 'timeoutInSeconds',
      },
    );
  }
  return { location, tags, properties };
}

function checkSource(source: RunCommandProperties['source'] = {}): void {
  const { script, scriptUri, commandId } = source;
  const given = [script, scriptUri, commandId].filter((one) => one !== undefined);
  if (given.length === 1 && given[0] !== '') return;
  throw new ArmError(
    400,
    given.length > 1 ? 'InvalidParameterConflictingProperties' : 'InvalidParameter',
    'Exactly one of script, scriptUri and commandId must be specified in the source of a run command.',
    { target: 'source' },
  );
}

/** Azure's own scripts are each for one operating system. */
function refuseOtherSystem({ guest }: RunCommandHost, { commandId }: { commandId?: string } = {}): void {
  if (commandId === undefined) return;
  const isLinux = /^(?:RunShellScript|ifconfig)$/i.test(commandId);
  if (isLinux === (guest.os === 'Linux')) return;
  throw new ArmError(
    400,
    'InvalidParameter',
    `The run command '${commandId}' is not supported on ${guest.os}.`,
    { target: 'source.commandId' },
  );
}

/** Whether the guest was last told exactly this, and took it. */
function wasTold(before: Resource<RunCommandProperties> | undefined, told: string): boolean {
  return before?.properties.provisioningState === 'Succeeded' && executionOf(before)?.told === told;
}

function refuseTooMany(there: number): void {
  if (there < MOST_PER_MACHINE) return;
  throw new ArmError(
    409,
    'Conflict',
    `Cannot add more than ${MOST_PER_MACHINE} run commands to one machine.`,
  );
}

function checkMachine({ guest }: RunCommandHost): void {
  if (guest.isRunning()) return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    'Cannot modify extensions in the VM when the VM is not running.',
  );
}
