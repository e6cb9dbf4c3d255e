import { ArmError } from './arm-error.ts';
import type { Call, LocalRoute, Provider, Route } from './provider.ts';
import { paged } from './resources.ts';
import type { World } from './world.ts';

/** A management lock: `ReadOnly` lets nothing be changed under its scope, `CanNotDelete` nothing be deleted. */
interface Lock {
  readonly name: string;
  readonly scope: string;
  readonly level: 'CanNotDelete' | 'ReadOnly';
}

const locks = new WeakMap<World, Lock[]>();
const OF_LOCKS = '/providers/Microsoft.Authorization/locks';

/** Nobody deletes, or changes, what is under the lock's scope. */
export function lock(world: World, { name, scope, level }: Lock): void {
  locks.set(world, [...locksIn(world), { name, scope, level }]);
}

const locksIn = (world: World): readonly Lock[] => locks.get(world) ?? [];

function isUnder(path: string, scope: string): boolean {
  const [asked, over] = [path.toLowerCase(), scope.toLowerCase()];
  return asked === over || asked.startsWith(`${over}/`);
}

/** Refuses what a lock forbids ("Lock your resources to protect your infrastructure"): only control-plane requests. */
export function refuseLocked(world: World, { method, path }: Call): void {
  if (method === 'GET' || method === 'HEAD') return;
  const locked = locksIn(world).filter(
    ({ scope, level }) => isUnder(path, scope) && (method === 'DELETE' || level === 'ReadOnly'),
  );
  if (locked.length === 0) return;
  const operation = method === 'DELETE' ? 'delete' : 'write';
  const scopes = locked.map(({ scope }) => `'${scope}'`).join(', ');
  throw new ArmError(
    409,
    'ScopeLocked',
    `The scope '${path}' cannot perform ${operation} operation because following scope(s) are locked: ${scopes}. ` +
      'Please remove the lock and try again.',
  );
}

/** The list of the locks of a subscription, which has those of everything in it. */
export function locksProvider(world: World): Provider {
  const list: Route = {
    method: 'GET',
    path: `/subscriptions/{subscriptionId}${OF_LOCKS}`,
    apiVersion: ['2016-09-01', '2017-04-01', '2020-05-01'],
    handle: (call) => {
      const under = locksIn(world).filter(({ scope }) =>
        isUnder(scope, `/subscriptions/${call.subscriptionId}`),
      );
      return paged(call, under.map(shown), 100);
    },
  };
  return { routes: [list], local: localLocks(world) };
}

function shown({ name, scope, level }: Lock) {
  const type = 'Microsoft.Authorization/locks';
  return { id: `${scope}${OF_LOCKS}/${name}`, name, type, properties: { level } };
}

/** Outside ARM: the locks there are, one more, none any more. */
function localLocks(world: World): LocalRoute[] {
  const path = '/local/locks';
  const list = () => ({ status: 200, body: { value: locksIn(world) } });
  return [
    { method: 'GET', path, handle: list },
    {
      method: 'POST',
      path,
      handle: ({ body }) => {
        const { scope, name = 'lock', level = 'CanNotDelete' } = (body ?? {}) as Partial<Lock>;
        if (typeof scope !== 'string' || !['CanNotDelete', 'ReadOnly'].includes(level)) {
          throw new ArmError(400, 'InvalidLock', 'A lock is {"scope": "/…", "name", "level"}.');
        }
        lock(world, { name, scope, level });
        return { ...list(), status: 201 };
      },
    },
    {
      method: 'DELETE',
      path,
      handle: () => {
        locks.delete(world);
        return { status: 204 };
      },
    },
  ];
}
