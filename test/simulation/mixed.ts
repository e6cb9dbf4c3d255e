import type { Random } from '../support/random.ts';
import { elderVersion } from '../support/small-azure.ts';
import type { Cloud } from './cloud.ts';
import { seedVersion } from './seeded.ts';

/** Machines that stand alone need not all have come from one version. */
export async function mix(cloud: Cloud, random: Random): Promise<void> {
  const mixed = [...cloud.places.values()].filter(
    ({ azure }) => azure.kind === 'stand-alone' && random.happens(0.4),
  );
  if (mixed.length === 0) return;
  await seedVersion(cloud, '0.9.0', elderVersion);
  for (const { azure } of mixed) {
    const state = azure.fleet.get(random.oneOf([...azure.fleet.keys()]));
    if (state) state.machine = { ...state.machine, imageVersionId: elderVersion };
  }
}
