import type { IncomingHttpHeaders } from 'node:http';
import { ArmError } from './arm-error.ts';
import { parseId, sameId } from './resource-id.ts';
import { refuseUnreadable } from './rights.ts';
import type { World } from './world.ts';

/** The tenant of every subscription that was not given another. */
export const HOME_TENANT = '11111111-1111-1111-1111-111111111111';

const tenants = new WeakMap<World, Map<string, string>>();

/** Makes a subscription another tenant's. */
export function setTenant(world: World, subscriptionId: string, tenantId: string): void {
  const known = tenants.get(world) ?? new Map<string, string>();
  tenants.set(world, known.set(subscriptionId.toLowerCase(), tenantId));
}

/** Whose a subscription is. */
export function tenantOf(world: World, subscriptionId: string): string {
  return tenants.get(world)?.get(subscriptionId.toLowerCase()) ?? HOME_TENANT;
}

/** Any token is good in the home tenant; elsewhere it must have been issued there. */
export function refuseForeignToken(world: World, subscriptionId: string, headers: IncomingHttpHeaders): void {
  const tenant = tenantOf(world, subscriptionId);
  if (tenant === HOME_TENANT || isFor(tenant, headers.authorization)) return;
  throw new ArmError(
    401,
    'InvalidAuthenticationTokenTenant',
    `The access token is from the wrong issuer 'https://sts.windows.net/${HOME_TENANT}/'. It must match the tenant ` +
      `'https://sts.windows.net/${tenant}/' associated with this subscription. Please use the authority (URL) ` +
      `'https://login.windows.net/${tenant}' to get the token.`,
  );
}

/**
 * Refuses to link to what the client may not read, and to another tenant's resource without a token of that tenant beside the first ("Authenticate
 * requests across tenants": header `x-ms-authorization-auxiliary`).
 */
export function refuseForeignLink(
  world: World,
  { id, headers }: { id: string; headers: IncomingHttpHeaders },
  linked: string,
): void {
  const { subscriptionId, type } = parseId(linked);
  refuseUnreadable(world, id, linked, type);
  const [tenant, own] = [tenantOf(world, subscriptionId), tenantOf(world, parseId(id).subscriptionId)];
  if (sameId(tenant, own) || isFor(tenant, String(headers['x-ms-authorization-auxiliary'] ?? ''))) return;
  throw new ArmError(
    403,
    'LinkedAuthorizationFailed',
    `The client has permission to perform action '${type}/read' on scope '${id}', however the current tenant '${own}' ` +
      `is not authorized to access linked subscription '${subscriptionId}'.`,
  );
}

/** A token tells its tenant as the claim `tid`; one that was made up here may simply contain the tenant's id. */
function isFor(tenant: string, header: string | undefined): boolean {
  const tokens = (header ?? '').split(/[,;]/).map((text) => text.trim().replace(/^Bearer /i, ''));
  return tokens.some((token) => token.includes(tenant) || claims(token).includes(tenant));
}

function claims(token: string): string {
  return Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
}
