import { AppError } from '../../shared/errors.ts';
import type { MachineAddress, Machines } from '../../shared/hosts/machine.ts';
import type { Secrets } from '../../shared/hosts/secrets.ts';
import type { FleetKind, Fleets, Gallery } from '../../shared/rollouts/fleet.ts';
import type { Beside } from '../../shared/rollouts/stand-alone.ts';
import { sessionLimit, SmallDesktop } from './small-desktop.ts';
import { reimage, tag, update } from './small-disks.ts';
import { boot, install, pulseOf } from './small-guest.ts';
import {
  evenTempered,
  foreignMachine,
  joinSecret,
  type MachineState,
  settledMachine,
} from './small-machine.ts';
import { SmallVms } from './small-vms.ts';
import type { World } from './world.ts';

// Where most find them: machines are of a temper, and left alone by a tag.
export { tag } from './small-disks.ts';
export { evenTempered } from './small-machine.ts';

const image = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i/versions';
const scaleSet = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/set';
export const elderVersion = `${image}/0.9.0`;
export const oldVersion = `${image}/1.0.0`;
export const newVersion = `${image}/1.1.0`;

const group = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines';

const usual = {
  temper: evenTempered,
  isOff: false,
  isNew: false,
  isDrained: false,
  priorTag: '',
  user: '',
  extensions: ['Monitor'] as readonly string[],
  keepsParts: true,
};

/**
 * One scale set, or a resource group of machines that stand alone, under one host pool, true to what the ports
 * promise. Writes down what must not be. Machines of a Uniform scale set have numbers, all others names.
 */
export class SmallAzure {
  readonly world: World;
  readonly fleet = new Map<string, MachineState>();
  readonly desktop: SmallDesktop;
  readonly vms: SmallVms;
  machines: Machines;
  readonly wrongs: string[] = [];
  /** Machines that somebody else took away. */
  readonly vanished = new Set<string>();
  /** To be said before there are machines. */
  kind: FleetKind = 'uniform';
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
    this.world = world;
    this.reimageSeconds = () => world.random.between(30, 480);
    this.installSeconds = () => world.random.between(60, 180);
    this.appearSeconds = () => world.random.between(60, 90);
    this.desktop = new SmallDesktop(world, (name) => {
      const state = this.#byName.get(name);
      const isSick = this.kind !== 'stand-alone' || state?.machine.imageVersionId !== oldVersion;
      return pulseOf(world, state, isSick);
    });
    const { fleet, desktop, wrongs } = this;
    const enter = (state: MachineState) => {
      fleet.set(state.machine.instanceId, state);
      this.#byName.set(state.machine.computerName, state);
    };
    const take = ({ machine }: MachineState) => {
      fleet.delete(machine.instanceId);
      this.#byName.delete(machine.computerName);
    };
    const newId = (instanceId: string) => this.#idOf(instanceId);
    const kind = () => this.kind;
    this.vms = new SmallVms({
      world,
      desktop,
      wrongs,
      tag,
      fleet,
      kind,
      enter,
      take,
      boot: this.boot,
      newId,
    });
    this.machines = { ...this.#actions, standAlone: this.vms.port };
  }

  readonly boot = (state: MachineState): void => boot(this, state);

