import type { World } from '../core/world.ts';

export interface ScaleSetSettings {
  /**
   * What a reimage of a Uniform instance restores while it lags behind the model. The documents disagree: the
   * scale set's model (the product team's word in azure-cli#6388), or the image the instance had, until
   * `manualupgrade` ("the existing version of OS Disk" in the REST reference, and users in the same thread).
   */
  reimageApplies: 'model' | 'instance';
  /**
   * What `manualupgrade` does to a Flexible instance that lags in its image. "Perform manual upgrades" says that it
   * brings the model, and the page on reimaging that some changes need a reimage; neither says which does what to the
   * image. `renews`: the upgrade brings the model with a new OS disk, and a reimage keeps the instance's own image.
   * `refers`: the upgrade changes the reference only, and a reimage makes the disk from it.
   */
  flexibleUpgrade: 'renews' | 'refers';
}

const settings = new WeakMap<World, ScaleSetSettings>();

/** How this world's scale sets behave where Azure's documents leave a choice. */
export function settingsOf(world: World): ScaleSetSettings {
  const known = settings.get(world) ?? { reimageApplies: 'model', flexibleUpgrade: 'renews' };
  settings.set(world, known);
  return known;
}
