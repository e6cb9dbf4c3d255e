import { ArmError, type Json } from '../core/arm-error.ts';
import type { Operation } from '../core/operations.ts';
import type { Call } from '../core/provider.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Guest } from './guest.ts';
import { accountName, signIn } from './run-command-account.ts';
import { blobsRefused, writeBlobs, type Blobs } from './run-command-blobs.ts';
import { webOf } from '../web/web.ts';
import { startScript, type Outcome, type Running, type Script, type ScriptReader } from './script.ts';

interface NamedValue {
  name: string;
  value: string;
}

/** The properties of a run command resource that bear on its running. */
export interface RunCommandProperties extends Blobs {
  source?: { script?: string; scriptUri?: string; commandId?: string };
  parameters?: NamedValue[];
  asyncExecution?: boolean;
  treatFailureAsDeploymentFailure?: boolean;
  timeoutInSeconds?: number;
  runAsUser?: string;
}

interface Parts {
  readonly call: Call;
  readonly guest: Guest;
  readonly location: string;
  readonly resource: Resource<RunCommandProperties>;
  readonly protectedParameters: readonly NamedValue[];
  readonly runAsPassword: string | undefined;
  /** The machine's own identity, with which it writes blobs. */
  readonly identity: unknown;
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
  #running: Running | undefined;

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
    const said = this.#over || !this.#running ? {} : shownWords(this.#running.said());
    return { ...this.#view, ...said };
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
    const { guest, resource, call } = this.#parts;
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
    meddle(guest, call.fault?.fault, timeline.now());
    if (call.fault?.fault === 'hang-script') return;
    const failure = scripted(call);
    // A script that is to fail does so before it has done anything.
    if (failure)
      return this.#after(random.between(10, 60), operation, () => this.#finish(operation, failure));
    const running = this.#prepare();
    if (typeof running === 'string') {
      this.#end('Failed', { executionMessage: running });
      return this.#endOperation(operation, { exitCode: -1, output: '', error: running });
    }
    this.#running = running;
    this.#goOn(operation, running);
  }

  /** The script, ready to run, or why the agent cannot start it. */
  #prepare(): Running | string {
    const { guest, resource, readers, runAsPassword, identity } = this.#parts;
    const { properties } = resource;
    leaveFolder(guest);
    const runAs = { user: properties.runAsUser, password: runAsPassword };
    const refused = blobsRefused(properties, identity) ?? signIn(guest, runAs);
    if (refused !== undefined) return refused;
    const web = webOf(this.#world);
    const download = (uri: string) => web.find(uri) ?? (web.knowsHost(uri) ? 'not found' : 'unknown host');
    const { source = {} } = properties;
    const fetched = source.scriptUri === undefined ? undefined : download(source.scriptUri);
    if (typeof fetched === 'string')
      return `Failed to download the script from ${source.scriptUri}: ${fetched}.`;
    const { timeline, random } = this.#world;
    const script = this.#script(fetched?.content ?? source.script ?? source.commandId ?? '');
    return startScript(readers, script, guest, { timeline, random, download }, accountName(runAs));
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
    if (this.#over || this.#isUnheard()) return;
    const { exitCode } = outcome;
    writeBlobs(this.#world, this.#parts.resource.properties, outcome);
    this.#end(exitCode === 0 ? 'Succeeded' : 'Failed', { exitCode, ...shownWords(outcome) });
    this.#endOperation(operation, exitCode === 0 ? undefined : outcome);
  }

  #timeOut(operation: Operation): void {
    if (this.#over || this.#isUnheard()) return;
    const said = this.#running?.said();
    if (said) writeBlobs(this.#world, this.#parts.resource.properties, said);
    const executionMessage = 'Script execution timed out.';
    this.#end('TimedOut', { executionMessage, ...(said && shownWords(said)) });
    this.#endOperation(operation, { exitCode: -1, output: '', error: 'timed out' });
  }

  /** A dead agent tells nobody how a script ended, nor that it ran out of time. */
  #isUnheard(): boolean {
    const { agentDiedAt } = this.#parts.guest;
    return agentDiedAt !== undefined && agentDiedAt <= this.#world.timeline.now();
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

  #script(text: string): Script {
    const { parameters = [] } = this.#parts.resource.properties;
    const given = [...parameters, ...this.#parts.protectedParameters].map(
      ({ name, value }) => [name, value] as const,
    );
    return { text, parameters: Object.fromEntries(given) };
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

const HOW_SYSPREP_ENDS: Readonly<Record<string, 'hangs' | 'fails' | 'lies'>> = {
  'stuck-sysprep': 'hangs',
  'failing-sysprep': 'fails',
  'lying-sysprep': 'lies',
};

/** Faults that strike the guest and not the request. */
function meddle(guest: Guest, fault: string | undefined, now: number): void {
  if (fault === 'kill-agent') guest.agentDiedAt = now;
  const sysprep = HOW_SYSPREP_ENDS[fault ?? ''];
  if (sysprep) guest.contents.setSystem({ sysprep });
}

/** The agent unpacks the extension that runs scripts, and never takes it away again. */
function leaveFolder({ contents, os }: Guest): void {
  const place =
    os === 'Windows'
      ? 'C:\\Packages\\Plugins\\Microsoft.CPlat.Core.RunCommandHandlerWindows\\2.0.19\\HandlerManifest.json'
      : '/var/lib/waagent/Microsoft.CPlat.Core.RunCommandHandlerLinux-1.3.28/HandlerManifest.json';
  contents.files.put({ path: place, text: '{}' });
}

function shownWords({ output = '', error = '' }: { output?: string; error?: string }): Json {
  return { output: kept(output), error: kept(error) };
}

function kept(text: string): string {
  return Buffer.from(text, 'utf8').subarray(-KEPT_BYTES).toString('utf8');
}
