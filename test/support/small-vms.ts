import { AppError } from '../../shared/errors.ts';
import type { Host } from '../../shared/hosts/host.ts';
import {
  type Blueprint,
  type ExtensionBlueprint,
  type Machine,
  type MachineAddress,
  madeByTag,
  type NewMachine,
  type StandAloneMachines,
} from '../../shared/hosts/machine.ts';
import type { FleetKind } from '../../shared/rollouts/fleet.ts';
import type { SmallDesktop } from './small-desktop.ts';
import {
  domainJoin,
  evenTempered,
  machineInTheMaking,
  type MachineState,
  type Temper,
} from './small-machine.ts';
import type { World } from './world.ts';

/** What machines that stand alone share with those of a scale set. */
interface Ground {
  readonly world: World;
  readonly desktop: SmallDesktop;
  readonly wrongs: string[];
  readonly tag: string;
  readonly fleet: ReadonlyMap<string, MachineState>;
  readonly kind: () => FleetKind;
  readonly enter: (state: MachineState) => void;
  readonly take: (state: MachineState) => void;
  readonly boot: (state: MachineState) => void;
  readonly newId: (instanceId: string) => string;
}

/** One resource group whose machines stand alone: those of the pool, and others that are nobody's business. */
export class SmallVms {
  readonly #ground: Ground;
  /** Machines of somebody else. */
  readonly foreign = new Map<string, Machine>();
  /** Network interfaces and data disks, and the machine each is attached to. */
  readonly parts = new Map<string, string | undefined>();
  /** Machines of the pool that are gone: whoever makes one of the name again finds its temper. */
  readonly #gone = new Map<string, MachineState>();
  /** What the work on hosts is known to have kept. */
  readonly #works = new Map<string, Host>();
  readonly #kept = new Set<string>();
  deleteSeconds: () => number;
  createSeconds: () => number;
  extensionSeconds: () => number;
  /** How machines are that nobody has seen before. */
  temperOfNew: () => Temper = () => evenTempered;
  #numbers = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
    const { random } = ground.world;
    this.deleteSeconds = () => random.between(20, 120);
    this.createSeconds = () => random.between(60, 300);
    this.extensionSeconds = () => random.between(20, 120);
  }

  /** What the work on a host knows, once that is saved. */
  heard(host: Host): void {
    const { instanceId } = host.plan.machine;
    this.#works.set(instanceId, host);
    // What was saved is heard of in any order.
    if (host.facts.blueprint) this.#kept.add(instanceId);
  }

  /** Whatever ailed the machines is over, of those that are gone as well. */
  calm(): void {
    for (const state of [...this.#ground.fleet.values(), ...this.#gone.values()]) state.temper = evenTempered;
  }

  /** Somebody asked for something to be done to this machine. */
  asked(instanceId: string): void {
    if (this.foreign.has(instanceId)) this.#ground.wrongs.push(`${instanceId} is nobody’s business`);
  }

  attach({ parts, machine }: MachineState): void {
    for (const part of parts) this.parts.set(part, machine.instanceId);
  }

  /** Gone, with what goes along; what outlives it is free for the next. */
  detach(state: MachineState, withParts: boolean): void {
    this.#gone.set(state.machine.instanceId, state);
    for (const part of state.parts) {
      if (withParts) this.parts.delete(part);
      else this.parts.set(part, undefined);
    }
  }

  #stateOf({ instanceId }: MachineAddress): MachineState | undefined {
    if (this.#ground.kind() !== 'stand-alone') throw new Error(`${instanceId} is of a scale set`);
    this.asked(instanceId);
    return this.#ground.fleet.get(instanceId);
  }

  #remove(address: MachineAddress, withParts: boolean): void {
    const { world, wrongs, desktop, tag } = this.#ground;
    const state = this.#stateOf(address);
    if (!state || state.machine.provisioningState === 'Deleting') return;
    const { machine } = state;
    const { computerName: name, instanceId, provisioningState } = machine;
    if (provisioningState !== 'Succeeded' && provisioningState !== 'Failed')
      throw new AppError('AzureBusy', `${name} is ${provisioningState}`);
    if (desktop.count(name) > 0) wrongs.push(`${name} was deleted with sessions`);
    if (desktop.isOpen(name) === true) wrongs.push(`${name} was deleted while users could come`);
    if (machine.tags[tag] === undefined) wrongs.push(`${name} was deleted within reach of the scaling plan`);
    this.#wrongRemoval(state, withParts).forEach((wrong) => wrongs.push(`${name} ${wrong}`));
    state.machine = { ...machine, provisioningState: 'Deleting' };
    state.agentSince = undefined;
    desktop.cut(name, 'reimage');
    world.after(this.deleteSeconds(), () => {
      if (this.#ground.fleet.get(instanceId) !== state) return;
      this.detach(state, withParts || !state.keepsParts);
      this.#ground.take(state);
    });
  }

  #wrongRemoval({ machine, keepsParts }: MachineState, withParts: boolean): string[] {
    const work = this.#works.get(machine.instanceId);
    const task = work?.plan.task ?? 'update';
    if (withParts) return task === 'update' ? ['was deleted with all that it had'] : [];
    return [
      ...(keepsParts ? [] : ['lost its network interface and data disks']),
      ...(this.#kept.has(machine.instanceId) ? [] : ['was deleted and nothing of it was kept']),
      ...(task === 'update' ? [] : ['left its network interface and data disks behind']),
    ];
  }

  #create(address: MachineAddress, wanted: NewMachine): void {
    const { instanceId } = address;
    const there = this.#ground.fleet.get(instanceId);
    const tags = there?.machine.tags ?? this.foreign.get(instanceId)?.tags;
    if (tags && tags[madeByTag] !== wanted.tags[madeByTag])
      throw new AppError('NameTaken', `${instanceId} is there and was made by somebody else`);
    if (there?.machine.provisioningState === 'Deleting')
      throw new AppError('AzureBusy', `${instanceId} is being deleted`);
    if (there && there.machine.imageVersionId !== wanted.imageVersionId)
      throw new AppError('AzureRefused', "PropertyChangeNotAllowed: 'imageReference' is not allowed");
    if (!there) this.#make(instanceId, wanted);
  }

  #make(instanceId: string, { blueprint, as, imageVersionId, tags }: NewMachine): void {
    const isAgain = as === 'again';
    const body = blueprint.body as unknown as Body;
    const parts = isAgain ? this.#free(body.parts) : [`${instanceId}-nic`];
    const { extensions } = body;
    const before = { tag: undefined, allowNewSession: true, isOff: false, user: '', extensions };
    const gone = isAgain ? this.#gone.get(instanceId) : undefined;
    const number = (this.#numbers += 1);
    const state = machineInTheMaking(
      {
        id: this.#ground.newId(instanceId),
        instanceId,
        computerName: isAgain ? blueprint.computerName : instanceId,
        vmId: `vm-${instanceId}-${number}`,
        size: blueprint.size,
        osDiskId: `${instanceId}-disk-${number}`,
        imageVersionId,
        tags: { ...body.tags, ...tags },
      },
      parts,
      gone ?? { temper: this.temperOfNew(), reimages: 0, before },
    );
    this.attach(state);
    this.#ground.enter(state);
    this.#ground.world.after(this.createSeconds(), () => this.#made(state));
  }

  /** What is attached to no other machine. */
  #free(parts: readonly string[]): readonly string[] {
    for (const part of parts) {
      if (!this.parts.has(part)) throw new AppError('AzureRefused', `${part} is gone`);
      if (this.parts.get(part) !== undefined) throw new AppError('AzureRefused', `${part} is in use`);
    }
    return parts;
  }

  #made(state: MachineState): void {
    const { createsFail } = state.temper;
    if (this.#ground.fleet.get(state.machine.instanceId) !== state) return;
    if (createsFail > 0) {
      state.temper = { ...state.temper, createsFail: createsFail - 1 };
      const trouble = 'AllocationFailed: no capacity';
      state.machine = { ...state.machine, provisioningState: 'Failed', power: 'unknown', trouble };
      return;
    }
    state.reimages += 1;
    state.machine = { ...state.machine, provisioningState: 'Succeeded', power: 'running' };
    this.#ground.boot(state);
  }

  #putOn(state: MachineState, { name, needsSecret }: ExtensionBlueprint, hasSecret: boolean): void {
    const { extensions, machine } = state;
    if (machine.provisioningState !== 'Succeeded' || [...extensions.values()].some(isUnderWay))
      throw new AppError('AzureBusy', `${machine.computerName} is busy`);
    extensions.set(name, { name, provisioningState: 'Creating', message: '' });
    this.#ground.world.after(this.extensionSeconds(), () => {
      const { extensionsFail } = state.temper;
      const isFailed = extensionsFail > 0 || (needsSecret && !hasSecret);
      state.temper = { ...state.temper, extensionsFail: Math.max(0, extensionsFail - 1) };
      const message = isFailed ? 'it ended with exit code 1' : '';
      extensions.set(name, { name, provisioningState: isFailed ? 'Failed' : 'Succeeded', message });
    });
  }

  port: StandAloneMachines = {
    blueprint: async (address) => {
      const state = this.#stateOf(address);
      return state && blueprintOf(state);
    },
    ensurePartsKept: async (address) => {
      const state = this.#stateOf(address);
      if (!state || state.keepsParts) return true;
      this.#ground.world.after(10, () => {
        state.keepsParts = true;
      });
      return false;
    },
    remove: async (address) => this.#remove(address, false),
    removeWithParts: async (address) => this.#remove(address, true),
    create: async (address, wanted) => this.#create(address, wanted),
    extensions: async (address) => [...(this.#stateOf(address)?.extensions.values() ?? [])],
    addExtension: async (address, extension, secret) => {
      const state = this.#stateOf(address);
      if (!state) throw new AppError('AzureRefused', `404: there is no ${address.instanceId}`);
      this.#putOn(state, extension, secret !== undefined);
    },
  };
}

interface Body {
  readonly parts: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly extensions: readonly string[];
}

function blueprintOf({ machine, parts, extensions }: MachineState): Blueprint {
  const { size, computerName, tags } = machine;
  const names = [...extensions.keys()];
  return {
    location: 'westeurope',
    size,
    computerName,
    body: { parts, tags, extensions: names } satisfies Body,
    extensions: names.map((name) => ({
      name,
      type: name === domainJoin ? 'JsonADDomainExtension' : name,
      body: {},
      needsSecret: name === domainJoin,
    })),
  };
}

function isUnderWay({ provisioningState }: { readonly provisioningState: string }): boolean {
  return provisioningState === 'Creating';
}
