import { AppError } from '../../shared/errors.ts';
import type { Machine, MachineAddress, Machines, RunCommand } from '../../shared/hosts/machine.ts';
import type { Secrets } from '../../shared/hosts/secrets.ts';
import { type Instant, secondsBetween } from '../../shared/instant.ts';
import type { Gallery, Fleets } from '../../shared/rollouts/fleet.ts';
import { type Pulse, sessionLimit, SmallDesktop } from './small-desktop.ts';
import type { World } from './world.ts';

/** How one machine behaves, besides what is done to it. */
export interface Temper {
  /** The first reimages that Azure accepts and breaks off, with the old disk in place. */
  readonly breaksOff: number;
  /** A reimage gives it the image again that it was made from, whatever the model says. */
  readonly keepsImage: boolean;
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
  keepsImage: false,
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
  readonly commands: Map<string, RunCommand>;
  /** Disks that were replaced. */
  reimages: number;
  /** As it was before anybody touched it. */
  readonly before: { readonly tag: string | undefined; readonly allowNewSession: boolean };
}

const image = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i/versions';
const scaleSet = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/set';
export const oldVersion = `${image}/1.0.0`;
export const newVersion = `${image}/1.1.0`;
export const tag = 'exclude';

const unasked = new Proxy({} as Machines['standAlone'], {
  get: (_, what) => async () => {
    throw new Error(`an instance of a scale set is asked to ${String(what)}`);
  },
});

/** One scale set under one host pool, true to what the ports promise. Writes down what must not be. */
export class SmallAzure {
  readonly #world: World;
  readonly fleet = new Map<string, MachineState>();
  readonly desktop: SmallDesktop;
  readonly wrongs: string[] = [];
  model = oldVersion;
  /** How long the next reimage takes. */
  reimageSeconds: (instanceId: string) => number;
  /** From the new disk until the VM agent reports. */
  bootSeconds: (instanceId: string) => number = () => 60;
  /** How long the installer of the desktop agent runs. */
  installSeconds: (instanceId: string) => number;
  /** From its end until the host appears in its pool. */
  appearSeconds: (instanceId: string) => number;
  /** Hears of what somebody may be waiting for, when it happens. */
  onChange: (what: 'reimaged' | 'booted' | 'registered', instanceId: string) => void = () => {};
  readonly #byName = new Map<string, MachineState>();

