import type { Computer } from '../compute/computer.ts';
import type { World } from '../core/world.ts';
import { flexibleMachinesOf } from './flexible-machines.ts';
import { findImage } from './image-rules.ts';
import type { Instances } from './instances.ts';
import { machinesOf } from './machines.ts';
import { imageOf, isFlexible, type ScaleSet } from './scale-set.ts';

/** Brings a scale set to a number of instances: new ones boot from the model's image, the newest go first. */
export function scaleTo(world: World, scaleSet: ScaleSet, capacity: number): void {
  if (isFlexible(scaleSet)) scale(world, flexibleMachinesOf(world), scaleSet, capacity);
  else scale(world, machinesOf(world), scaleSet, capacity);
}

function scale<I extends Computer>(
  world: World,
  instances: Instances<I>,
  scaleSet: ScaleSet,
  capacity: number,
): void {
  const existing = instances.of(scaleSet);
  for (let more = existing.length; more < capacity; more += 1) {
    instances.scaleOut(scaleSet, findImage(world, imageOf(scaleSet), scaleSet.location ?? '', scaleSet.id));
  }
  for (const instance of existing.slice(capacity)) instances.remove(instance);
}
