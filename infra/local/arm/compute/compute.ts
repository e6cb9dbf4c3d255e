import type { Provider } from '../core/provider.ts';
import type { World } from '../core/world.ts';
import { directoryRoutes } from './directory.ts';
import { diskRoutes } from './disk-routes.ts';
import { galleryRoutes } from './galleries.ts';
import { galleryImageVersionRoutes } from './gallery-image-versions.ts';
import { galleryImageRoutes } from './gallery-images.ts';
import { guestRoutes } from './guest/routes.ts';
import { managedImageRoutes } from './managed-images.ts';
import { marketplaceRoutes } from './marketplace.ts';
import { networkRoutes } from './network.ts';
import { quotaLocalRoutes, usageRoutes } from './quota.ts';
import { resourceSkuRoutes, skuLocalRoutes } from './resource-skus.ts';
import type { ScriptReader } from './script.ts';
import { webRoutes } from '../web/routes.ts';
import { virtualMachineRoutes } from './virtual-machines.ts';

/** Microsoft.Compute, except scale sets, with the little of Microsoft.Network that machines need. */
export function computeProvider(world: World, readers: readonly ScriptReader[] = []): Provider {
  return {
    routes: [
      ...marketplaceRoutes(),
      ...galleryRoutes(world),
      ...galleryImageRoutes(world),
      ...galleryImageVersionRoutes(world),
      ...virtualMachineRoutes(world, readers),
      ...diskRoutes(world, 'disk'),
      ...diskRoutes(world, 'snapshot'),
      ...managedImageRoutes(world),
      ...networkRoutes(world),
      ...usageRoutes(world),
      ...resourceSkuRoutes(world),
    ],
    local: [
      ...quotaLocalRoutes(world),
      ...skuLocalRoutes(world),
      ...guestRoutes(world),
      ...webRoutes(world),
      ...directoryRoutes(world),
    ],
  };
}
