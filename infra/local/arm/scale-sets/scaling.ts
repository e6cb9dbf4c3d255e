import type { World } from '../core/world.ts';
import { findImage } from './image-rules.ts';
import { machinesOf } from './machines.ts';
import { imageOf, type ScaleSet } from './scale-set.ts';

/** Brings a scale set to a number of instances: new ones boot from the model's image, the newest go first. */
export function scaleTo(world: World, scaleSet: ScaleSet, capacity: number): void {
  const machines = machinesOf(world);
  const existing = machines.of(scaleSet);
  const last = Math.max(-1, ...existing.map(({ instanceId }) => Number(instanceId)));
  for (let more = 1; more <= capacity - existing.length; more += 1) {
    const found = findImage(world, imageOf(scaleSet), scaleSet.location ?? '', scaleSet.id);
    machines.add(scaleSet, String(last + more), found);
  }
  for (const machine of existing.slice(capacity)) machines.remove(machine);
}
