import type { Clock } from '../clock.ts';
import { keyVaultProvider } from '../key-vault/key-vault.ts';
import { desktopProvider, desktopScripts } from './avd/desktop.ts';
import { computeProvider } from './compute/compute.ts';
import { localRoutes } from './core/local-routes.ts';
import { locksProvider } from './core/locks.ts';
import type { Provider } from './core/provider.ts';
import { resourceGroupsProvider } from './core/resource-groups.ts';
import { rightsRoutes } from './core/rights.ts';
import { serve } from './core/server.ts';
import { subscriptionsProvider } from './core/subscriptions.ts';
import { createWorld, type World } from './core/world.ts';
import { scaleSetsProvider } from './scale-sets/scale-sets.ts';
import { storageProvider } from './storage/storage.ts';

export interface ArmOptions {
  readonly clock: Clock;
  readonly port?: number;
  readonly seed?: number;
  /** Fills the world before the first request: resource groups, networks, machines. */
  readonly fleet?: (world: World) => void;
}

/** A running simulator of Azure Resource Manager. */
export interface Arm {
  readonly url: string;
  readonly port: number;
  readonly world: World;
  readonly stop: () => Promise<void>;
}

/** Starts Azure Resource Manager with the Compute and Desktop Virtualization providers on 127.0.0.1. */
export async function startArm({ clock, port, seed, fleet }: ArmOptions): Promise<Arm> {
  const world = createWorld({ clock, seed });
  const providers: Provider[] = [
    { routes: [], local: [...localRoutes(world), ...rightsRoutes(world)] },
    resourceGroupsProvider(world.resources),
    subscriptionsProvider(world),
    locksProvider(world),
    world.operations.provider(),
    computeProvider(world, desktopScripts(world)),
    scaleSetsProvider(world, desktopScripts(world)),
    desktopProvider(world),
    storageProvider(world),
    keyVaultProvider(world),
  ];
  fleet?.(world);
  const server = await serve(world, providers, port);
  return { ...server, world };
}