  constructor(world: World) {
    this.#world = world;
    this.reimageSeconds = () => world.random.between(30, 480);
    this.installSeconds = () => world.random.between(60, 180);
    this.appearSeconds = () => world.random.between(60, 90);
    this.desktop = new SmallDesktop(world, (name) => this.#pulseOf(name));
  }

  add(
    instanceId: string,
    { temper = evenTempered, isOff = false, isNew = false, isDrained = false, priorTag = '' } = {},
  ): void {
    const agentSince = isOff ? undefined : this.#world.now();
    const computerName = `avd-${instanceId}`;
    const state: MachineState = {
      machine: {
        id: `${scaleSet}/virtualMachines/${instanceId}`,
        instanceId,
        computerName,
        vmId: `vm-${instanceId}`,
        size: 'Standard_D4s_v5',
        osDiskId: `${computerName}-disk-0`,
        agentReady: true,
        imageVersionId: isNew ? newVersion : oldVersion,
        provisioningState: 'Succeeded',
        power: isOff ? 'deallocated' : 'running',
        tags: { team: 'desktops', ...(priorTag !== '' && { [tag]: priorTag }) },
      },
      temper,
      agentSince,
      lastHeartbeat: agentSince,
      commands: new Map(),
      reimages: 0,
      before: { tag: priorTag || undefined, allowNewSession: !isDrained },
    };
    this.fleet.set(instanceId, state);
    this.#byName.set(computerName, state);
    this.desktop.register(computerName, !isDrained);
  }

  /** Someone takes the machine away, and what runs on it. */
  vanish(instanceId: string): void {
    const state = this.fleet.get(instanceId);
    if (state) {
      this.desktop.forget(state.machine.computerName);
      this.#byName.delete(state.machine.computerName);
    }
    this.fleet.delete(instanceId);
  }

  /** Someone powers the machine off, under whoever is on it; not while Azure is at work on it. */
  powerOff(instanceId: string): boolean {
    const state = this.fleet.get(instanceId);
    if (!state || state.machine.provisioningState !== 'Succeeded' || state.machine.power !== 'running')
      return false;
    state.machine = { ...state.machine, power: 'deallocated' };
    for (const [name, { state: is }] of state.commands) {
      if (is === 'Running') state.commands.set(name, { state: 'Failed', exitCode: -1, output: 'cut off' });
    }
    state.lastHeartbeat = state.agentSince && this.#world.now();
    state.agentSince = undefined;
    this.desktop.cut(state.machine.computerName, 'vanished');
    return true;
  }

  /** Places on hosts that take users and are not taken away, and the users who need one. */
  capacity(isTaken: (instanceId: string) => boolean): { usable: number; sessions: number; all: number } {
    const machines = [...this.fleet.values()].map(({ machine }) => machine);
    const open = machines.filter(
      ({ instanceId, computerName }) => !isTaken(instanceId) && this.desktop.takesUsers(computerName),
    );
    const sessions = machines.reduce((sum, { computerName }) => sum + this.desktop.count(computerName), 0);
    return { usable: open.length * sessionLimit, sessions, all: machines.length * sessionLimit };
  }

  #pulseOf(name: string): Pulse {
    const state = this.#byName.get(name);
    if (!state) {
      const ids = { resourceId: '', virtualMachineId: '' };
      return { ...ids, status: 'Unavailable', lastHeartbeat: undefined, healthChecks: [] };
    }
    const { machine, agentSince, lastHeartbeat, reimages, temper } = state;
    // The broker writes ids in another case than Compute does.
    const ids = { resourceId: machine.id.toUpperCase(), virtualMachineId: machine.vmId };
    if (agentSince === undefined) return { ...ids, status: 'Unavailable', lastHeartbeat, healthChecks: [] };
    const now = this.#world.now();
    const isIll = reimages > 0 && temper.isIll;
    const isUpgrading = reimages > 0 && secondsBetween(agentSince, now) < temper.upgradeMinutes * 60;
    const result = isIll ? 'HealthCheckFailed' : 'HealthCheckSucceeded';
    const healthChecks = [{ name: 'DomainTrustCheck', result, message: '' }];
    const grown = isIll ? 'Unavailable' : 'Available';
    return { ...ids, status: isUpgrading ? 'Upgrading' : grown, lastHeartbeat: now, healthChecks };
  }

