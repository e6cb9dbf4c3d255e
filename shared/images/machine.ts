import type { Instant } from '../instant.ts';
import type { ImageSetPlan, MarketplaceImage } from './image-set.ts';

/** The tag that everything Goldsmith makes in Azure carries; its value is the id of what it was made for. */
export const ownerTag = 'goldsmith';

export interface MachineRef {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

/** A build VM as Azure shows it. */
export interface Machine {
  readonly id: string;
  readonly provisioningState: string;
  /** Why provisioning failed, in Azure's words, when it did. */
  readonly provisioningError?: string;
  readonly power: 'running' | 'stopped' | 'deallocated' | 'changing';
  readonly agentReady: boolean;
  /** When the agent last reported: after a restart Azure goes on showing the report from before it for a while. */
  readonly agentReportedAt?: Instant;
  readonly generalized: boolean;
  readonly owner: string | undefined;
  /** The ids of what was made with it and has to go with it: OS disk and NIC. */
  readonly parts: readonly string[];
}

export interface WantedMachine {
  readonly owner: string;
  readonly location: string;
  readonly size: string;
  readonly subnetId: string;
  readonly source: MarketplaceImage & {
    readonly plan?: { name: string; product: string; publisher: string };
  };
  readonly securityType: ImageSetPlan['definition']['securityType'];
  /** At most 15 characters: Windows' NetBIOS limit. */
  readonly computerName: string;
}

/** What is asked of the bench: one VM, made and taken away. Every call only starts its work. */
export interface Machines {
  readonly find: (ref: MachineRef) => Promise<Machine | undefined>;
  /** PUT by name, with an inline NIC and with OS disk and NIC that go with the machine. */
  readonly create: (ref: MachineRef, wanted: WantedMachine) => Promise<void>;
  readonly restart: (ref: MachineRef) => Promise<void>;
  readonly deallocate: (ref: MachineRef) => Promise<void>;
  readonly generalize: (ref: MachineRef) => Promise<void>;
  readonly remove: (ref: MachineRef) => Promise<void>;
  /** Whether the disk, NIC or other resource of this id is still there. */
  readonly exists: (resourceId: string) => Promise<boolean>;
}

export interface Script {
  readonly name: string;
  readonly script: string;
  readonly timeoutSeconds: number;
}

export interface ScriptRun {
  /** `gone-wrong` is Azure's own failure to run it, not the script's. */
  readonly state: 'running' | 'ended' | 'timed-out' | 'gone-wrong';
  readonly exitCode: number;
  /** The last 4 KB, output and errors together. */
  readonly output: string;
  readonly seconds: number;
}

/** Scripts run in a machine, as managed run commands. */
export interface Scripts {
  readonly find: (ref: MachineRef, name: string) => Promise<ScriptRun | undefined>;
  readonly start: (ref: MachineRef, location: string, script: Script) => Promise<void>;
  readonly remove: (ref: MachineRef, name: string) => Promise<void>;
}
