import { ArmError, type Json } from '../core/arm-error.ts';
import type { Operation } from '../core/operations.ts';
import type { Call } from '../core/provider.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Guest } from './guest.ts';
import { webOf } from '../web/web.ts';
import { startScript, type Outcome, type Running, type Script, type ScriptReader } from './script.ts';

interface NamedValue {
  name: string;
  value: string;
}

/** The properties of a run command resource that bear on its running. */
export interface RunCommandProperties {
  source?: { script?: string; scriptUri?: string; commandId?: string };
  parameters?: NamedValue[];
  asyncExecution?: boolean;
  treatFailureAsDeploymentFailure?: boolean;
  timeoutInSeconds?: number;
  runAsUser?: string;
  outputBlobUri?: string;
  errorBlobUri?: string;
}

interface Parts {
  readonly call: Call;
  readonly guest: Guest;
  readonly location: string;
  readonly resource: Resource<RunCommandProperties>;
  readonly protectedParameters: readonly NamedValue[];
  /** What the guest was told to run, in one text, to see whether it is told something new. */
  readonly told: string;
  readonly readers: readonly ScriptReader[];
}

/** "The output … is limited to the last 4,096 bytes" of output and of error. */
const KEPT_BYTES = 4096;
const DEFAULT_TIMEOUT_SECONDS = 90 * 60;

const executions = new WeakMap<object, RunCommandExecution>();

/** The latest execution of a run command resource. */
export function executionOf(resource: object | undefined): RunCommandExecution | undefined {
  return resource && executions.get(resource);
}

/** One run of a script in a guest, from the agent picking it up to its end, time-out or cancellation. */
export class RunCommandExecution {
  readonly #world: World;
  readonly #parts: Parts;
  #view: Json = { executionState: 'Pending' };
  #over = false;

  constructor(world: World, parts: Parts) {
    this.#world = world;
    this.#parts = parts;
    executions.set(parts.resource, this);
  }

  get told(): string {
    return this.#parts.told;
  }

  /** What `$expand=instanceView` shows. */
  view(): Json {
    return { ...this.#view };
  }

  cancel(): void {
    if (!this.#over) this.#end('Canceled', {});
  }

  /** Hands the script to the agent. The operation ends when it runs (asyncExecution) or when it has ended. */
  launch(): Operation {
    const { timeline, operations, random } = this.#world;
    const { call, resource, location } = this.#parts;
    const operation = operations.start(call, {
      resourceId: resource.id,
      location,
      seconds: 'open',
      kind: 'put',
      finish: () => {
        resource.properties.provisioningState = 'Succeeded';
      },
    });
    timeline.after(random.between(5, 15) * 1000, () => {
      if (!this.#over && operation.status === 'InProgress') this.#begin(operation);
    });
    return operation;
  }

  #begin(operation: Operation): void {
    const { timeline, operations, random } = this.#world;
    const { guest, resource, readers, call } = this.#parts;
    // Azure waits up to 90 minutes for a silent agent. Failing at once is harsher, and shows who did not ask
    // for the agent's status before sending it work.
    if (!guest.isAgentReady(timeline.now())) {
      this.#end('Failed', { executionMessage: 'The VM agent is not ready.' });
      return operations.end(operation, agentSilent(guest));
    }
    const timeout = (resource.properties.timeoutInSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
    this.#view = { executionState: 'Running', startTime: timeline.iso() };
    if (resource.properties.asyncExecution) operations.end(operation);
    timeline.after(timeout, () => this.#timeOut(operation));
    if (call.fault?.fault === 'hang-script') return;
    const failure = scripted(call);
    // A script that is to fail does so before it has done anything.
    if (failure)
      return this.#after(random.between(10, 60), operation, () => this.#finish(operation, failure));
    const web = webOf(this.#world);
    const download = (uri: string) => web.find(uri) ?? (web.knowsHost(uri) ? 'not found' : 'unknown host');
    const running = startScript(readers, this.#script(), guest, { timeline, random, download });
    this.#goOn(operation, running);
  }

  /** Runs the script up to where it next waits, and on from there when that time has passed. */
  #goOn(operation: Operation, running: Running): void {
    if (this.#over) return;
    const step = running.work.next();
    if (!step.done) return this.#after(step.value, operation, () => this.#goOn(operation, running));
    this.#finish(operation, step.value);
    const { guest } = this.#parts;
    const { timeline, random } = this.#world;
    if (running.wish() === 'restart') guest.boot(timeline.now(), random.between(60, 120));
    if (running.wish() === 'stop') guest.halt('stopped');
  }

  /** Later, if the guest has not gone down with the script meanwhile. */
  #after(seconds: number, operation: Operation, happen: () => void): void {
    const { guest } = this.#parts;
    const { boots } = guest;
    this.#world.timeline.after(seconds * 1000, () => {
      // A guest that is up again can say that it lost the script, a dead one cannot.
      if (this.#over || !guest.isRunning()) return;
      if (guest.boots === boots) return happen();
      this.#end('Failed', { executionMessage: 'The VM was restarted while the script ran.' });
      this.#endOperation(operation);
    });
  }

  #finish(operation: Operation, outcome: Outcome): void {
    if (this.#over) return;
    const { exitCode, output, error = '' } = outcome;
    this.#end(exitCode === 0 ? 'Succeeded' : 'Failed', {
      exitCode,
      output: kept(output),
      error: kept(error),
    });
    this.#endOperation(operation, exitCode === 0 ? undefined : outcome);
  }

  #timeOut(operation: Operation): void {
    if (this.#over) return;
    this.#end('TimedOut', { executionMessage: 'Script execution timed out.' });
    this.#endOperation(operation, { exitCode: -1, output: '', error: 'timed out' });
  }

  #endOperation(operation: Operation, failure?: Outcome): void {
    const { resource } = this.#parts;
    const counts = failure && resource.properties.treatFailureAsDeploymentFailure;
    const error = counts
      ? new ArmError(
          409,
          'VMExtensionProvisioningError',
          `VM has reported a failure when processing run command '${resource.name}': exit code ${failure.exitCode}.`,
        )
      : undefined;
    this.#world.operations.end(operation, error);
  }

  #end(executionState: string, more: Json): void {
    this.#over = true;
    this.#view = {
      output: '',
      error: '',
      ...this.#view,
      executionState,
      ...more,
      endTime: this.#world.timeline.iso(),
    };
    this.#world.resources.touch(this.#parts.resource);
  }

  #script(): Script {
    const { source, parameters = [] } = this.#parts.resource.properties;
    const given = [...parameters, ...this.#parts.protectedParameters].map(
      ({ name, value }) => [name, value] as const,
    );
    return {
      text: source?.script ?? source?.scriptUri ?? source?.commandId ?? '',
      parameters: Object.fromEntries(given),
    };
  }
}

/** The end that the fault script holds for this run. */
function scripted({ fault }: Call): Outcome | undefined {
  if (fault?.fault !== 'fail-script') return undefined;
  return { exitCode: fault.exitCode ?? 1, output: '', error: fault.message ?? 'The script failed.' };
}

function agentSilent(guest: Guest): ArmError {
  return new ArmError(
    409,
    'VMAgentStatusCommunicationError',
    `VM '${guest.name}' has not reported status for VM agent or extensions. Verify that the OS is up and healthy, the ` +
      'VM has a running VM agent, and that it can establish outbound connections to Azure storage.',
  );
}

function kept(text: string): string {
  return Buffer.from(text, 'utf8').subarray(-KEPT_BYTES).toString('utf8');
}
