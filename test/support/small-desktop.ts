import { AppError } from '../../shared/errors.ts';
import type { SessionHost, SessionHosts, UserSession } from '../../shared/hosts/session-host.ts';
import type { Instant } from '../../shared/instant.ts';
import type { HostPools, ScalingPlanReading } from '../../shared/rollouts/host-pool.ts';
import type { World } from './world.ts';

/** A session there is or was, and how it fared. */
export interface Session extends UserSession {
  state: string;
  readonly host: string;
  told: number;
  /** When its user came back to it, having left it disconnected. */
  backAt?: Instant;
  endedBy?: 'user' | 'log-off' | 'reimage' | 'vanished';
  endedAt?: Instant;
}

/** When a user disconnects, counted from when he came, and for how long. */
export interface Absence {
  readonly afterSeconds: number;
  readonly seconds: number;
}

/** What the broker hears from the machine under a session host. */
export type Pulse = Pick<
  SessionHost,
  'status' | 'lastHeartbeat' | 'healthChecks' | 'resourceId' | 'virtualMachineId'
>;

export const sessionLimit = 10;

/** One host pool and its users, true to what the ports promise. */
export class SmallDesktop {
  readonly #world: World;
  readonly #pulseOf: (name: string) => Pulse;
  readonly #open = new Map<string, boolean>();
  readonly #unnoticed = new Set<string>();
  /** Whose desktops they are. */
  readonly #users = new Map<string, string>();
  type: 'Pooled' | 'Personal' = 'Pooled';
  scalingPlan?: ScalingPlanReading;
  readonly #sessions = new Map<string, Map<string, Session>>();
  readonly #tokens = new Map<string, Instant>();
  /** Every session there ever was. */
  readonly everySession: Session[] = [];
  /** Users whom the broker sent to a host that was taken away before they came. */
  readonly bounced: string[] = [];
  /** Which of the hosts that take users the broker gives the next. */
  pick: (open: readonly string[]) => string;
  /** How long the broker takes to heed a drain flag that it was told. */
  flagSeconds: () => number = () => 0;
  /** Users who close the lid instead of signing out; nobody does if not told. */
  absence: () => Absence | undefined = () => undefined;
  readonly #flags = new Map<string, { readonly is: boolean }>();
  #numbers = 0;

  constructor(world: World, pulseOf: (name: string) => Pulse) {
    this.#world = world;
    this.#pulseOf = pulseOf;
    this.pick = (open) => world.random.oneOf(open);
  }

  /** A record of the host in the pool; a new one takes users at once. */
  register(name: string, allowNewSession = true): void {
    this.#open.set(name, allowNewSession);
  }

  assign(name: string, user: string): void {
    this.#users.set(name, user);
  }

  userOf(name: string): string {
    return this.#users.get(name) ?? '';
  }

  isRegistered(name: string): boolean {
    return this.#open.has(name);
  }

  isOpen(name: string): boolean | undefined {
    return this.#open.get(name);
  }

  takesUsers(name: string): boolean {
    return this.isOpen(name) === true && this.#pulseOf(name).status === 'Available';
  }

