import type { VirtualMachineRunCommand } from '@azure/arm-compute';
import { type MachineRef, ownerTag, type Script, type ScriptRun, type Scripts } from '../images/machine.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';

/** Managed run commands on a VM: the name of one is the proof that it was started. */
export function runCommands({ compute }: Pick<Azure, 'compute'>): Scripts {
  const on = ({ subscriptionId }: MachineRef) => compute(subscriptionId).virtualMachineRunCommands;
  return {
    async find(ref, name) {
      const { resourceGroup, name: machine } = ref;
      const expand = { expand: 'instanceView' } as const;
      const found = await finding(
        `run command ${name}`,
        async () => await on(ref).getByVirtualMachine(resourceGroup, machine, name, expand),
      );
      return found && runOf(found);
    },

    async start(ref, location, script) {
      const { resourceGroup, name: machine } = ref;
      const { name } = script;
      const body = scriptBody(location, script);
      await asking(`run command ${name}`, async () => {
        await on(ref).createOrUpdate(resourceGroup, machine, name, body).submitted();
      });
    },

    async remove(ref, name) {
      const { resourceGroup, name: machine } = ref;
      await finding(`removal of run command ${name}`, async () => {
        await on(ref).delete(resourceGroup, machine, name).submitted();
      });
    },

    async ours(ref, owner) {
      const { resourceGroup, name: machine } = ref;
      const found = await finding(`run commands of ${machine}`, async () => {
        const all: VirtualMachineRunCommand[] = [];
        for await (const one of on(ref).listByVirtualMachine(resourceGroup, machine)) all.push(one);
        return all;
      });
      return (found ?? []).flatMap(({ name, tags }) => {
        const whose = tags?.[ownerTag];
        return name && whose && whose === (owner ?? whose) ? [name] : [];
      });
    },
  };
}

/** A build's script: tagged, so that it is known as ours on a machine that is not, and with a place for its output. */
function scriptBody(location: string, wanted: Script): VirtualMachineRunCommand {
  const { owner, script, timeoutSeconds, parameters = {}, secretParameters = {}, runAs, log } = wanted;
  const given = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  const identity = log && { clientId: log.identityClientId };
  return {
    ...runCommandBody({ location, script, timeoutSeconds, protectedParameters: secretParameters }),
    tags: { [ownerTag]: owner },
    ...(given.length > 0 && { parameters: given }),
    ...(runAs && { runAsUser: runAs.user, runAsPassword: runAs.password }),
    ...(log &&
      identity && {
        outputBlobUri: `${log.blobUri}.out`,
        errorBlobUri: `${log.blobUri}.err`,
        outputBlobManagedIdentity: identity,
        errorBlobManagedIdentity: identity,
      }),
  };
}

interface WantedRun {
  readonly location: string;
  readonly script: string;
  readonly timeoutSeconds: number;
  readonly protectedParameters?: Readonly<Record<string, string>>;
}

/** Azure answers once the script runs, and its failure is a result, not a failed deployment. */
export function runCommandBody(wanted: WantedRun): VirtualMachineRunCommand {
  const { location, script, timeoutSeconds, protectedParameters = {} } = wanted;
  const hidden = Object.entries(protectedParameters).map(([name, value]) => ({ name, value }));
  return {
    location,
    source: { script },
    ...(hidden.length > 0 && { protectedParameters: hidden }),
    asyncExecution: true,
    treatFailureAsDeploymentFailure: false,
    timeoutInSeconds: timeoutSeconds,
  };
}

/** How a run stands, whether the machine is a VM or an instance; only the words differ between their ports. */
export function stateOf({ provisioningState, instanceView }: VirtualMachineRunCommand) {
  const state = instanceView?.executionState ?? 'Unknown';
  switch (state) {
    case 'Running':
    case 'Succeeded':
    case 'Failed':
    case 'TimedOut':
    case 'Canceled':
      return state;
    default:
      // An agent that never took the script over shows only in the resource itself.
      return provisioningState === 'Failed' ? 'Failed' : 'Pending';
  }
}

export function outputOf({ instanceView }: VirtualMachineRunCommand): string {
  const { output, error, executionMessage, exitCode } = instanceView ?? {};
  // Azure's own message matters when the script itself has nothing to say.
  return [output, error, exitCode === undefined ? executionMessage : ''].filter(Boolean).join('\n');
}

function runOf(found: VirtualMachineRunCommand): ScriptRun {
  const { exitCode, startTime, endTime } = found.instanceView ?? {};
  return {
    state: scriptState(found),
    exitCode: exitCode ?? -1,
    output: outputOf(found),
    seconds: startTime && endTime ? (endTime.getTime() - startTime.getTime()) / 1000 : 0,
    owner: found.tags?.[ownerTag],
  };
}

function scriptState(found: VirtualMachineRunCommand): ScriptRun['state'] {
  const state = stateOf(found);
  switch (state) {
    case 'Pending':
    case 'Running':
      return 'running';
    case 'TimedOut':
      return 'timed-out';
    case 'Canceled':
      return 'gone-wrong';
    case 'Succeeded':
    case 'Failed':
      // Failed without an exit code that says so: it was Azure that failed, and the script never came to its end.
      return state === 'Failed' && !found.instanceView?.exitCode ? 'gone-wrong' : 'ended';
  }
}
