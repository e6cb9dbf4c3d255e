import type { Outage } from '../compute/computer.ts';
import { computersOf, type Computers } from '../compute/computers.ts';
import { COMPANY_DOMAIN } from '../compute/directory.ts';
import type { Guest, Power } from '../compute/guest.ts';
import type { Image } from '../compute/image.ts';
import { ArmError } from '../core/arm-error.ts';
import type { Random } from '../core/random.ts';
import type { World } from '../core/world.ts';
import type { FoundImage } from './image-rules.ts';
import { instanceProperties, newDisk } from './instance-properties.ts';
import { neverCameUp, type Instances, type InstanceState } from './instances.ts';
import type { InstanceProperties, Machine } from './machine.ts';
import { INSTANCE, skuOf, type ScaleSet } from './scale-set.ts';

/** Virtual seconds from the end of provisioning until the VM agent reports. */
const BOOT_SECONDS = [60, 150] as const;

const machinesByWorld = new WeakMap<World, Machines>();

/** The scale-set instances of this world. */
export function machinesOf(world: World): Machines {
  const known = machinesByWorld.get(world);
  if (known) return known;
  const machines = new Machines(world);
  machinesByWorld.set(world, machines);
  return machines;
}

/** All instances and the guests in them: they boot, go down, get new disks and run scripts. */
export class Machines implements Instances<Machine> {
  readonly #world: World;
  readonly #random: Random;
  readonly #machines = new Map<string, Machine>();
  readonly #sets = new Map<ScaleSet, Set<Machine>>();
  readonly #models = new WeakMap<ScaleSet, number>();
  readonly #computers: Computers;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.fork('machines');
    this.#computers = computersOf(world);
  }

  /** Adds an instance; its guest is up at once when `running`, else it boots. */
  add(scaleSet: ScaleSet, instanceId: string, { image, reference }: FoundImage, running = false): Machine {
    const prefix = scaleSet.properties.virtualMachineProfile.osProfile?.computerNamePrefix ?? scaleSet.name;
    const number = Number(instanceId).toString(36).toUpperCase().padStart(6, '0');
    const computerName = `${prefix}${number}`;
    const instance = this.#world.resources.put<InstanceProperties>({
      id: `${scaleSet.id}/virtualMachines/${instanceId}`,
      type: INSTANCE,
      location: scaleSet.location,
      tags: { ...scaleSet.tags },
      fields: { sku: { name: skuOf(scaleSet).name, tier: 'Standard' } },
      properties: instanceProperties(scaleSet, {
        instanceId,
        computerName,
        image: reference,
        vmId: this.#random.uuid(),
        timeCreated: this.#world.timeline.iso(),
        disk: newDisk(scaleSet, instanceId, this.#random.uuid()),
      }),
    });
    const guest = this.#computers.guest(computerName);
    const machine: Machine = {
      instanceId,
      instance,
      scaleSet,
      // The model's extension joins it whenever it gets a new disk.
      joinedTo: COMPANY_DOMAIN,
      guest,
      up: false,
      outage: undefined,
      bootError: undefined,
      model: this.model(scaleSet),
      reimages: 0,
    };
    this.#machines.set(instance.id.toLowerCase(), machine);
    this.#sets.set(scaleSet, (this.#sets.get(scaleSet) ?? new Set()).add(machine));
    this.#computers.add(machine);
    fill(guest, image);
    if (running) {
      Object.assign(guest, { power: 'running', agentReadyAt: this.#world.timeline.now() });
      guest.facts.set('booted-at', this.#world.timeline.iso());
    } else this.boot(machine);
    machine.up = running;
    return machine;
  }

  /** Under the next number. */
  scaleOut(scaleSet: ScaleSet, found: FoundImage): Machine {
    const last = Math.max(-1, ...this.of(scaleSet).map(({ instanceId }) => Number(instanceId)));
    return this.add(scaleSet, String(last + 1), found);
  }

  of(scaleSet: ScaleSet): Machine[] {
    return [...(this.#sets.get(scaleSet) ?? [])];
  }

  find(instanceResourceId: string): Machine | undefined {
    return this.#machines.get(instanceResourceId.toLowerCase());
  }

  /** The machine at this path, or ARM's 404. */
  require(instanceResourceId: string): Machine {
    const machine = this.find(instanceResourceId);
    if (machine) return machine;
    this.#world.resources.require(instanceResourceId);
    throw new Error(`instance without machine: ${instanceResourceId}`);
  }

  remove(machine: Machine): void {
    this.#computers.remove(machine);
    this.#machines.delete(machine.instance.id.toLowerCase());
    this.#sets.get(machine.scaleSet)?.delete(machine);
    this.#world.resources.remove(machine.instance.id);
  }

  /** The guest goes away: scripts, sessions and agents in it end now. */
  takeDown(machine: Machine, why: Outage, power: Power): void {
    this.#computers.takeDown(machine, why, power);
  }

  /** A person wants its guest never to come up again. */
  isOrderedDown(machine: Machine): boolean {
    return this.#computers.isOrderedDown(machine);
  }

  /** Powers the guest up; its VM agent reports a minute or two later. */
  boot(machine: Machine): void {
    const { guest } = machine;
    // The machine may run while Windows in it does not.
    if (machine.bootError !== undefined || this.isOrderedDown(machine)) guest.power = 'running';
    else guest.boot(this.#world.timeline.now(), this.#random.between(...BOOT_SECONDS));
  }

  /** A new OS disk from the image: the old one and everything on it are gone. */
  replaceDisk(machine: Machine, { image, reference }: FoundImage): void {
    const { instance, scaleSet, instanceId } = machine;
    machine.reimages += 1;
    machine.bootError = undefined;
    fill(machine.guest, image);
    const { osDisk } = instance.properties.storageProfile;
    instance.properties.storageProfile = {
      imageReference: reference,
      osDisk: { ...osDisk, ...newDisk(scaleSet, instanceId, this.#random.uuid()) },
      dataDisks: [],
    };
    this.#computers.replaced(machine);
  }

  model(scaleSet: ScaleSet): number {
    return this.#models.get(scaleSet) ?? 0;
  }

  /** The model has changed: from now on the instances lag behind it, until they are brought up to it. */
  changeModel(scaleSet: ScaleSet): void {
    this.#models.set(scaleSet, this.model(scaleSet) + 1);
    for (const { instance } of this.of(scaleSet)) instance.properties.latestModelApplied = false;
  }

  /** The instance now is as the model was then; newer changes it still lacks. */
  applyModel(machine: Machine, scaleSet: ScaleSet, model: number): void {
    machine.model = model;
    machine.instance.properties.latestModelApplied = model === this.model(scaleSet);
  }

  setState(machine: Machine, provisioningState: InstanceState): void {
    machine.instance.properties.provisioningState = provisioningState;
    this.#world.resources.touch(machine.instance);
  }

  bootFailure(machine: Machine, { name }: ScaleSet): ArmError {
    machine.bootError = 'OSProvisioningTimedOut';
    return new ArmError(...neverCameUp(`${name}_${machine.instanceId}`));
  }
}

/** A guest that starts from an image has in it what was captured, and nothing else. */
function fill({ facts }: Guest, image: Image): void {
  facts.clear();
  for (const [name, value] of image.facts) facts.set(name, value);
}
