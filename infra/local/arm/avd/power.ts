import { virtualMachineRoutes } from '../compute/virtual-machines.ts';
import { ArmError } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { RouteTable } from '../core/routes.ts';
import type { World } from '../core/world.ts';
import { instanceRoutes } from '../scale-sets/instance-routes.ts';
import type { SessionHost } from './session-host.ts';

const switches = new WeakMap<World, PowerSwitch>();

/** The right of the desktop service to start and stop machines in this world ("Power On Off Contributor"). */
export function powerOf(world: World): PowerSwitch {
  const known = switches.get(world) ?? new PowerSwitch(world);
  switches.set(world, known);
  return known;
}

/** Starts and deallocates the machines of session hosts as anybody does: by asking Compute, which may refuse. */
export class PowerSwitch {
  readonly #routes = new RouteTable<Route>();

  constructor(world: World) {
    this.#routes.add(...virtualMachineRoutes(world, []), ...instanceRoutes(world));
  }

  /** Whether the machine costs money: a stopped one is as good as off for its users, and Azure starts it as well. */
  isOff({ machine }: SessionHost): boolean {
    const { power } = machine.guest;
    return power === 'deallocated' || power === 'stopped';
  }

  /** False where Compute refuses: something else is being done to the machine. */
  start(host: SessionHost): boolean {
    return this.#ask(`${host.machine.instance.id}/start`);
  }

  deallocate(host: SessionHost): boolean {
    return this.#ask(`${host.machine.instance.id}/deallocate`);
  }

  #ask(path: string): boolean {
    const found = this.#routes.matching(path).find(({ route }) => route.method === 'POST');
    if (!found) throw new Error(`nobody answers to ${path}`);
    const { route, params } = found;
    const call: Call = {
      method: 'POST',
      path,
      params,
      query: new URLSearchParams(),
      headers: {},
      body: undefined,
      apiVersion: String(route.apiVersion),
      subscriptionId: params['subscriptionId'] ?? '',
      resourceGroup: params['resourceGroup'] ?? '',
    };
    try {
      // Both answer at once; what they start goes on by itself.
      void route.handle(call);
      return true;
    } catch (error) {
      if (error instanceof ArmError) return false;
      throw error;
    }
  }
}
