/** Where the machines of a pool are: a scale set, or a resource group whose virtual machines stand alone. */
export interface FleetAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Absent where machines stand alone. */
  readonly scaleSet?: string;
}

export interface MachineAddress extends FleetAddress {
  /** In a Uniform scale set Azure's number; elsewhere the name of the virtual machine. */
  readonly instanceId: string;
}

/** The host pool a machine was made for, as `resourceGroup/hostPool` in small letters: while it is in no pool, nothing else tells. */
export const poolTag = 'goldsmith-host-pool';
/** The value of that tag. */
export function poolTagOf(pool: { readonly resourceGroup: string; readonly hostPool: string }): string {
  return `${pool.resourceGroup}/${pool.hostPool}`.toLowerCase();
}

/** The work on a host that made the machine: what has its name and not this is somebody else's. */
export const madeByTag = 'goldsmith-made-by';

/** A machine under a host, as it is now. */
export interface Machine {
  /** The full ARM id; a session host's `resourceId` is the same in another case. */
  readonly id: string;
  readonly instanceId: string;
  readonly computerName: string;
  readonly vmId: string;
  /** Of the managed disk: another one after each reimage, which is how a reimage is proven. */
  readonly osDiskId: string;
  /** Azure's name of the size. */
  readonly size: string;
  /** The gallery version that this instance was made from, as its own storage profile says. */
  readonly imageVersionId: string;
  /** Azure's word: `Succeeded`, `Failed`, or that something is under way (`Updating`, `Creating`, …). */
  readonly provisioningState: string;
  /** Why its last operation failed, in Azure's words. */
  readonly trouble?: string;
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
  readonly list: (scaleSet: FleetAddress) => Promise<readonly Machine[]>;
  /** The instance with its instance view, or undefined if Azure says 404; only that means it is gone. */
  readonly read: (machine: MachineAddress) => Promise<Machine | undefined>;
  /** Sets one tag, or takes it away if there is no value; the others stay. Repeatable. */
  readonly setTag: (machine: MachineAddress, name: string, value: string | undefined) => Promise<void>;
  /** Powers it on; nothing happens if it runs. Repeatable. */
  readonly start: (machine: MachineAddress) => Promise<void>;
  /** Off, and not paid for. Repeatable. */
  readonly deallocate: (machine: MachineAddress) => Promise<void>;
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
  /** The machines that stand alone can be made anew; of those of a scale set this is never asked. */
  readonly standAlone: StandAloneMachines;
}

/** What it takes to make a machine anew. Plain JSON without secrets, because it is kept before the machine is deleted. */
export interface Blueprint {
  readonly location: string;
  readonly size: string;
  readonly computerName: string;
  /** As Azure is asked for the machine, without what only Azure fills in. Nobody but the adapter reads it. */
  readonly body: Readonly<Record<string, unknown>>;
  /** In the order in which they are put back. */
  readonly extensions: readonly ExtensionBlueprint[];
  /** Why it cannot be made again under its name, or another like it beside it: sentences for people. */
  readonly notAgain?: string;
  readonly notBeside?: string;
  /** The locks by which Azure does not delete it now, in a few words. */
  readonly locked?: string;
}

export interface ExtensionBlueprint {
  readonly name: string;
  /** As Azure names what it is: `JsonADDomainExtension`, `AADLoginForWindows`, … */
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** It cannot do its work without protected settings, which Azure gives nobody back. */
  readonly needsSecret: boolean;
}

export interface Extension {
  readonly name: string;
  /** Azure's word, as of a machine: `Succeeded`, `Failed`, or that something is under way. */
  readonly provisioningState: string;
  readonly message: string;
}

export interface NewMachine {
  readonly blueprint: Blueprint;
  /** Under its own name with the parts it had, or another beside it with parts of its own. */
  readonly as: 'again' | 'beside';
  readonly imageVersionId: string;
  /** Replace those of the blueprint that have the same names. */
  readonly tags: Readonly<Record<string, string>>;
  /** For the local administrator: Azure asks for one. Nobody knows it, if it is not stated. */
  readonly adminPassword?: string;
}

/** What replacing a machine that stands alone needs. Calls come back once Azure has accepted them. */
export interface StandAloneMachines {
  /** Undefined if Azure says 404. */
  readonly blueprint: (machine: MachineAddress) => Promise<Blueprint | undefined>;
  /**
   * Whether deleting the machine now takes its OS disk along and leaves its network interfaces and data disks. If it is
   * not so, Azure is asked to make it so: look again. Repeatable.
   */
  readonly ensurePartsKept: (machine: MachineAddress) => Promise<boolean>;
  /** Deletes it. Repeatable; fine if it is gone. Only `read` proves that it is. */
  readonly remove: (machine: MachineAddress) => Promise<void>;
  /** Deletes it with everything that came with it: what was made beside another and is not wanted. Repeatable. */
  readonly removeWithParts: (machine: MachineAddress) => Promise<void>;
  /**
   * Asks for the machine. Repeatable as long as nobody else took the name: what is there with another `madeByTag`,
   * or none, is `NameTaken`, and is left alone.
   */
  readonly create: (machine: MachineAddress, wanted: NewMachine) => Promise<void>;
  readonly extensions: (machine: MachineAddress) => Promise<readonly Extension[]>;
  /** Puts an extension on it. The protected settings are never kept, shown or logged. Repeatable. */
  readonly addExtension: (
    machine: MachineAddress,
    extension: ExtensionBlueprint,
    protectedSettings?: Readonly<Record<string, unknown>>,
  ) => Promise<void>;
}

/** What a machine is called in sentences for people. */
export function called(machine: Machine): string {
  return machine.computerName || `instance ${machine.instanceId}`;
}

/** Azure's reason, to be added to what is said of a machine that failed; empty if it tells none. */
export function reasonOf({ trouble }: Pick<Machine, 'trouble'>): string {
  return trouble === undefined ? '' : ` Azure says: ${trouble}`;
}

/** Azure is still at it: neither done nor failed. */
export function isBusy({ provisioningState }: Machine): boolean {
  return !['Succeeded', 'Failed', 'Canceled'].includes(provisioningState);
}
