import { computersOf } from '../compute/computers.ts';
import { shown, soiled } from '../compute/guest/routes.ts';
import { ArmError } from '../core/arm-error.ts';
import type { LocalCall, LocalRoute } from '../core/provider.ts';
import type { World } from '../core/world.ts';

/** The insides of hosts, by computer name, to be looked at and made dirty as those of VMs. */
export function hostGuestRoutes(world: World): LocalRoute[] {
  const guestOf = ({ params }: LocalCall) => {
    const machine = computersOf(world).named(params['name'] ?? '');
    if (machine) return machine.guest;
    throw new ArmError(404, 'NotFound', `There is no host '${params['name'] ?? ''}'.`);
  };
  return [
    {
      method: 'GET',
      path: '/local/hosts/{name}/guest',
      handle: (call) => ({ status: 200, body: shown(guestOf(call)) }),
    },
    {
      method: 'POST',
      path: '/local/hosts/{name}/guest',
      handle: (call) => {
        return { status: 200, body: soiled(guestOf(call), call, world) };
      },
    },
  ];
}
