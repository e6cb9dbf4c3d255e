import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { DefinitionRef } from './gallery.ts';
import type { Place, PlacePlan } from './place.ts';
import type { PutPlace } from './request-bodies.ts';

/** Where the versions of a set are, and of what kind. */
export interface SetPlan {
  readonly subscriptionId: string;
  readonly gallery: { readonly resourceGroup: string; readonly name: string };
  readonly definition: { readonly name: string; readonly securityType: string };
}

/** What is asked for, in full; refused where Azure would make no such copy. */
export function planOfPlace(
  set: string,
  asked: Omit<z.infer<typeof PutPlace>, 'by'>,
  own: SetPlan,
): PlacePlan {
  const { resourceGroup, name } = own.gallery;
  const home = { subscriptionId: own.subscriptionId, resourceGroup, gallery: name };
  const said = asked as z.infer<typeof PutPlace>;
  const { subscriptionId, tenantId } = said;
  const there = { subscriptionId, ...(tenantId !== undefined && { tenantId }) };
  if (said.how === 'grant') {
    const isTenant = said.shareWith === 'tenant' && tenantId !== undefined;
    const grantee = isTenant
      ? ({ kind: 'AADTenants', id: tenantId } as const)
      : ({ kind: 'Subscriptions', id: subscriptionId } as const);
    return { how: 'grant', gallery: home, ...there, grantee };
  }
  if (own.definition.securityType === 'TrustedLaunch') {
    const why = `Image set ${set} is TrustedLaunch: Azure makes such a version of a machine or its disks, and of no other version. Make the place a grant.`;
    throw new AppError('UnsupportedSource', why, { target: 'how' });
  }
  const { gallery, regions, definition = own.definition.name } = said;
  const ref = { ...there, resourceGroup: gallery.resourceGroup, gallery: gallery.name, definition };
  if (isSame(ref, { ...home, definition: own.definition.name })) {
    const why = 'That is where the versions of the set are themselves.';
    throw new AppError('ValidationFailed', why, { target: 'gallery' });
  }
  return { how: 'copy', gallery: ref, location: gallery.location, regions };
}

/** Two places cannot have their copies in one definition: the numbers would be the same. */
export function refuseOtherPlace(plan: PlacePlan, name: string, places: readonly Place[]): void {
  if (plan.how !== 'copy') return;
  const other = places.find(
    (place) => place.name !== name && place.plan.how === 'copy' && isSame(place.plan.gallery, plan.gallery),
  );
  if (!other) return;
  const why = `The copies of place ${other.name} are in that definition already.`;
  throw new AppError('ValidationFailed', why, { target: 'gallery' });
}

function isSame(one: DefinitionRef, other: DefinitionRef): boolean {
  return (['subscriptionId', 'resourceGroup', 'gallery', 'definition'] as const).every(
    (part) => one[part].toLowerCase() === other[part].toLowerCase(),
  );
}
