import type { Provider } from '../core/provider.ts';
import type { World } from '../core/world.ts';

/** Microsoft.Compute, except scale sets. */
export function computeProvider(_world: World): Provider {
  return { routes: [] };
}
