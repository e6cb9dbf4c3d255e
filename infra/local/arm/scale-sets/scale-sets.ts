import { runCommandRoutes } from '../compute/run-commands.ts';
import type { ScriptReader } from '../compute/script.ts';
import { ArmError } from '../core/arm-error.ts';
import type { LocalRoute, Provider } from '../core/provider.ts';
import type { World } from '../core/world.ts';
import { hostGuestRoutes } from './guest-routes.ts';
import { instanceRoutes } from './instance-routes.ts';
import { machinesOf } from './machines.ts';
import { modelRoutes } from './model-routes.ts';
import { INSTANCE_PATH } from './paths.ts';
import { INSTANCE } from './scale-set.ts';
import { settingsOf } from './settings.ts';

/** Microsoft.Compute's scale sets, and the instances of Uniform ones with the run commands on these. */
export function scaleSetsProvider(world: World, readers: readonly ScriptReader[] = []): Provider {
  const machines = machinesOf(world);
  const runCommands = runCommandRoutes(world, {
    path: INSTANCE_PATH,
    type: `${INSTANCE}/runCommands`,
    by: ['resourceGroup', 'vmScaleSetName', 'instanceId'],
    host: (call) => {
      const { instance, scaleSet, guest } = machines.require(call.path.split('/').slice(0, 11).join('/'));
      return { machineId: instance.id, location: scaleSet.location ?? '', guest };
    },
    readers,
  });
  const settle: LocalRoute = {
    method: 'POST',
    path: '/local/scale-sets',
    handle: ({ body }) => {
      const { reimageApplies, flexibleUpgrade } = (body ?? {}) as Record<string, unknown>;
      const settings = settingsOf(world);
      if (reimageApplies !== undefined) {
        if (reimageApplies !== 'model' && reimageApplies !== 'instance') {
          throw new ArmError(400, 'InvalidRequest', "reimageApplies must be 'model' or 'instance'.");
        }
        settings.reimageApplies = reimageApplies;
      }
      if (flexibleUpgrade !== undefined) {
        if (flexibleUpgrade !== 'renews' && flexibleUpgrade !== 'refers') {
          throw new ArmError(400, 'InvalidRequest', "flexibleUpgrade must be 'renews' or 'refers'.");
        }
        settings.flexibleUpgrade = flexibleUpgrade;
      }
      return { status: 200, body: settings };
    },
  };
  return {
    routes: [...modelRoutes(world), ...instanceRoutes(world), ...runCommands],
    local: [settle, ...hostGuestRoutes(world)],
  };
}
