/** A scale set in Uniform mode, as Azure addresses it. */
export interface ScaleSetAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly scaleSet: string;
}

export interface MachineAddress extends ScaleSetAddress {
  readonly instanceId: string;
}

/** An instance of a scale set, as it is now. */
export interface Machine {
  /** The full ARM id; a session host's `resourceId` is the same in another case. */
  readonly id: string;
  readonly instanceId: string;
  readonly computerName: string;
  readonly vmId: string;
  /** Of the managed disk: another one after each reimage, which is how a reimage is proven. */
  readonly osDiskId: string;
  /** The gallery version that this instance was made from, as its own storage profile says. */
  readonly imageVersionId: string;
  /** Azure's word: `Succeeded`, `Failed`, or that something is under way (`Updating`, `Creating`, …). */
  readonly provisioningState: string;
  /** `deallocating` and `stopping` count as down. */
  readonly power: 'running' | 'starting' | 'stopped' | 'deallocated' | 'unknown';
  /** The VM agent reports: before it does, no run command can run. */
  readonly agentReady: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** A managed run command on an instance. */
export interface RunCommand {
  readonly state: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Canceled';
  readonly exitCode: number | undefined;
  /** What it wrote to output and error, the last 4 KB of each as Azure keeps it. */
  readonly output: string;
}

export interface NewRunCommand {
  readonly name: string;
  /** The region of the machine: Azure asks for it. */
  readonly location: string;
  /** PowerShell. */
  readonly script: string;
  /** Never kept, shown or logged by anybody: Azure does not give them back. */
  readonly protectedParameters: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/**
 * What bringing a host to a version needs of its machine. Calls that change something come back once Azure
 * has accepted them, not once it is done; a reply that was lost is `AzureUnavailable`, and the effect may
 * have happened.
 */
export interface Machines {
  readonly list: (scaleSet: ScaleSetAddress) => Promise<readonly Machine[]>;
  /** The instance with its instance view, or undefined if Azure says 404; only that means it is gone. */
  readonly read: (machine: MachineAddress) => Promise<Machine | undefined>;
  /** Sets one tag, or takes it away if there is no value; the others stay. Repeatable. */
  readonly setTag: (machine: MachineAddress, name: string, value: string | undefined) => Promise<void>;
  /** Powers it on; nothing happens if it runs. Repeatable. */
  readonly start: (machine: MachineAddress) => Promise<void>;
  /**
   * A new OS disk, from the image of the scale set's model, for exactly this instance. Must be asked once:
   * each call that Azure accepts is another reimage.
   */
  readonly reimage: (machine: MachineAddress) => Promise<void>;
  /**
   * Brings exactly this instance up to the scale set's model; another image gives it a new OS disk. Must be
   * asked once, as a reimage.
   */
  readonly applyModel: (machine: MachineAddress) => Promise<void>;
  /** The run command with its instance view, or undefined if there is none of that name. */
  readonly runCommand: (machine: MachineAddress, name: string) => Promise<RunCommand | undefined>;
  /** Starts a script without waiting for its end. A second one of the same name runs the script again. */
  readonly startRunCommand: (machine: MachineAddress, command: NewRunCommand) => Promise<void>;
  /** Gone afterwards, whether it was there or not. */
  readonly removeRunCommand: (machine: MachineAddress, name: string) => Promise<void>;
}

/** What a machine is called in sentences for people. */
export function called(machine: Machine): string {
  return machine.computerName || `instance ${machine.instanceId}`;
}

/** Azure is still at it: neither done nor failed. */
export function isBusy({ provisioningState }: Machine): boolean {
  return !['Succeeded', 'Failed', 'Canceled'].includes(provisioningState);
}
