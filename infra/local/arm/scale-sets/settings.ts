import type { World } from '../core/world.ts';

export interface ScaleSetSettings {
  /**
   * What a reimage of a Uniform instance restores while it lags behind the model. The documents disagree: the
   * scale set's model (the product team's word in azure-cli#6388), or the image the instance had, until
   * `manualupgrade` ("the existing version of OS Disk" in the REST reference, and users in the same thread).
   */
  reimageApplies: 'model' | 'instance';
}

const settings = new WeakMap<World, ScaleSetSettings>();

/** How this world's scale sets behave where Azure's documents leave a choice. */
export function settingsOf(world: World): ScaleSetSettings {
  const known = settings.get(world) ?? { reimageApplies: 'model' };
  settings.set(world, known);
  return known;
}