  #idOf(instanceId: string): string {
    return this.kind === 'uniform' ? `${scaleSet}/virtualMachines/${instanceId}` : `${group}/${instanceId}`;
  }

  /** A machine of the pool: of number 7 the name is avd-7. Answers by what Azure calls it. */
  add(number: string, given: Partial<typeof usual> = {}): string {
    const { temper, isOff, isNew, isDrained, priorTag, user, extensions, keepsParts } = {
      ...usual,
      ...given,
    };
    const computerName = `avd-${number}`;
    const instanceId = this.kind === 'uniform' ? number : computerName;
    const at = { id: this.#idOf(instanceId), instanceId, computerName };
    const state = settledMachine(
      at,
      {
        imageVersionId: isNew ? newVersion : oldVersion,
        tags: { team: 'desktops', ...(priorTag !== '' && { [tag]: priorTag }) },
        agentSince: isOff ? undefined : this.world.now(),
        before: { tag: priorTag || undefined, allowNewSession: !isDrained, isOff, user, extensions },
      },
      temper,
      keepsParts,
    );
    this.fleet.set(instanceId, state);
    this.#byName.set(computerName, state);
    this.vms.attach(state);
    this.desktop.register(computerName, !isDrained);
    this.desktop.assign(computerName, user);
    return instanceId;
  }

  /** A machine in the same resource group that is no session host. */
  addForeign(name: string, tags: Readonly<Record<string, string>> = {}): void {
    this.vms.foreign.set(
      name,
      foreignMachine({ id: `${group}/${name}`, instanceId: name, computerName: name }, tags),
    );
  }

  /** Someone takes the machine away, and what runs on it. */
  vanish(instanceId: string): void {
    const state = this.fleet.get(instanceId);
    this.vanished.add(instanceId);
    if (state) {
      this.vms.detach(state, false);
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
    state.lastHeartbeat = state.agentSince && this.world.now();
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

  #stateAt({ instanceId }: MachineAddress): MachineState {
    const state = this.fleet.get(instanceId);
    this.vms.asked(instanceId);
    if (!state) throw new AppError('AzureRefused', `404: there is no instance ${instanceId}`);
    return state;
  }

  readonly #actions: Omit<Machines, 'standAlone'> = {
    list: async () => [
      ...[...this.fleet.values()].map(({ machine }) => machine),
      ...(this.kind === 'stand-alone' ? this.vms.foreign.values() : []),
    ],
    read: async ({ instanceId }) => this.fleet.get(instanceId)?.machine ?? this.vms.foreign.get(instanceId),
    setTag: async (address, name, value) => {
      const state = this.#stateAt(address);
      const { [name]: _, ...others } = state.machine.tags;
      state.machine = { ...state.machine, tags: value === undefined ? others : { ...others, [name]: value } };
    },
    start: async (address) => {
      const state = this.#stateAt(address);
      if (state.machine.power !== 'deallocated') return;
      state.machine = { ...state.machine, power: 'starting' };
      this.world.after(60, () => {
        if (state.machine.power !== 'starting') return;
        state.machine = { ...state.machine, power: 'running' };
        if (state.agentOn === state.machine.osDiskId) state.agentSince = this.world.now();
      });
    },
    deallocate: async (address) => {
      const { machine } = this.#stateAt(address);
      const { computerName: name, provisioningState, power } = machine;
      if (provisioningState === 'Updating') throw new AppError('AzureBusy', `${name} is being updated`);
      if (this.desktop.count(name) > 0) this.wrongs.push(`${name} was switched off with sessions`);
      // One that never came to run goes off as any other.
      const isBroken = provisioningState === 'Failed' && power === 'unknown';
      if (isBroken) this.#stateAt(address).machine = { ...machine, power: 'deallocated' };
      this.powerOff(address.instanceId);
    },
    reimage: async (address) => {
      const state = this.#stateAt(address);
      reimage(this, state, state.temper.keepsImage ? state.machine.imageVersionId : this.model);
    },
    applyModel: async (address) => {
      const state = this.#stateAt(address);
      const isUpToDate = state.machine.imageVersionId === this.model;
      if (this.kind === 'flexible' && (isUpToDate || state.temper.keepsDisk)) update(this, state);
      else reimage(this, state, this.model);
    },
    runCommand: async (address, name) => this.#stateAt(address).commands.get(name),
    startRunCommand: async (address, { name, protectedParameters }) => {
      install(this, this.#stateAt(address), name, Object.values(protectedParameters)[0] ?? '');
    },
    removeRunCommand: async ({ instanceId }, name) => {
      this.fleet.get(instanceId)?.commands.delete(name);
    },
  };

  fleets: Fleets = {
    model: async () => ({
      kind: this.kind,
      ...(this.kind !== 'stand-alone' && { upgradePolicy: 'Manual' }),
      location: 'westeurope',
      imageVersionId: this.kind === 'stand-alone' ? '' : this.model,
      provisioningState: 'Succeeded',
    }),
    setModelImage: async (_, imageVersionId) => {
      if (this.kind === 'stand-alone') this.wrongs.push('a model was named where machines stand alone');
      this.model = imageVersionId;
    },
    list: this.#actions.list,
  };

  /** What is in the vault, by `secretUri`. */
  readonly vault = new Map([[joinSecret, 'the password']]);
  secrets: Secrets = {
    read: async (uri) => {
      const value = this.vault.get(uri);
      if (value === undefined) throw new AppError('SecretNotFound', `${uri}: there is no such secret.`);
      return value;
    },
  };

  /** Of the version, where the pool is. */
  replicas = 1;
  /** What is to be had of sizes and known of models; nobody is asked unless there is somebody. */
  beside: Beside | undefined;
  gallery: Gallery = { completedRegions: async () => ['North Europe', 'West Europe'] };
}
