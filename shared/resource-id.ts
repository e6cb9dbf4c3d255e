/** The parts of an ARM id; `names` from the outermost to the resource's own. */
interface ResourceId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** In lower case, as Azure compares it: `microsoft.compute/disks`. */
  readonly type: string;
  readonly names: readonly string[];
}

/** Takes an ARM id apart; undefined if it is none. */
export function parseResourceId(id: string): ResourceId | undefined {
  const found =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)((?:\/[^/]+\/[^/]+)+)$/i.exec(id);
  if (!found) return undefined;
  const [, subscriptionId = '', resourceGroup = '', provider = '', rest = ''] = found;
  const parts = rest.slice(1).split('/');
  const types = parts.filter((_, index) => index % 2 === 0);
  const names = parts.filter((_, index) => index % 2 === 1);
  return { subscriptionId, resourceGroup, type: [provider, ...types].join('/').toLowerCase(), names };
}

/** `West Europe` and `westeurope` are one region. */
export function regionName(text: string): string {
  return text.replaceAll(/\s/g, '').toLowerCase();
}

/** Azure names a child `parent/child`, and sometimes not: its own part of either. */
export function lastSegment(name: string | undefined): string {
  return name?.split('/').at(-1) ?? '';
}