  admits(token: string): boolean {
    return (this.#tokens.get(token) ?? '') > this.#world.now();
  }

  count(name: string): number {
    return this.#sessions.get(name)?.size ?? 0;
  }

  forget(name: string): void {
    this.cut(name, 'vanished');
    this.#open.delete(name);
    this.#users.delete(name);
  }

  cut(name: string, endedBy: 'reimage' | 'vanished'): void {
    for (const session of this.#sessions.get(name)?.values() ?? []) session.endedBy = endedBy;
    this.#sessions.delete(name);
  }

  /** A person takes the host out of drain; so late or so shortly that no user comes to know of it, if need be. */
  lift(name: string, { unnoticed }: { unnoticed: boolean }): void {
    if (!this.#open.has(name)) return;
    this.#open.set(name, true);
    if (unnoticed) this.#unnoticed.add(name);
  }

  /** A user comes where the broker lets him, and it may have decided so a minute ago. */
  arrive(user: string, staysSeconds: number): void {
    const open = [...this.#open.keys()].filter(
      (host) => this.takesUsers(host) && this.count(host) < sessionLimit && !this.#unnoticed.has(host),
    );
    if (open.length === 0) return;
    const host = this.pick(open);
    this.#world.after(this.#world.random.between(0, 60), () => {
      if (!this.isRegistered(host)) return;
      if (this.#pulseOf(host).status !== 'Available') {
        this.bounced.push(`${user} was sent to ${host} and found it gone`);
        return;
      }
      this.seat(user, host, staysSeconds);
    });
  }

  /** A user is on the host from now on. */
  seat(user: string, host: string, staysSeconds: number): void {
    const session: Session = { id: String((this.#numbers += 1)), user, host, state: 'Active', told: 0 };
    this.everySession.push(session);
    const here = this.#sessions.get(host) ?? new Map<string, Session>();
    this.#sessions.set(host, here.set(session.id, session));
    this.#world.after(staysSeconds, () => {
      if (here.delete(session.id)) session.endedBy = 'user';
    });
    const absence = this.absence();
    if (!absence) return;
    this.#world.after(absence.afterSeconds, () => this.disconnect(session));
    this.#world.after(absence.afterSeconds + absence.seconds, () => this.reconnect(session));
  }

  disconnect(session: Session): void {
    if (session.endedBy === undefined) session.state = 'Disconnected';
  }

  /** To the same host, drained or not. */
  reconnect(session: Session): void {
    if (session.endedBy !== undefined || session.state === 'Active') return;
    session.state = 'Active';
    session.backAt = this.#world.now();
  }

  /** The last that was said counts, however late it is heeded. */
  #setFlag(name: string, allowNewSession: boolean): void {
    if (this.#flags.get(name)?.is === allowNewSession) return; // said already, and on its way
    const flag = { is: allowNewSession };
    this.#flags.set(name, flag);
    const heed = () => {
      if (this.#flags.get(name) !== flag) return;
      this.#flags.delete(name);
      this.#unnoticed.delete(name);
      if (this.#open.has(name)) this.#open.set(name, allowNewSession);
    };
    const seconds = this.flagSeconds();
    if (seconds > 0) this.#world.after(seconds, heed);
    else heed();
  }

  #read(name: string): SessionHost | undefined {
    const allowNewSession = this.#open.get(name);
    if (allowNewSession === undefined) return undefined;
    return {
      name,
      agentVersion: '1.0.1',
      allowNewSession,
      sessions: this.count(name),
      assignedUser: this.userOf(name),
      ...this.#pulseOf(name),
    };
  }

  sessionHosts: SessionHosts = {
    list: async () => [...this.#open.keys()].flatMap((name) => this.#read(name) ?? []),
    read: async (_, name) => this.#read(name),
    setAllowNewSession: async (_, name, allowNewSession) => {
      if (!this.#open.has(name)) throw new AppError('NotFound', `there is no session host ${name}`);
      this.#setFlag(name, allowNewSession);
    },
    assign: async (_, name, user) => {
      if (!this.#open.has(name)) throw new AppError('NotFound', `there is no session host ${name}`);
      const other = [...this.#users].find(([host, whose]) => host !== name && whose === user);
      if (other) throw new AppError('AzureRefused', `400: ${user} is already assigned to ${other[0]}`);
      this.assign(name, user);
    },
    remove: async (_, name) => {
      if (this.count(name) > 0) throw new AppError('AzureRefused', `${name} has sessions`);
      this.#open.delete(name);
      // It goes with the record: whoever signs in next may be given the desktop.
      this.#users.delete(name);
    },
    sessions: async (_, name) =>
      Array.from(this.#sessions.get(name)?.values() ?? [], ({ id, user, state }) => ({ id, user, state })),
    sessionsOfPool: async () =>
      [...this.#sessions].flatMap(([host, sessions]) =>
        Array.from(sessions.values(), ({ id, user, state }) => ({ id, user, state, host })),
      ),
    sendMessage: async (_, name, id) => {
      const session = this.#sessions.get(name)?.get(id);
      if (!session) throw new AppError('NotFound', `session ${id} on ${name} has ended`);
      session.told += 1;
    },
    logOff: async (_, name, id) => {
      const session = this.#sessions.get(name)?.get(id);
      if (!session) return;
      session.endedBy = 'log-off';
      session.endedAt = this.#world.now();
      this.#sessions.get(name)?.delete(id);
    },
    registrationToken: async (_, minutes) => {
      const token = `eyJhbGciOiJub25lIn0.secret${(this.#numbers += 1)}.signature`;
      this.#tokens.set(token, new Date(Date.parse(this.#world.now()) + minutes * 60_000).toISOString());
      return token;
    },
  };

  hostPools: HostPools = {
    hostPool: async () => ({
      maxSessionLimit: sessionLimit,
      type: this.type,
      managedNatively: false,
      ...(this.scalingPlan && { scalingPlan: this.scalingPlan }),
    }),
    list: this.sessionHosts.list,
  };
}
