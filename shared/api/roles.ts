/** Who may ask: by what people may do, not by what they are. */
export const roles = ['reader', 'builder', 'releaser', 'approver', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What a request is about: an image set, a host pool, or neither, which is everything at once. */
export interface Scope {
  readonly imageSet?: string;
  readonly hostPool?: string;
}

/** A role, for everything; or, where names are stated, for these image sets and host pools and nothing else. */
export interface Grant {
  readonly role: Role;
  /** A name, or the beginning of names and `*`. */
  readonly imageSets?: readonly string[] | undefined;
  readonly hostPools?: readonly string[] | undefined;
}

/** Any role lets read, and an admin may do all; none of the others stands for another. */
export function includes(granted: Role, wanted: Role): boolean {
  return granted === wanted || granted === 'admin' || wanted === 'reader';
}

/** Whether a grant is for everything. */
export function isUnlimited({ imageSets, hostPools }: Grant): boolean {
  return imageSets === undefined && hostPools === undefined;
}

/** Whether one of the grants is of the role, or includes it, for what the request is about. */
export function may(grants: readonly Grant[], wanted: Role, scope: Scope): boolean {
  return grants.some((grant) => includes(grant.role, wanted) && covers(grant, scope));
}

/** Whether the caller may know of it. What concerns everything, everybody who may read anything sees. */
export function sees(grants: readonly Grant[], scope: Scope): boolean {
  const isOfAll = scope.imageSet === undefined && scope.hostPool === undefined;
  return isOfAll ? grants.length > 0 : may(grants, 'reader', scope);
}

/** A grant with names is never for what concerns everything. */
function covers(grant: Grant, { imageSet, hostPool }: Scope): boolean {
  if (isUnlimited(grant)) return true;
  if (imageSet !== undefined && !isNamed(grant.imageSets, imageSet)) return false;
  if (hostPool !== undefined && !isNamed(grant.hostPools, hostPool)) return false;
  return imageSet !== undefined || hostPool !== undefined;
}

function isNamed(names: readonly string[] | undefined, name: string): boolean {
  return (names ?? []).some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name));
}
