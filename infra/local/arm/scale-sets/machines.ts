import type { Guest, Power } from '../compute/guest.ts';
import type { Image } from '../compute/image.ts';
import { ArmError } from '../core/arm-error.ts';
import type { Random } from '../core/random.ts';
import type { World } from '../core/world.ts';
import { HostGuest } from './host-guest.ts';
import type { FoundImage } from './image-rules.ts';
import { instanceProperties, newDisk } from './instance-properties.ts';
import type { GuestSoftware, InstanceProperties, Machine, Outage } from './machine.ts';
import { INSTANCE, skuOf, type ScaleSet } from './scale-set.ts';

/** Virtual seconds from the end of provisioning until the VM agent reports. */
const BOOT_SECONDS = [60, 150] as const;
const DOMAIN = 'corp.contoso.com';

/** What a person may order of a host's guest, to see what happens. */
export interface GuestOrders {
  /** Never comes up again, once restarted or reimaged. */
  boot?: 'fails' | 'ok';
}

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
export class Machines {
  readonly #world: World;
  readonly #random: Random;
  readonly #machines = new Map<string, Machine>();
  readonly #software: GuestSoftware[] = [];
  readonly #sets = new Map<ScaleSet, Set<Machine>>();
  readonly #byGuest = new WeakMap<Guest, Machine>();
  readonly #models = new WeakMap<ScaleSet, number>();
  readonly orders = new Map<string, GuestOrders>();

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.fork('machines');
  }

  install(software: GuestSoftware): void {
    this.#software.push(software);
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
    const guest = new HostGuest(computerName, {
      booting: (seconds) => this.#booting(machine, seconds),
      down: () => this.#down(machine),
    });
    const machine: Machine = {
      instanceId,
      instance,
      scaleSet,
      fqdn: `${computerName}.${DOMAIN}`,
      guest,
      up: false,
      outage: undefined,
      bootError: undefined,
      model: this.model(scaleSet),
      reimages: 0,
    };
    this.#machines.set(instance.id.toLowerCase(), machine);
    this.#sets.set(scaleSet, (this.#sets.get(scaleSet) ?? new Set()).add(machine));
    this.#byGuest.set(guest, machine);
    fill(guest, image);
    if (running) {
      Object.assign(guest, { power: 'running', agentReadyAt: this.#world.timeline.now() });
      guest.facts.set('booted-at', this.#world.timeline.iso());
    } else this.boot(machine);
    machine.up = running;
    return machine;
  }

  of(scaleSet: ScaleSet): Machine[] {
    return [...(this.#sets.get(scaleSet) ?? [])];
  }

  find(instanceResourceId: string): Machine | undefined {
    return this.#machines.get(instanceResourceId.toLowerCase());
  }

  withGuest(guest: Guest): Machine | undefined {
    return this.#byGuest.get(guest);
  }

  /** By computer name or full name, whichever a person types. */
  named(name: string): Machine | undefined {
    const wanted = name.toLowerCase();
    return [...this.#machines.values()].find(({ fqdn }) =>
      [fqdn, fqdn.split('.')[0]].some((n) => n?.toLowerCase() === wanted),
    );
  }

  /** The machine at this path, or ARM's 404. */
  require(instanceResourceId: string): Machine {
    const machine = this.find(instanceResourceId);
    if (machine) return machine;
    this.#world.resources.require(instanceResourceId);
    throw new Error(`instance without machine: ${instanceResourceId}`);
  }

  remove(machine: Machine): void {
    this.takeDown(machine, 'delete', 'stopped');
    this.#machines.delete(machine.instance.id.toLowerCase());
    this.#sets.get(machine.scaleSet)?.delete(machine);
    this.#world.resources.remove(machine.instance.id);
  }

  /** The guest goes away: scripts, sessions and agents in it end now. */
  takeDown(machine: Machine, why: Outage, power: Power): void {
    machine.outage = why;
    machine.guest.halt(power);
    machine.outage = undefined;
  }

  /** Powers the guest up; its VM agent reports a minute or two later. */
  boot(machine: Machine): void {
    const { guest, fqdn } = machine;
    // The machine may run while Windows in it does not.
    if (machine.bootError !== undefined || this.orders.get(fqdn)?.boot === 'fails') guest.power = 'running';
    else guest.boot(this.#world.timeline.now(), this.#random.between(...BOOT_SECONDS));
  }

  #booting(machine: Machine, seconds: number): void {
    this.#down(machine); // a script may have restarted Windows
    const { boots } = machine.guest;
    this.#world.timeline.after(seconds * 1000, () => {
      if (machine.guest.boots !== boots) return; // went down again meanwhile
      machine.up = true;
      for (const software of this.#software) software.up(machine);
    });
  }

  #down(machine: Machine): void {
    if (!machine.up) return;
    machine.up = false;
    for (const software of this.#software) software.down(machine, machine.outage ?? 'restart');
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
    for (const software of this.#software) software.replaced(machine);
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
  applyModel(machine: Machine, model: number): void {
    machine.model = model;
    machine.instance.properties.latestModelApplied = model === this.model(machine.scaleSet);
  }

  setState(machine: Machine, provisioningState: 'Succeeded' | 'Updating' | 'Failed' | 'Deleting'): void {
    machine.instance.properties.provisioningState = provisioningState;
    this.#world.resources.touch(machine.instance);
  }

  /** Azure's word for an image whose guest does not finish setup: captured without sysprep, for one. */
  bootFailure(machine: Machine): ArmError {
    machine.bootError = 'OSProvisioningTimedOut';
    return new ArmError(
      409,
      'OSProvisioningTimedOut',
      `OS Provisioning for VM '${machine.scaleSet.name}_${machine.instanceId}' did not finish in the allotted time. ` +
        'The VM may still finish provisioning successfully. Please check provisioning state later. For details on how ' +
        'to check current provisioning state of Windows VMs, refer to https://aka.ms/WindowsVMLifecycle.',
    );
  }
}

/** A guest that starts from an image has in it what was captured, and nothing else. */
function fill({ facts }: Guest, image: Image): void {
  facts.clear();
  for (const [name, value] of image.facts) facts.set(name, value);
}
