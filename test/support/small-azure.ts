import type { Machine, MachineAddress, Machines, RunCommand } from '../../shared/hosts/machine.ts';
import type { SessionHost, SessionHosts, UserSession } from '../../shared/hosts/session-host.ts';
import type { HostPools } from '../../shared/rollouts/host-pool.ts';
import type { Gallery, ScaleSets } from '../../shared/rollouts/scale-set.ts';
import { AppError } from '../../shared/errors.ts';
import { type Instant, secondsBetween } from '../../shared/instant.ts';
import type { World } from './world.ts';

/** How one machine behaves, besides what is done to it. */
export interface Temper {
  /** The first reimages that Azure accepts and breaks off, with the old disk in place. */
  readonly breaksOff: number;
  /** The first installations of the agent that fail, or end well and bring no host. */
  readonly installsFail: number;
  readonly installsSilently: number;
  /** After its reimage a fatal health check fails for good. */
  readonly isIll: boolean;
  /** Its agent updates itself for so long before it is available. */
  readonly upgradeMinutes: number;
}

export const evenTempered: Temper = {
  breaksOff: 0,
  installsFail: 0,
  installsSilently: 0,
  isIll: false,
  upgradeMinutes: 0,
};

interface MachineState {
  machine: Machine;
  temper: Temper;
  /** Since when an agent on it speaks; undefined while none does. */
  agentSince: Instant | undefined;
  lastHeartbeat: Instant | undefined;
  commands: Map<string, RunCommand>;
  reimages: number;
  /** As it was before anybody touched it. */
  readonly before: { readonly tag: string | undefined; readonly allowNewSession: boolean };
}

interface Session extends UserSession {
  told: number;
  endedBy?: 'user' | 'log-off' | 'reimage' | 'vanished';
}

const image = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i/versions';
export const oldVersion = `${image}/1.0.0`;
export const newVersion = `${image}/1.1.0`;
export const tag = 'exclude';
const wrongs = {
  sessions: 'reimaged with sessions',
  drain: 'reimaged while users could come',
  tag: 'reimaged while the scaling plan could interfere',
} as const;

/** One scale set and one host pool over it, small and true to what ports promise. Remembers what must not be. */
export class SmallAzure {
  readonly #world: World;
  readonly fleet = new Map<string, MachineState>();
  readonly registered = new Map<string, SessionHost>();
  readonly sessions = new Map<string, Map<string, Session>>();
  /** Every session there ever was. */
  readonly everySession: Session[] = [];
  readonly wrongs: string[] = [];
  readonly tokens = new Map<string, Instant>();
  readonly leaked: string[] = [];
  readonly sessionLimit = 10;
  model = oldVersion;
  #numbers = 0;

  constructor(world: World) {
    this.#world = world;
  }

  add(
    instanceId: string,
    { temper = evenTempered, isOff = false, isNew = false, isDrained = false, priorTag = '' } = {},
  ): string {
    const id = `/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines/${instanceId}`;
    const name = `avd-${instanceId}`;
    const machine: Machine = {
      id,
      instanceId,
      computerName: name,
      vmId: `vm-${instanceId}`,
      osDiskId: `${name}-disk-0`,
      imageVersionId: isNew ? newVersion : oldVersion,
      provisioningState: 'Succeeded',
      power: isOff ? 'deallocated' : 'running',
      tags: { team: 'desktops', ...(priorTag !== '' && { [tag]: priorTag }) },
    };
    const agentSince = isOff ? undefined : this.#world.now();
    this.fleet.set(instanceId, {
      machine,
      temper,
      agentSince,
      lastHeartbeat: agentSince,
      commands: new Map(),
      reimages: 0,
      before: { tag: priorTag || undefined, allowNewSession: !isDrained },
    });
    this.#register(name, machine, !isDrained);
    return name;
  }

