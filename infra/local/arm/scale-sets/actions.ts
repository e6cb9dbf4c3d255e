import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Outage } from '../compute/computer.ts';
import type { Power } from '../compute/guest.ts';
import type { Call } from '../core/provider.ts';
import type { World } from '../core/world.ts';
import { findImage, type FoundImage } from './image-rules.ts';
import type { Machine } from './machine.ts';
import { machinesOf } from './machines.ts';
import { imageOf, type ImageReference, type ScaleSet } from './scale-set.ts';
import { settingsOf } from './settings.ts';

/** What happens to each instance of an action: at once, and when Azure is done. */
interface Action {
  readonly seconds: readonly [number, number];
  readonly begin: (machine: Machine) => void;
  readonly finish: (machine: Machine) => void;
  /** Azure gave up on this instance: the guest comes back as it was. */
  readonly abandon?: (machine: Machine) => void;
}

/** Actions on instances of a scale set, one or many at a time. */
export class Actions {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** New OS disks; the guests start anew, with nothing installed in them but the image. */
  reimage(call: Call, scaleSet: ScaleSet, machines: readonly Machine[]): Answer {
    const { exactVersion } = (call.body ?? {}) as { exactVersion?: string };
    if (exactVersion !== undefined) {
      throw new ArmError(400, 'NotSimulated', 'This simulator cannot reimage to an exactVersion.');
    }
    const fromModel = settingsOf(this.#world).reimageApplies === 'model';
    return this.#renew(call, scaleSet, machines, 'reimage', (machine) =>
      fromModel ? imageOf(scaleSet) : machine.instance.properties.storageProfile.imageReference,
    );
  }

