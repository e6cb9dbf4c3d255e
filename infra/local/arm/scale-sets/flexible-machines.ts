import type { Outage } from '../compute/computer.ts';
import { computersOf } from '../compute/computers.ts';
import { setDiskState } from '../compute/disks.ts';
import type { Power } from '../compute/guest.ts';
import { bootMachine, machineOf, VM_TYPE, type Machine, type VmProperties } from '../compute/machine.ts';
import { ArmError } from '../core/arm-error.ts';
import type { Random } from '../core/random.ts';
import { sameId } from '../core/resource-id.ts';
import type { World } from '../core/world.ts';
import { makeFlexible, renewFlexible } from './flexible-instance.ts';
import type { FoundImage } from './image-rules.ts';
import { neverCameUp, type Instances, type InstanceState } from './instances.ts';
import { machinesOf } from './machines.ts';
import type { ScaleSet, ScaleSetProperties } from './scale-set.ts';

const known = new WeakMap<World, FlexibleMachines>();

/** The instances of this world's Flexible scale sets. */
export function flexibleMachinesOf(world: World): FlexibleMachines {
  const machines = known.get(world) ?? new FlexibleMachines(world);
  known.set(world, machines);
  return machines;
}

/** Virtual machines that belong to a scale set: whatever else is done to VMs is done to them as well. */
export class FlexibleMachines implements Instances<Machine> {
  readonly #world: World;
  readonly #random: Random;
  readonly #models = new WeakMap<Machine, number>();

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.fork('flexible');
  }

  scaleOut(scaleSet: ScaleSet, found: FoundImage): Machine {
    const machine = this.add(scaleSet, found);
    bootMachine(this.#world, machine);
    return machine;
  }

  /** One whose guest has been up for long, or is still off. */
  add(scaleSet: ScaleSet, found: FoundImage, up = false): Machine {
    const world = { ...this.#world, random: this.#random };
    const machine = makeFlexible(world, scaleSet, found, { unique: this.#random.uuid(), up });
    this.#models.set(machine, this.model(scaleSet));
    return machine;
  }

  of(scaleSet: ScaleSet): Machine[] {
    return this.#world.resources
      .list<VmProperties>({ type: VM_TYPE, under: scaleSet.id.split('/providers/')[0] ?? '' })
      .filter(({ properties }) => sameId(properties.virtualMachineScaleSet?.id, scaleSet.id))
      .map((vm) => machineOf(vm));
  }

  isLatest(machine: Machine, scaleSet: ScaleSet): boolean {
    return this.#models.get(machine) === this.model(scaleSet);
  }

  /** The scale set takes the parts along that it made; what a person attached stays. */
  remove(machine: Machine): void {
    const { resources } = this.#world;
    const { storageProfile, networkProfile } = machine.instance.properties;
    for (const { deleteOption, managedDisk } of [storageProfile.osDisk, ...storageProfile.dataDisks]) {
      if (deleteOption === 'Delete') resources.remove(managedDisk.id);
    }
    for (const { id, properties } of networkProfile.networkInterfaces) {
      if (properties?.deleteOption === 'Delete') resources.remove(id);
    }
    computersOf(this.#world).remove(machine);
    resources.remove(machine.instance.id);
  }

  setState({ instance }: Machine, state: InstanceState): void {
    instance.properties.provisioningState = state;
    this.#world.resources.touch(instance);
  }

  takeDown(machine: Machine, why: Outage, power: Power): void {
    computersOf(this.#world).takeDown(machine, why, power);
  }

  /** What was reserved while the machine was deallocated is in use again. */
  boot(machine: Machine): void {
    const { osDisk, dataDisks } = machine.instance.properties.storageProfile;
    for (const { managedDisk } of [osDisk, ...dataDisks])
      setDiskState(this.#world, managedDisk.id, 'Attached');
    bootMachine(this.#world, machine);
  }

  isOrderedDown(machine: Machine): boolean {
    return computersOf(this.#world).isOrderedDown(machine);
  }

  replaceDisk(machine: Machine, found: FoundImage): void {
    const scaleSet = this.scaleSetOf(machine);
    renewFlexible({ ...this.#world, random: this.#random }, scaleSet, machine, found);
    computersOf(this.#world).replaced(machine);
  }

  scaleSetOf({ instance }: Machine): ScaleSet {
    const { id = '' } = instance.properties.virtualMachineScaleSet ?? {};
    return this.#world.resources.require<ScaleSetProperties>(id);
  }

  model(scaleSet: ScaleSet): number {
    return machinesOf(this.#world).model(scaleSet);
  }

  applyModel(machine: Machine, _: ScaleSet, model: number): void {
    this.#models.set(machine, model);
  }

  bootFailure({ instance }: Machine): ArmError {
    const error = new ArmError(...neverCameUp(instance.name));
    this.#world.operations.noteFailure(instance, error);
    return error;
  }
}
