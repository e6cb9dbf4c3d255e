import type { Failure } from '../errors.ts';
import type { MachineAddress } from './course.ts';

/** What gates need of a host pool that is linked to the channel. */
export interface LinkedPool {
  readonly name: string;
  readonly pool: {
    readonly link: {
      readonly subscriptionId: string;
      readonly resourceGroup: string;
      readonly hostPool: string;
      /** Where its machines are: in a scale set, or alone in a resource group. */
      readonly scaleSet?: { readonly resourceGroup: string; readonly name: string };
      readonly virtualMachines?: { readonly resourceGroup: string };
      readonly location: string;
      readonly policy: {
        readonly healthy: { readonly fatalChecks: readonly string[]; readonly heartbeatMinutes: number };
      };
    };
  };
}

/** Where Azure keeps the machines of a pool. */
export function fleetOf({ pool: { link } }: LinkedPool): AskedOfPool['scaleSet'] {
  const { subscriptionId, scaleSet, virtualMachines } = link;
  if (scaleSet) return { subscriptionId, resourceGroup: scaleSet.resourceGroup, scaleSet: scaleSet.name };
  return { subscriptionId, resourceGroup: virtualMachines?.resourceGroup ?? '' };
}

/** What is asked of every host of a pool. */
export interface AskedOfPool {
  readonly pool: {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly hostPool: string;
  };
  readonly scaleSet: {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly scaleSet?: string;
  };
  readonly imageVersionId: string;
  readonly healthy: {
    /** AVD health checks by Azure's name. */
    readonly fatalChecks: readonly string[];
    readonly heartbeatMinutes: number;
    readonly minAgentVersion?: string;
  };
}

/** A host, what it answered, and which machine it is. */
export interface ExaminedHost {
  readonly host: string;
  readonly instanceId: string;
  readonly vmId: string;
  readonly osDiskId: string;
  readonly power: 'running' | 'starting' | 'stopped' | 'deallocated' | 'unknown';
  readonly checks: readonly {
    readonly name: string;
    readonly outcome: 'passed' | 'failed' | 'inconclusive';
    readonly evidence: string;
  }[];
}

/** A script that was started on a host, as Azure shows it. */
export interface ProbeRun {
  readonly state: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Canceled';
  readonly exitCode: number | undefined;
  /** The last 4 KB of each. */
  readonly output: string;
  readonly error: string;
}

export interface NewProbe {
  readonly name: string;
  readonly location: string;
  /** PowerShell. */
  readonly script: string;
  readonly timeoutSeconds: number;
}

/** Scripts in the guests of scale-set instances. A call comes back once Azure has taken it, not once it is done. */
export interface Probes {
  /** The script of that name, or undefined if Azure has none. */
  readonly find: (machine: MachineAddress, name: string) => Promise<ProbeRun | undefined>;
  /** Must be asked once: a second one of the same name may run the script again. */
  readonly start: (machine: MachineAddress, probe: NewProbe) => Promise<void>;
  /** Stops it if it runs; gone afterwards, whether it was there or not. */
  readonly remove: (machine: MachineAddress, name: string) => Promise<void>;
}

/** Another system's answer; status 0 when there was none. */
export interface CallAnswer {
  readonly status: number;
  readonly body: string;
  /** Why it was not even asked, and never will be. */
  readonly refused?: string;
}

/** Tells another system, over https and without following redirects. Never throws. */
export type CallSystem = (url: string, key: string, body: object) => Promise<CallAnswer>;

/** What a channel holds now, and what it held before. */
export interface Holding {
  readonly number: string;
  readonly versionId: string;
  readonly imageVersionId: string;
  readonly previous?: { readonly number: string; readonly versionId: string };
}

/** What gates need of everything else. Handed in: a capability knows only itself. */
export interface Ports {
  readonly poolsOf: (set: string, channel: string) => Promise<readonly LinkedPool[]>;
  readonly examine: (asked: AskedOfPool) => Promise<readonly ExaminedHost[]>;
  readonly probes: Probes;
  /** The size of a version in the gallery, if it is known. */
  readonly imageSizeGb: (set: string, number: string) => Promise<number | undefined>;
  readonly call: CallSystem;
  /** Whether anything may use the version now: undefined, or why not. */
  readonly refusal: (set: string, number: string) => Promise<Failure | undefined>;
  /** Where a report with this token goes. */
  readonly reportUrl: (token: string) => string;
  /** At least 32 bytes that nobody can guess, in letters, digits, - and _. */
  readonly newSecret: () => string;
}
