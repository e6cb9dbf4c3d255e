import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Computer, Outage } from '../compute/computer.ts';
import type { Power } from '../compute/guest.ts';
import type { Call } from '../core/provider.ts';
import type { World } from '../core/world.ts';
import { findImage, type FoundImage } from './image-rules.ts';
import type { Instances } from './instances.ts';
import { imageOf, isFlexible, type ImageReference, type ScaleSet } from './scale-set.ts';
import { settingsOf } from './settings.ts';

/** What happens to each instance of an action: at once, and when Azure is done. */
interface Action<I> {
  readonly seconds: readonly [number, number];
  readonly begin: (machine: I) => void;
  readonly finish: (machine: I) => void;
  /** Azure gave up on this instance: the guest comes back as it was. */
  readonly abandon?: (machine: I) => void;
}

/** Actions on instances of a scale set, one or many at a time. */
export class Actions<I extends Computer> {
  readonly #world: World;
  readonly #all: Instances<I>;

  constructor(world: World, all: Instances<I>) {
    this.#world = world;
    this.#all = all;
  }

  /** New OS disks; the guests start anew, with nothing installed in them but the image. */
  reimage(call: Call, scaleSet: ScaleSet, machines: readonly I[]): Answer {
    const { exactVersion } = (call.body ?? {}) as { exactVersion?: string };
    if (exactVersion !== undefined) {
      throw new ArmError(400, 'NotSimulated', 'This simulator cannot reimage to an exactVersion.');
    }
    const fromModel = !this.#keepsOldModel(scaleSet);
    return this.#renew(call, scaleSet, machines, 'reimage', (machine) =>
      fromModel ? imageOf(scaleSet) : (machine.instance.properties.storageProfile.imageReference ?? {}),
    );
  }

  /** Brings instances to the scale set's model. Another image means a new disk, as in a reimage. */
  updateInstances(call: Call, scaleSet: ScaleSet, machines: readonly I[]): Answer {
    const image = this.#resolve(scaleSet, imageOf(scaleSet));
    const changed = machines.filter((machine) => !hasImage(machine, image));
    const refersOnly = isFlexible(scaleSet) && settingsOf(this.#world).flexibleUpgrade === 'refers';
    if (changed.length > 0 && !refersOnly)
      return this.#renew(call, scaleSet, machines, 'upgrade', () => imageOf(scaleSet));
    const all = this.#all;
    const model = all.model(scaleSet);
    return this.#act(call, scaleSet, machines, {
      seconds: [10, 30],
      begin: () => {},
      finish: (machine) => {
        if (refersOnly) refer(machine, image);
        all.applyModel(machine, scaleSet, model);
      },
    });
  }

  start(call: Call, scaleSet: ScaleSet, machines: readonly I[]): Answer {
    const all = this.#all;
    const down = (machine: I) => !machine.guest.isRunning();
    return this.#act(call, scaleSet, machines, {
      seconds: [30, 90],
      begin: (machine) => down(machine) && setPower(machine, 'starting'),
      finish: (machine) => down(machine) && all.boot(machine),
    });
  }

  restart(call: Call, scaleSet: ScaleSet, machines: readonly I[]): Answer {
    const all = this.#all;
    return this.#act(call, scaleSet, machines, {
      seconds: [30, 60],
      begin: (machine) => all.takeDown(machine, 'restart', 'stopping'),
      finish: (machine) => all.boot(machine),
    });
  }

  powerOff(call: Call, scaleSet: ScaleSet, machines: readonly I[]): Answer {
    return this.#stop(call, scaleSet, machines, 'powerOff', ['stopping', 'stopped'], [20, 60]);
  }

  deallocate(call: Call, scaleSet: ScaleSet, machines: readonly I[]): Answer {
    return this.#stop(call, scaleSet, machines, 'deallocate', ['deallocating', 'deallocated'], [40, 120]);
  }

  delete(call: Call, scaleSet: ScaleSet, machines: readonly I[]): Answer {
    const all = this.#all;
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
    machines: readonly I[],
    why: Outage,
    [during, after]: readonly [Power, Power],
    seconds: readonly [number, number],
  ): Answer {
    const all = this.#all;
    return this.#act(call, scaleSet, machines, {
      seconds,
      begin: (machine) => all.takeDown(machine, why, during),
      finish: (machine) => setPower(machine, after),
    });
  }

  #renew(
    call: Call,
    scaleSet: ScaleSet,
    machines: readonly I[],
    why: Outage,
    imageFor: (machine: I) => ImageReference,
  ): Answer {
    const all = this.#all;
    const model = all.model(scaleSet);
    const images = new Map(machines.map((machine) => [machine, this.#resolve(scaleSet, imageFor(machine))]));
    const comesUp = (machine: I) => (images.get(machine)?.image.boots ?? true) && !all.isOrderedDown(machine);
    return this.#act(call, scaleSet, machines, {
      // Compute waits about 40 minutes for a guest that never reports before it gives up.
      seconds: machines.every(comesUp) ? [240, 480] : [2000, 2600],
      begin: (machine) => all.takeDown(machine, why, 'stopping'),
      finish: (machine) => {
        const found = images.get(machine);
        if (!found) return;
        all.replaceDisk(machine, found);
        if (why !== 'reimage' || !this.#keepsOldModel(scaleSet)) all.applyModel(machine, scaleSet, model);
        if (comesUp(machine)) return all.boot(machine);
        setPower(machine, 'running');
        throw all.bootFailure(machine, scaleSet);
      },
      abandon: (machine) => all.boot(machine),
    });
  }

  /** Whether a reimage leaves an instance on its own older model: where settings say that Azure does. */
  #keepsOldModel(scaleSet: ScaleSet): boolean {
    return isFlexible(scaleSet) || settingsOf(this.#world).reimageApplies === 'instance';
  }

  #resolve(scaleSet: ScaleSet, reference: ImageReference): FoundImage {
    return findImage(this.#world, reference, scaleSet.location ?? '', scaleSet.id);
  }

  /** Starts one operation over all the instances; each is Updating until it is done and refuses others meanwhile. */
  #act(call: Call, scaleSet: ScaleSet, machines: readonly I[], action: Action<I>): Answer {
    const { operations } = this.#world;
    const all = this.#all;
    // While the model changes nobody can say which model an instance would get; Azure answers 409.
    operations.refuseIfBusy(scaleSet.id);
    const ids = machines.map(({ instance }) => instance.id);
    const hit = call.fault?.fault === 'partial' ? (call.fault.instanceIds ?? []) : [];
    const abandon = (machine: I) => {
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
          hit.includes(machine.instanceId)
            ? failed(machine, scaleSet, abandon)
            : this.#finish(machine, action),
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

  #finish(machine: I, action: Action<I>): ArmError | undefined {
    const all = this.#all;
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

function hasImage(machine: Computer, { reference }: FoundImage): boolean {
  const current = machine.instance.properties.storageProfile.imageReference ?? {};
  return (
    current.id?.toLowerCase() === reference.id?.toLowerCase() &&
    current.exactVersion === reference.exactVersion
  );
}

/** The instance says from now on that it is made from the image, and its disk is still the one it was. */
function refer({ instance }: Computer, { reference }: FoundImage): void {
  const { storageProfile } = instance.properties;
  Object.assign(instance.properties, { storageProfile: { ...storageProfile, imageReference: reference } });
}

function failed<I extends Computer>(machine: I, scaleSet: ScaleSet, abandon: (machine: I) => void): ArmError {
  abandon(machine);
  const name = isFlexible(scaleSet) ? machine.instanceId : `${scaleSet.name}_${machine.instanceId}`;
  return new ArmError(500, 'VMExtensionProvisioningError', `VM '${name}' could not be provisioned.`);
}

function setPower({ guest }: Computer, power: Power): void {
  guest.power = power;
}
