import { type Instant, secondsBetween } from '../instant.ts';
import type { FleetAddress, Fleets } from './fleet.ts';

/**
 * Who uses which version is asked of every scale set for every version: a reading serves them all for so long. A
 * rollout is on record from before it changes anything until minutes after, and records are read anew each time.
 */
const rememberedSeconds = 15;

/** The models and machines of scale sets, as whoever asks who uses a version may see them: a moment old. */
export function rememberingFleets(
  fleets: Pick<Fleets, 'model' | 'list'>,
  now: () => Instant,
): Pick<Fleets, 'model' | 'list'> {
  return {
    model: remembering(async (scaleSet) => await fleets.model(scaleSet), now),
    list: remembering(async (scaleSet) => await fleets.list(scaleSet), now),
  };
}

function remembering<Found>(read: (scaleSet: FleetAddress) => Promise<Found>, now: () => Instant) {
  const known = new Map<string, { readonly at: Instant; readonly found: Found }>();
  return async (scaleSet: FleetAddress): Promise<Found> => {
    const at = now();
    for (const [key, last] of known) if (secondsBetween(last.at, at) >= rememberedSeconds) known.delete(key);
    const key = [scaleSet.subscriptionId, scaleSet.resourceGroup, scaleSet.scaleSet].join('/').toLowerCase();
    const last = known.get(key);
    if (last) return last.found;
    const found = await read(scaleSet);
    // As old as the question: what was changed while it was answered may not be in it.
    known.set(key, { at, found });
    return found;
  };
}
