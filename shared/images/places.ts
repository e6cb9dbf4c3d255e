import type { Instant } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import type { Places } from './admit.ts';
import type { BenchPlaces, BenchPlacesEvent } from './bench-places.ts';

/** Who is on the bench of a subscription is one row, so that of two claims for the last place one wins. */
export function benchPlaces(
  engine: Engine<BenchPlaces, BenchPlacesEvent, never>,
  most: number,
  now: () => Instant,
): Places {
  return {
    ask: async (subscriptionId, claim) => {
      const { state } = await engine.record(subscriptionId, () => ({
        type: 'asked',
        claim,
        most,
        at: now(),
      }));
      return state;
    },
    leave: async (subscriptionId, version) => {
      await engine.record(subscriptionId, () => ({ type: 'left', version, at: now() }));
    },
  };
}
