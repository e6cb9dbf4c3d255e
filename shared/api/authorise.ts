import { AppError } from '../errors.ts';
import type { Caller } from './identity.ts';
import { type Grant, includes, isUnlimited, may, type Role, type Scope, sees } from './roles.ts';
import { collectionOf, type Find } from './scopes.ts';

/** What is asked for, as the endpoint declares it. */
interface Wanted {
  readonly method: string;
  readonly route: string;
  readonly role: Role;
}
type Words = Readonly<Record<string, unknown>>;

/** Refuses whoever has the role for nothing at all: before anything of the request is read. */
export function refuseWithoutRole({ grants }: Caller, role: Role): void {
  if (!grants.some((grant) => includes(grant.role, role))) throw forbidden(role, '');
}

/**
 * Refuses what is outside of what the caller may: as not there where he may not see it, as forbidden where he may. Of
 * what he may not see the answer hangs on its name alone and on what was looked up either way, never on whether it is.
 */
export async function refuseOutside(caller: Caller, wanted: Wanted, path: Words, find: Find): Promise<void> {
  const { grants } = caller;
  if (grants.every(isUnlimited)) return;
  const { one } = collectionOf(wanted.route) ?? {};
  const id = one && path[one.parameter];
  if (!one || typeof id !== 'string') return refuseWhole(grants, wanted);
  const scope = await one.scope(id, find);
  if (scope) return refuseThing(grants, wanted.role, { thing: one.thing, id, scope });
  // Where there is none, a new one may be put: its body says where it belongs.
  if (wanted.method !== 'PUT' && !grants.some(isUnlimited)) throw noSuch(one.thing, id, id);
}

interface Thing {
  readonly thing: string;
  readonly id: string;
  readonly scope: Scope;
}

function refuseThing(grants: readonly Grant[], role: Role, { thing, id, scope }: Thing): void {
  if (!sees(grants, scope)) throw noSuch(thing, id, id);
  if (role !== 'reader' && !may(grants, role, scope)) throw forbidden(role, ` for ${thing} ${id}`);
}

/** The same for what the body says that it is about. */
export function refuseOutsideBody({ grants }: Caller, { route, role }: Wanted, body: unknown): void {
  if (grants.every(isUnlimited) || typeof body !== 'object' || body === null) return;
  const asked = collectionOf(route)?.asked?.(body as Words);
  if (!asked) return;
  const { scope, target } = asked;
  const { imageSet, hostPool } = scope;
  if (!sees(grants, scope)) {
    throw imageSet === undefined
      ? noSuch('host pool', hostPool, target)
      : noSuch('image set', imageSet, target);
  }
  if (!asked.sees && !may(grants, role, scope)) throw forbidden(role, ` for ${named(scope)}`);
}

/** Of an answer's list what the caller may see; a page may come out shorter than was asked for. */
export function onlySeen(caller: Caller, { route }: Pick<Wanted, 'route'>, answered: unknown): unknown {
  const { grants } = caller;
  if (grants.some(isUnlimited) || typeof answered !== 'object' || answered === null) return answered;
  const { value } = answered as { value?: unknown };
  const collection = collectionOf(route);
  // What lists within one image set or host pool show belongs to that.
  if (!Array.isArray(value) || (collection?.one && route.includes('{'))) return answered;
  const seen = value.filter((item: Words) => {
    const scope = collection?.shown(item);
    return scope !== undefined && sees(grants, scope);
  });
  return { ...answered, value: seen };
}

/** Lists are for whoever may see anything, and show no more than that; whatever else is of everything is not. */
function refuseWhole(grants: readonly Grant[], { route, role }: Wanted): void {
  const collection = collectionOf(route);
  const isList = collection && (!collection.one || !route.includes('/'));
  const isOpen = role === 'reader' && isList;
  if (!isOpen && !may(grants, role, {})) throw forbidden(role, ' for everything');
}

function named({ imageSet, hostPool }: Scope): string {
  if (imageSet !== undefined) return `image set ${imageSet}`;
  return hostPool === undefined ? 'everything' : `host pool ${hostPool}`;
}

function forbidden(role: Role, where: string): AppError {
  return new AppError('Forbidden', `This needs the role ${role}${where}.`, { target: role });
}

function noSuch(thing: string, name: string | undefined, target: string): AppError {
  return new AppError('NotFound', `There is no ${thing} ${name}.`, { target });
}
