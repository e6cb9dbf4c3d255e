export interface ParsedId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** `Microsoft.Compute/galleries/images`. */
  readonly type: string;
  readonly name: string;
  /** The names along the path, the resource's own last. */
  readonly names: readonly string[];
}

const SHAPE = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+)$/i;

/** Takes a resource id apart; throws when the text is not one (ask `isResourceId` first about foreign text). */
export function parseId(id: string): ParsedId {
  const match = SHAPE.exec(id);
  const [, subscriptionId = '', resourceGroup = '', namespace = '', path = ''] = match ?? [];
  const segments = path.split('/');
  if (!match || segments.length % 2 !== 0) throw new Error(`not a resource id: ${id}`);
  const names = segments.filter((_, index) => index % 2 === 1);
  const types = segments.filter((_, index) => index % 2 === 0);
  return {
    subscriptionId,
    resourceGroup,
    type: [namespace, ...types].join('/'),
    name: names.at(-1) ?? '',
    names,
  };
}

export function isResourceId(id: string): boolean {
  const match = SHAPE.exec(id);
  return match !== null && (match[4] ?? '').split('/').length % 2 === 0;
}

export function groupOf(id: string): string {
  return parseId(id).resourceGroup;
}

/** The id of the resource this one lies under; undefined for top-level resources. */
export function parentOf(id: string): string | undefined {
  return parseId(id).names.length > 1 ? id.split('/').slice(0, -2).join('/') : undefined;
}

export function sameId(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase();
}

/** "West Europe" and "westeurope" are one region to Azure. */
export function regionName(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}
