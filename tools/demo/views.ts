/** The parts of Goldsmith's answers that the demo reads, as a client writes them down from the documentation. */

export interface VersionView {
  readonly version: string;
  readonly status: string;
  readonly stage?: string;
  readonly since: string;
  readonly waitingFor?: string;
  readonly failure?: { readonly code: string; readonly message: string };
  /** What it was resolved to: of the marketplace, here. */
  readonly source: {
    readonly resolved?: {
      readonly exact: { readonly offer: string; readonly sku: string; readonly version: string };
    };
  };
  readonly steps: readonly { readonly name: string }[];
  readonly regions: Readonly<Record<string, { readonly state: string; readonly percent: number }>>;
}

/** The whole way of a version, from its build to its last channel. */
export interface ReleaseView {
  readonly status: string;
  readonly stage?: string;
  readonly channel?: string;
  readonly since: string;
  readonly waitingFor?: string;
  readonly failure?: { readonly code: string; readonly message: string };
  readonly channels: readonly {
    readonly name: string;
    readonly passedAt?: string;
    readonly approval?: { readonly status: string };
  }[];
}

export interface ChannelView {
  readonly name: string;
  readonly status: string;
  readonly holds?: { readonly version: string; readonly rollouts: readonly string[] };
}

export interface HistoryLine {
  readonly at: string;
  readonly type: string;
  readonly stage?: string;
  readonly news?: string;
}

export interface HostPoolView {
  readonly name: string;
  /** What Azure calls it. */
  readonly hostPool: string;
  readonly channel: string;
  readonly policy: { readonly floor: { readonly percent: number } };
}

export interface RolloutView {
  readonly id: string;
  /** Our name of the pool. */
  readonly hostPool: string;
  readonly status: string;
  readonly waitingFor?: string;
  readonly capacity?: { readonly usable: number; readonly need: number; readonly perHost: number };
}

export interface HostView {
  readonly instanceId: string;
  readonly name: string;
  /** How it ended, or `admitted` until the work on it has begun. */
  readonly outcome: string;
  readonly status?: string;
  readonly stage?: string;
  readonly told: readonly Told[];
  readonly loggedOff: readonly { readonly user: string }[];
  readonly admittedAt: string;
  readonly endedAt?: string;
  readonly seconds: { readonly users: number; readonly azure: number; readonly own: number };
}

export interface Told {
  readonly session: string;
  readonly user: string;
  /** False if nobody knows whether the message arrived. */
  readonly confirmed: boolean;
}

export interface HostHistoryLine extends HistoryLine {
  readonly facts?: { readonly told?: readonly Told[] };
}
