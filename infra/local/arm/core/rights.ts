import { ArmError } from './arm-error.ts';
import type { Call, LocalRoute, Route } from './provider.ts';
import { routeType } from './routes.ts';
import type { World } from './world.ts';

/** What the client may not do, everything under a scope: nothing at all, or nothing that changes anything. */
interface Withheld {
  readonly scope: string;
  readonly verb: 'read' | 'write';
}

const withheld = new WeakMap<World, Withheld[]>();

/** The client may do anything but this: role assignments, as far as one has to be without one. */
export function withhold(world: World, scope: string, verb: Withheld['verb']): void {
  withheld.set(world, [...(withheld.get(world) ?? []), { scope: scope.toLowerCase(), verb }]);
}

/** Refuses what the client has no right to ("Troubleshoot Azure RBAC", AuthorizationFailed). */
export function refuseUnentitled(world: World, route: Route, { method, path }: Call): void {
  const isRead = method === 'GET' || method === 'HEAD';
  if (!isWithheld(world, path, isRead ? 'read' : 'write')) return;
  const action = { GET: 'read', HEAD: 'read', DELETE: 'delete', POST: 'action' }[method] ?? 'write';
  throw new ArmError(
    403,
    'AuthorizationFailed',
    `The client 'goldsmith' with object id 'goldsmith' does not have authorization to perform action ` +
      `'${routeType(route.path)}/${action}' over scope '${path}' or the scope is invalid. If access was recently ` +
      'granted, please refresh your credentials.',
  );
}

/** Refuses to link to what the client may not read ("Troubleshoot Azure RBAC", LinkedAuthorizationFailed). */
export function refuseUnreadable(world: World, id: string, linked: string, type: string): void {
  if (!isWithheld(world, linked, 'read')) return;
  throw new ArmError(
    403,
    'LinkedAuthorizationFailed',
    `The client has permission to perform action 'write' on scope '${id}', however does not have permission to ` +
      `perform action '${type}/read' on the linked scope(s) '${linked}' or the linked scope(s) are invalid.`,
  );
}

/** Outside ARM: what is withheld, one thing more, everything given back. */
export function rightsRoutes(world: World): LocalRoute[] {
  const path = '/local/rights';
  const list = () => ({ status: 200, body: { withheld: withheld.get(world) ?? [] } });
  return [
    { method: 'GET', path, handle: list },
    {
      method: 'POST',
      path,
      handle: ({ body }) => {
        const { scope, verb = 'read' } = (body ?? {}) as Partial<Withheld>;
        if (typeof scope !== 'string' || (verb !== 'read' && verb !== 'write')) {
          throw new ArmError(
            400,
            'InvalidRight',
            'What is withheld is {"scope": "/…", "verb": "read" or "write"}.',
          );
        }
        withhold(world, scope, verb);
        return { ...list(), status: 201 };
      },
    },
    {
      method: 'DELETE',
      path,
      handle: () => {
        withheld.delete(world);
        return { status: 204 };
      },
    },
  ];
}

function isWithheld(world: World, path: string, verb: Withheld['verb']): boolean {
  const asked = path.toLowerCase();
  return (withheld.get(world) ?? []).some(
    (one) =>
      (asked === one.scope || asked.startsWith(`${one.scope}/`)) &&
      (one.verb === 'read' || one.verb === verb),
  );
}