  /** Brings instances to the scale set's model. Another image means a new disk, as in a reimage. */
  updateInstances(call: Call, scaleSet: ScaleSet, machines: readonly Machine[]): Answer {
    const image = this.#resolve(scaleSet, imageOf(scaleSet));
    const changed = machines.filter((machine) => !hasImage(machine, image));
    if (changed.length > 0) return this.#renew(call, scaleSet, machines, 'upgrade', () => imageOf(scaleSet));
    const all = machinesOf(this.#world);
    const model = all.model(scaleSet);
    return this.#act(call, scaleSet, machines, {
      seconds: [10, 30],
      begin: () => {},
      finish: (machine) => all.applyModel(machine, model),
    });
  }

  start(call: Call, scaleSet: ScaleSet, machines: readonly Machine[]): Answer {
    const all = machinesOf(this.#world);
    const down = (machine: Machine) => !machine.guest.isRunning();
    return this.#act(call, scaleSet, machines, {
      seconds: [30, 90],
      begin: (machine) => down(machine) && setPower(machine, 'starting'),
      finish: (machine) => down(machine) && all.boot(machine),
    });
  }

  restart(call: Call, scaleSet: ScaleSet, machines: readonly Machine[]): Answer {
    const all = machinesOf(this.#world);
    return this.#act(call, scaleSet, machines, {
      seconds: [30, 60],
      begin: (machine) => all.takeDown(machine, 'restart', 'stopping'),
      finish: (machine) => all.boot(machine),
    });
  }

  powerOff(call: Call, scaleSet: ScaleSet, machines: readonly Machine[]): Answer {
    return this.#stop(call, scaleSet, machines, 'powerOff', ['stopping', 'stopped'], [20, 60]);
  }

  deallocate(call: Call, scaleSet: ScaleSet, machines: readonly Machine[]): Answer {
    return this.#stop(call, scaleSet, machines, 'deallocate', ['deallocating', 'deallocated'], [40, 120]);
  }

  delete(call: Call, scaleSet: ScaleSet, machines: readonly Machine[]): Answer {
    const all = machinesOf(this.#world);
    return this.#act(call, scaleSet, machines, {
      seconds: [60, 180],
      begin: (machine) => {
        all.takeDown(machine, 'delete', 'stopping');
        all.setState(machine, 'Deleting');
      },
      finish: (machine) => {
        all.remove(machine);
        const sku = scaleSet.fields['sku'] as { capacity: number };
        scaleSet.fields = { ...scaleSet.fields, sku: { ...sku, capacity: all.of(scaleSet).length } };
      },
    });
  }

  #stop(
    call: Call,
    scaleSet: ScaleSet,
    machines: readonly Machine[],
    why: Outage,
    [during, after]: readonly [Power, Power],
    seconds: readonly [number, number],
  ): Answer {
    const all = machinesOf(this.#world);
    return this.#act(call, scaleSet, machines, {
      seconds,
      begin: (machine) => all.takeDown(machine, why, during),
      finish: (machine) => setPower(machine, after),
    });
  }

  #renew(
    call: Call,
    scaleSet: ScaleSet,
    machines: readonly Machine[],
    why: Outage,
    imageFor: (machine: Machine) => ImageReference,
  ): Answer {
    const all = machinesOf(this.#world);
    const model = all.model(scaleSet);
    const images = new Map(machines.map((machine) => [machine, this.#resolve(scaleSet, imageFor(machine))]));
    const comesUp = (machine: Machine) =>
      (images.get(machine)?.image.boots ?? true) && !all.isOrderedDown(machine);
    return this.#act(call, scaleSet, machines, {
      // Compute waits about 40 minutes for a guest that never reports before it gives up.
      seconds: machines.every(comesUp) ? [240, 480] : [2000, 2600],
      begin: (machine) => all.takeDown(machine, why, 'stopping'),
      finish: (machine) => {
        const found = images.get(machine);
        if (!found) return;
        all.replaceDisk(machine, found);
        if (!fromOldModel(why, this.#world)) all.applyModel(machine, model);
        if (comesUp(machine)) return all.boot(machine);
        setPower(machine, 'running');
        throw all.bootFailure(machine);
      },
      abandon: (machine) => all.boot(machine),
    });
  }

  #resolve(scaleSet: ScaleSet, reference: ImageReference): FoundImage {
    return findImage(this.#world, reference, scaleSet.location ?? '', scaleSet.id);
  }

  /** Starts one operation over all the instances; each is Updating until it is done and refuses others meanwhile. */
  #act(call: Call, scaleSet: ScaleSet, machines: readonly Machine[], action: Action): Answer {
    const { operations } = this.#world;
    const all = machinesOf(this.#world);
    // While the model changes nobody can say which model an instance would get; Azure answers 409.
    operations.refuseIfBusy(scaleSet.id);
    const ids = machines.map(({ instance }) => instance.id);
    const hit = call.fault?.fault === 'partial' ? (call.fault.instanceIds ?? []) : [];
    const abandon = (machine: Machine) => {
      all.setState(machine, 'Failed');
      action.abandon?.(machine);
    };
    const operation = operations.start(call, {
      resourceId: ids[0] ?? `${scaleSet.id}/virtualMachines`,
      alsoLocks: ids.slice(1),
      location: scaleSet.location ?? '',
      seconds: action.seconds,
      kind: 'post',
      finish: () => {
        const failures = machines.map((machine) =>
          hit.includes(machine.instanceId) ? failed(machine, abandon) : this.#finish(machine, action),
        );
        const failure = failures.find((one) => one !== undefined);
        if (failure) throw failure;
      },
      fail: () => {
        for (const machine of machines) {
          // Those that failed by themselves have been seen to already.
          const state = machine.instance.properties.provisioningState;
          if (state === 'Updating' || state === 'Deleting') abandon(machine);
        }
      },
    });
    for (const machine of machines) {
      all.setState(machine, 'Updating');
      action.begin(machine);
    }
    return operations.answer(call, operation, 202);
  }

  #finish(machine: Machine, action: Action): ArmError | undefined {
    const all = machinesOf(this.#world);
    try {
      action.finish(machine);
      all.setState(machine, 'Succeeded');
      return undefined;
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      all.setState(machine, 'Failed');
      return error;
    }
  }
}

/** A reimage leaves the instance on its own older model only where settings say that Azure does. */
function fromOldModel(why: Outage, world: World): boolean {
  return why === 'reimage' && settingsOf(world).reimageApplies === 'instance';
}

function hasImage(machine: Machine, { reference }: FoundImage): boolean {
  const current = machine.instance.properties.storageProfile.imageReference;
  return (
    current.id?.toLowerCase() === reference.id?.toLowerCase() &&
    current.exactVersion === reference.exactVersion
  );
}

function failed(machine: Machine, abandon: (machine: Machine) => void): ArmError {
  abandon(machine);
  const { name } = machine.scaleSet;
  return new ArmError(
    500,
    'VMExtensionProvisioningError',
    `VM '${name}_${machine.instanceId}' could not be provisioned.`,
  );
}

function setPower(machine: Machine, power: Power): void {
  machine.guest.power = power;
}