  #register(name: string, machine: Machine, allowNewSession: boolean): void {
    this.registered.set(name, {
      name,
      resourceId: machine.id.toUpperCase(),
      virtualMachineId: machine.vmId,
      status: 'Available',
      lastHeartbeat: undefined,
      agentVersion: '1.0.1',
      healthChecks: [],
      allowNewSession,
      sessions: 0,
    });
  }

  stateOf(name: string): MachineState | undefined {
    return [...this.fleet.values()].find(({ machine }) => machine.computerName === name);
  }

  /** Someone takes the machine away, and what runs on it. */
  vanish(instanceId: string): void {
    const state = this.fleet.get(instanceId);
    if (!state) return;
    this.#cut(state.machine.computerName, 'vanished');
    this.registered.delete(state.machine.computerName);
    this.fleet.delete(instanceId);
  }

  /** A user comes where the broker lets him; the broker may have decided so a while ago. */
  arrive(user: string, staysSeconds: number): void {
    const open = [...this.registered.values()].filter(
      (host) =>
        host.allowNewSession && this.isUsable(host.name) && this.#count(host.name) < this.sessionLimit,
    );
    if (open.length === 0) return;
    const host = this.#world.random.oneOf(open).name;
    this.#world.after(this.#world.random.between(0, 60), () => {
      if (!this.isUsable(host)) return;
      const session: Session = { id: String((this.#numbers += 1)), user, state: 'Active', told: 0 };
      this.everySession.push(session);
      const here = this.sessions.get(host) ?? new Map<string, Session>();
      this.sessions.set(host, here.set(session.id, session));
      this.#world.after(staysSeconds, () => {
        if (here.delete(session.id)) session.endedBy = 'user';
      });
    });
  }

  isUsable(name: string): boolean {
    return this.registered.has(name) && this.#read(name)?.status === 'Available';
  }

  /** Places on hosts that take users, and the users who need one. */
  capacity(isTaken: (instanceId: string) => boolean): { usable: number; sessions: number } {
    const open = [...this.fleet.values()].filter(
      ({ machine }) =>
        !isTaken(machine.instanceId) &&
        this.isUsable(machine.computerName) &&
        this.registered.get(machine.computerName)?.allowNewSession,
    );
    const sessions = [...this.fleet.values()].reduce(
      (sum, { machine }) => sum + this.#count(machine.computerName),
      0,
    );
    return { usable: open.length * this.sessionLimit, sessions };
  }

  #count(name: string): number {
    return this.sessions.get(name)?.size ?? 0;
  }

  #cut(name: string, endedBy: 'reimage' | 'vanished'): void {
    for (const session of this.sessions.get(name)?.values() ?? []) session.endedBy = endedBy;
    this.sessions.delete(name);
  }

  /** The session host as the broker shows it now. */
  #read(name: string): SessionHost | undefined {
    const host = this.registered.get(name);
    if (!host) return undefined;
    const state = this.stateOf(name);
    const { agentSince, temper, machine } = state ?? {};
    const sessions = this.#count(name);
    if (!state || agentSince === undefined) {
      return { ...host, sessions, status: 'Unavailable', lastHeartbeat: state?.lastHeartbeat };
    }
    const isNew = state.reimages > 0;
    const age = secondsBetween(agentSince, this.#world.now());
    const isUpgrading = isNew && age < (temper?.upgradeMinutes ?? 0) * 60;
    const result = isNew && temper?.isIll ? 'HealthCheckFailed' : 'HealthCheckSucceeded';
    return {
      ...host,
      sessions,
      virtualMachineId: machine?.vmId ?? '',
      status: isUpgrading ? 'Upgrading' : result === 'HealthCheckFailed' ? 'Unavailable' : 'Available',
      lastHeartbeat: this.#world.now(),
      healthChecks: [{ name: 'DomainTrustCheck', result, message: '' }],
    };
  }

  #stateAt({ instanceId }: MachineAddress): MachineState {
    const state = this.fleet.get(instanceId);
    if (!state) throw new AppError('AzureRefused', `404: there is no instance ${instanceId}`);
    return state;
  }

  readonly machines: Machines = {
    list: async () => [...this.fleet.values()].map(({ machine }) => machine),
    read: async ({ instanceId }) => this.fleet.get(instanceId)?.machine,
    setTag: async (address, name, value) => {
      const state = this.#stateAt(address);
      const { [name]: _, ...others } = state.machine.tags;
      state.machine = { ...state.machine, tags: value === undefined ? others : { ...others, [name]: value } };
    },
    start: async (address) => {
      const state = this.#stateAt(address);
      if (state.machine.power !== 'deallocated') return;
      state.machine = { ...state.machine, power: 'starting' };
      this.#world.after(60, () => {
        state.machine = { ...state.machine, power: 'running' };
      });
    },
    reimage: async (address) => this.#reimage(this.#stateAt(address)),
    runCommand: async (address, name) => this.#stateAt(address).commands.get(name),
    startRunCommand: async (address, { name, protectedParameters }) => {
      this.#install(this.#stateAt(address), name, Object.values(protectedParameters)[0] ?? '');
    },
    removeRunCommand: async ({ instanceId }, name) => {
      this.fleet.get(instanceId)?.commands.delete(name);
    },
  };

  #reimage(state: MachineState): void {
    const { computerName: name, provisioningState, tags } = state.machine;
    if (provisioningState === 'Updating') throw new AppError('AzureBusy', 'the instance is being updated');
    if (this.#count(name) > 0) this.wrongs.push(`${name} ${wrongs.sessions}`);
    if (this.registered.get(name)?.allowNewSession) this.wrongs.push(`${name} ${wrongs.drain}`);
    if (tags[tag] === undefined) this.wrongs.push(`${name} ${wrongs.tag}`);
    state.machine = { ...state.machine, provisioningState: 'Updating' };
    const image = this.model;
    const isBrokenOff = state.temper.breaksOff > 0;
    if (isBrokenOff) state.temper = { ...state.temper, breaksOff: state.temper.breaksOff - 1 };
    if (!isBrokenOff) {
      state.lastHeartbeat = state.agentSince && this.#world.now();
      state.agentSince = undefined;
      this.#cut(name, 'reimage');
    }
    this.#world.after(this.#world.random.between(180, 480), () => {
      if (isBrokenOff) {
        state.machine = { ...state.machine, provisioningState: 'Failed' };
        return;
      }
      state.reimages += 1;
      const osDiskId = `${name}-disk-${state.reimages}`;
      state.machine = { ...state.machine, provisioningState: 'Succeeded', osDiskId, imageVersionId: image };
    });
  }

  /** Runs the agent's installer: it joins the pool with a token that is good, unless a record bars the way. */
  #install(state: MachineState, command: string, token: string): void {
    const { machine } = state;
    if (machine.power !== 'running') throw new AppError('AzureBusy', 'the machine is not running');
    const { osDiskId } = machine;
    const run = (how: RunCommand) => state.commands.set(command, how);
    run({ state: 'Running', exitCode: undefined, output: '' });
    this.#world.after(this.#world.random.between(60, 180), () => {
      if (state.machine.osDiskId !== osDiskId) return;
      const expires = this.tokens.get(token);
      const isGood = expires !== undefined && expires > this.#world.now();
      const { installsFail, installsSilently } = state.temper;
      if (!isGood || installsFail > 0) {
        state.temper = { ...state.temper, installsFail: Math.max(0, installsFail - 1) };
        run({
          state: 'Failed',
          exitCode: 1603,
          output: `the installer failed with REGISTRATIONTOKEN=${token}`,
        });
        return;
      }
      run({ state: 'Succeeded', exitCode: 0, output: '' });
      if (installsSilently > 0) {
        state.temper = { ...state.temper, installsSilently: installsSilently - 1 };
        return;
      }
      this.#world.after(this.#world.random.between(60, 90), () => {
        const { computerName } = state.machine;
        const isThere = this.fleet.get(machine.instanceId) === state && !this.registered.has(computerName);
        if (!isThere || state.machine.osDiskId !== osDiskId) return;
        this.#register(computerName, state.machine, true);
        state.agentSince = this.#world.now();
      });
    });
  }

  readonly sessionHosts: SessionHosts = {
    list: async () => [...this.registered.keys()].flatMap((name) => this.#read(name) ?? []),
    read: async (_, name) => this.#read(name),
    setAllowNewSession: async (_, name, allowNewSession) => {
      const host = this.registered.get(name);
      if (host) this.registered.set(name, { ...host, allowNewSession });
    },
    remove: async (_, name) => {
      if (this.#count(name) > 0) throw new AppError('AzureRefused', `${name} has sessions`);
      this.registered.delete(name);
    },
    sessions: async (_, name) => [...(this.sessions.get(name)?.values() ?? [])],
    sendMessage: async (_, name, id) => {
      const session = this.sessions.get(name)?.get(id);
      if (session) session.told += 1;
    },
    logOff: async (_, name, id) => {
      const session = this.sessions.get(name)?.get(id);
      if (!session) return;
      session.endedBy = 'log-off';
      this.sessions.get(name)?.delete(id);
    },
    registrationToken: async (_, minutes) => {
      const token = `eyJhbGciOiJub25lIn0.secret${(this.#numbers += 1)}.signature`;
      this.tokens.set(token, new Date(Date.parse(this.#world.now()) + minutes * 60_000).toISOString());
      return token;
    },
  };

  readonly scaleSets: ScaleSets = {
    model: async () => ({
      location: 'westeurope',
      imageVersionId: this.model,
      provisioningState: 'Succeeded',
    }),
    setModelImage: async (_, imageVersionId) => {
      this.model = imageVersionId;
    },
    list: this.machines.list,
  };

  readonly hostPools: HostPools = {
    hostPool: async () => ({ maxSessionLimit: this.sessionLimit }),
    list: this.sessionHosts.list,
  };

  readonly gallery: Gallery = { completedRegions: async () => ['North Europe', 'West Europe'] };
}
