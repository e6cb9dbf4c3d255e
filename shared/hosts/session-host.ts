import type { HealthReading } from './health.ts';

/** A host pool of Azure Virtual Desktop, as Azure addresses it. */
export interface HostPoolAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly hostPool: string;
}

/** A session host, as the broker of its pool sees it. */
export interface SessionHost extends HealthReading {
  /** The last part of the name that Azure gives: without the host pool. */
  readonly name: string;
  /** The machine under it, in whatever case Azure writes it; empty if it does not say. */
  readonly resourceId: string;
  readonly virtualMachineId: string;
  readonly allowNewSession: boolean;
  readonly sessions: number;
  /** Of a personal desktop, by user principal name; empty if it is nobody's. */
  readonly assignedUser: string;
}

export interface UserSession {
  /** The last part of its name; unique on its host as long as the session lasts. */
  readonly id: string;
  /** `user@domain` or whatever Azure knows the user by. */
  readonly user: string;
  /** Azure's word: `Active`, `Disconnected`, `Pending`, `LogOff`, … */
  readonly state: string;
}

/** A session among all of a pool. */
export interface PoolSession extends UserSession {
  /** The host it is on, as `SessionHost.name`. */
  readonly host: string;
}

export interface Message {
  readonly title: string;
  readonly body: string;
}

/** What bringing a host to a version needs of its host pool. Names of session hosts as `SessionHost.name`. */
export interface SessionHosts {
  readonly list: (pool: HostPoolAddress) => Promise<readonly SessionHost[]>;
  /** The session host, or undefined if Azure says 404. */
  readonly read: (pool: HostPoolAddress, host: string) => Promise<SessionHost | undefined>;
  /** Repeatable; does nothing if there is no such session host any more. */
  readonly setAllowNewSession: (pool: HostPoolAddress, host: string, allow: boolean) => Promise<void>;
  /** Gives a personal desktop to its user. Repeatable. */
  readonly assign: (pool: HostPoolAddress, host: string, user: string) => Promise<void>;
  /** Without force: Azure refuses while there are sessions. Gone afterwards, whether it was there or not. */
  readonly remove: (pool: HostPoolAddress, host: string) => Promise<void>;
  /** None if the session host itself is gone. */
  readonly sessions: (pool: HostPoolAddress, host: string) => Promise<readonly UserSession[]>;
  /** Every session on every host of the pool. */
  readonly sessionsOfPool: (pool: HostPoolAddress) => Promise<readonly PoolSession[]>;
  /** Shown to the user each time this is called; does nothing if the session has ended. */
  readonly sendMessage: (
    pool: HostPoolAddress,
    host: string,
    session: string,
    message: Message,
  ) => Promise<void>;
  /** Ends the session whatever runs in it. Repeatable; fine if it has ended. */
  readonly logOff: (pool: HostPoolAddress, host: string, session: string) => Promise<void>;
  /**
   * A registration token that is good for at least `minutes` more. The pool's present one is handed out
   * while it lasts that long: a new one would cut off hosts that are registering with it.
   */
  readonly registrationToken: (pool: HostPoolAddress, minutes: number) => Promise<string>;
}
