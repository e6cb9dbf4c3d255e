import type { Instant } from '../instant.ts';
import type { MarketplaceImage, OsState, PurchasePlan } from './source.ts';

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
}

export interface WantedMachine {
  readonly owner: string;
  readonly location: string;
  readonly size: string;
  readonly subnetId: string;
  readonly osType: 'Windows' | 'Linux';
  readonly from: MachineSource;
  readonly plan?: PurchasePlan;
  readonly securityType: 'Standard' | 'TrustedLaunch';
  /** At most 15 characters: Windows' NetBIOS limit. Only a generalised image is given one. */
  readonly computerName: string;
  readonly osDiskName: string;
  readonly nicName: string;
  readonly dataDisks: readonly WantedDataDisk[];
  /** The user-assigned identity that it writes its log with. */
  readonly identityId?: string;
}

export type MachineSource =
  | {
      readonly image: MarketplaceImage | { readonly id: string };
      readonly osState: OsState;
      /** Whose the image is, where it is another tenant's. */
      readonly tenantId?: string;
    }
  | { readonly osDiskId: string };

export interface WantedDataDisk {
  readonly lun: number;
  readonly id: string;
  readonly name: string;
  /** `ready`: the disk of that id is there already, and is attached. */
  readonly made: 'from-image' | { readonly emptyGB: number } | 'ready';
}

/** What is asked of the bench: one VM, made and taken away. Every call only starts its work. */
export interface Machines {
  readonly find: (ref: MachineRef) => Promise<Machine | undefined>;
  /** PUT by name, with an inline NIC, and with disks and NIC that go with the machine. */
  readonly create: (ref: MachineRef, wanted: WantedMachine) => Promise<void>;
  readonly start: (ref: MachineRef) => Promise<void>;
  readonly restart: (ref: MachineRef) => Promise<void>;
  readonly deallocate: (ref: MachineRef) => Promise<void>;
  readonly generalize: (ref: MachineRef) => Promise<void>;
  readonly remove: (ref: MachineRef) => Promise<void>;
}

export interface Script {
  readonly name: string;
  /** The id of the version that it runs for, which is the value of its tag. */
  readonly owner: string;
  readonly script: string;
  readonly timeoutSeconds: number;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Handed to the machine protected: Azure never shows them again. */
  readonly secretParameters?: Readonly<Record<string, string>>;
  readonly runAs?: { readonly user: string; readonly password: string };
  /** Where the whole output goes, without `.out` and `.err`, and the identity that the machine writes it with. */
  readonly log?: { readonly blobUri: string; readonly identityClientId: string };
}

export interface ScriptRun {
  /** `gone-wrong` is Azure's own failure to run it, not the script's. */
  readonly state: 'running' | 'ended' | 'timed-out' | 'gone-wrong';
  readonly exitCode: number;
  /** The last 4 KB, output and errors together. */
  readonly output: string;
  readonly seconds: number;
  /** For which version it runs; undefined when it is not ours. */
  readonly owner: string | undefined;
}

/** Scripts run in a machine, as managed run commands. */
export interface Scripts {
  readonly find: (ref: MachineRef, name: string) => Promise<ScriptRun | undefined>;
  readonly start: (ref: MachineRef, location: string, script: Script) => Promise<void>;
  readonly remove: (ref: MachineRef, name: string) => Promise<void>;
  /** The names of those on the machine that are ours: all, or only those that ran for this version. */
  readonly ours: (ref: MachineRef, owner?: string) => Promise<readonly string[]>;
}
