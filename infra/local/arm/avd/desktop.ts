import { computersOf } from '../compute/computers.ts';
import type { ScriptReader } from '../compute/script.ts';
import type { Provider } from '../core/provider.ts';
import type { World } from '../core/world.ts';
import { agentsOf } from './agents.ts';
import { readsAgentInstall } from './agent-script.ts';
import { Autoscaler } from './autoscaler.ts';
import { brokerOf } from './broker.ts';
import { hostPoolRoutes } from './host-pool-routes.ts';
import { desktopLocalRoutes } from './local-routes.ts';
import { configurationRoutes } from './management.ts';
import { peopleOf } from './people.ts';
import { personalScheduleRoutes } from './personal-schedule-routes.ts';
import { scalingPlanRoutes } from './scaling-plan-routes.ts';
import { sessionHostRoutes } from './session-host-routes.ts';
import { userSessionRoutes } from './user-session-routes.ts';

/** Microsoft.DesktopVirtualization: host pools, their hosts and the sessions on them. */
export function desktopProvider(world: World): Provider {
  const broker = brokerOf(world);
  const computers = computersOf(world);
  const people = peopleOf(world);
  const autoscaler = new Autoscaler(world, broker);
  return {
    routes: [
      ...hostPoolRoutes(world, broker),
      ...configurationRoutes(world, broker),
      ...scalingPlanRoutes(world, broker, autoscaler),
      ...personalScheduleRoutes(world, autoscaler),
      ...sessionHostRoutes(world, broker),
      ...userSessionRoutes(world, broker),
    ],
    local: desktopLocalRoutes({ world, broker, agents: agentsOf(world), computers, people, autoscaler }),
  };
}

/** The scripts that machines understand because the desktop agent can be installed on them. */
export function desktopScripts(world: World): readonly ScriptReader[] {
  return [readsAgentInstall(brokerOf(world), agentsOf(world), computersOf(world))];
}
