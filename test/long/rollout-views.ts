import type { Json } from '../end-to-end/bad-requests.ts';

/** A host as `GET /rollouts/{rollout}/hosts` shows it. */
export interface HostView {
  readonly instanceId: string;
  readonly name: string;
  readonly sessionHost: string;
  readonly outcome: string;
  readonly why: string;
  readonly status?: string;
  readonly stage?: string;
  readonly attempt?: number;
  readonly admittedAt: string;
  readonly goAt?: string;
  readonly endedAt?: string;
  readonly nextLookAt?: string;
  readonly waitingFor?: string;
  readonly failure?: { readonly code: string };
  readonly told: readonly { user: string; at: string; reminded?: readonly { minutes: number }[] }[];
  readonly loggedOff: readonly { user: string }[];
}

export interface RolloutView {
  readonly id: string;
  readonly status: string;
  readonly stage?: string;
  readonly nextLookAt?: string;
  readonly failure?: { readonly code: string; readonly message: string };
  readonly hosts: Readonly<Record<string, number>>;
  readonly lowest?: { readonly usable: number; readonly need: number };
}

export interface Explained {
  readonly movement: string;
  readonly because: readonly { readonly code: string; readonly message: string }[];
}

/** What the simulated Azure knows of a host, whatever Goldsmith says. */
export interface HostTruth {
  readonly name: string;
  readonly instanceId: string;
  readonly resourceId: string;
  readonly imageVersion: string | null;
  readonly osDisk: string;
  readonly provisioningState: string;
  readonly power: string;
  readonly registered: boolean;
  readonly usable: boolean;
  readonly allowNewSession: boolean | null;
  readonly sessions: readonly { readonly id: number; readonly user: string; readonly state: string }[];
  readonly tags: Readonly<Record<string, string>>;
  readonly reimages: number;
}

export interface PoolTruth {
  readonly hosts: readonly HostTruth[];
  readonly capacity: {
    readonly lowest: number;
    /** When there was least room beyond the sessions. */
    readonly tightest: { readonly usable: number; readonly sessions: number };
  };
  readonly users: {
    readonly messaged: readonly {
      readonly objectId: string;
      readonly user: string;
      readonly host: string;
      readonly title: string;
      readonly times: number;
      readonly at: readonly string[];
    }[];
    readonly loggedOff: readonly {
      readonly user: string;
      readonly host: string;
      readonly at: string;
      readonly state: string;
    }[];
    readonly cutOff: readonly { readonly user: string; readonly host: string }[];
    readonly profilesTorn: readonly object[];
    readonly turnedAway: readonly object[];
  };
}

/** A request that reached the simulated Azure. */
export interface ArmRequest {
  readonly n: number;
  /** Virtual time. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body?: { readonly properties?: Json; readonly tags?: Json } & Json;
}