  #stateAt({ instanceId }: MachineAddress): MachineState {
    const state = this.fleet.get(instanceId);
    if (!state) throw new AppError('AzureRefused', `404: there is no instance ${instanceId}`);
    return state;
  }

  machines: Machines = {
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
    deallocate: async (address) => {
      this.powerOff(address.instanceId);
    },
    standAlone: unasked,
    reimage: async (address) => {
      const state = this.#stateAt(address);
      this.#reimage(state, state.temper.keepsImage ? state.machine.imageVersionId : this.model);
    },
    applyModel: async (address) => this.#reimage(this.#stateAt(address), this.model),
    runCommand: async (address, name) => this.#stateAt(address).commands.get(name),
    startRunCommand: async (address, { name, protectedParameters }) => {
      this.#install(this.#stateAt(address), name, Object.values(protectedParameters)[0] ?? '');
    },
    removeRunCommand: async ({ instanceId }, name) => {
      this.fleet.get(instanceId)?.commands.delete(name);
    },
  };

  #reimage(state: MachineState, imageVersionId: string): void {
    const { computerName: name, provisioningState, tags } = state.machine;
    if (provisioningState === 'Updating') throw new AppError('AzureBusy', 'the instance is being updated');
    if (this.desktop.count(name) > 0) this.wrongs.push(`${name} was reimaged with sessions`);
    if (this.desktop.isOpen(name)) this.wrongs.push(`${name} was reimaged while users could come`);
    if (tags[tag] === undefined) this.wrongs.push(`${name} was reimaged within reach of the scaling plan`);
    const { breaksOff } = state.temper;
    state.machine = { ...state.machine, provisioningState: 'Updating' };
    if (breaksOff === 0) {
      state.lastHeartbeat = state.agentSince && this.#world.now();
      state.agentSince = undefined;
      this.desktop.cut(name, 'reimage');
    }
    this.#world.after(this.reimageSeconds(state.machine.instanceId), () => {
      state.temper = { ...state.temper, breaksOff: Math.max(0, breaksOff - 1) };
      if (breaksOff > 0) {
        state.machine = { ...state.machine, provisioningState: 'Failed' };
        return;
      }
      state.reimages += 1;
      const osDiskId = `${name}-disk-${state.reimages}`;
      const agentReady = false;
      state.machine = {
        ...state.machine,
        provisioningState: 'Succeeded',
        osDiskId,
        imageVersionId,
        agentReady,
      };
      const { instanceId } = state.machine;
      this.onChange('reimaged', instanceId);
      this.#world.after(this.bootSeconds(instanceId), () => {
        state.machine = { ...state.machine, agentReady: true };
        this.onChange('booted', instanceId);
      });
    });
  }

  /** Runs the agent's installer: it joins the pool with a token that is good, unless a record bars the way. */
  #install(state: MachineState, command: string, token: string): void {
    const { osDiskId, power, agentReady, computerName, instanceId } = state.machine;
    if (power !== 'running' || !agentReady) throw new AppError('AzureBusy', 'the VM agent does not report');
    const isStill = () =>
      this.fleet.get(instanceId) === state &&
      state.machine.osDiskId === osDiskId &&
      state.machine.power === 'running';
    const run = (how: RunCommand) => state.commands.set(command, how);
    run({ state: 'Running', exitCode: undefined, output: '' });
    this.#world.after(this.installSeconds(instanceId), () => {
      if (!isStill()) return;
      const { installsFail, installsSilently } = state.temper;
      if (installsFail > 0 || !this.desktop.admits(token)) {
        state.temper = { ...state.temper, installsFail: Math.max(0, installsFail - 1) };
        run({
          state: 'Failed',
          exitCode: 1603,
          output: `the installer failed with REGISTRATIONTOKEN=${token}`,
        });
        return;
      }
      state.temper = { ...state.temper, installsSilently: Math.max(0, installsSilently - 1) };
      run({ state: 'Succeeded', exitCode: 0, output: '' });
      if (installsSilently > 0) return;
      this.#world.after(this.appearSeconds(instanceId), () => {
        if (!isStill() || this.desktop.isRegistered(computerName)) return;
        this.desktop.register(computerName);
        state.agentSince = this.#world.now();
        this.onChange('registered', instanceId);
      });
    });
  }

  fleets: Fleets = {
    model: async () => ({
      kind: 'uniform',
      upgradePolicy: 'Manual',
      location: 'westeurope',
      imageVersionId: this.model,
      provisioningState: 'Succeeded',
    }),
    setModelImage: async (_, imageVersionId) => {
      this.model = imageVersionId;
    },
    list: this.machines.list,
  };

  /** What is in the vault, by `secretUri`. */
  readonly vault = new Map<string, string>();
  secrets: Secrets = {
    read: async (uri) => {
      const value = this.vault.get(uri);
      if (value === undefined) throw new AppError('SecretNotFound', `${uri}: there is no such secret.`);
      return value;
    },
  };

  /** Of the version, where the pool is. */
  replicas = 1;
  gallery: Gallery = { completedRegions: async () => ['North Europe', 'West Europe'] };
}
