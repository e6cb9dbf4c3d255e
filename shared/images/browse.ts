/** What is asked of the marketplace's shelves, in one region. Undefined: there is no such shelf. */
export interface Shelves {
  readonly publishers: (place: Place) => Promise<readonly string[]>;
  readonly offers: (place: Place, publisher: string) => Promise<readonly string[] | undefined>;
  readonly skus: (place: Place, publisher: string, offer: string) => Promise<readonly string[] | undefined>;
  /** Newest first. */
  readonly versions: (
    place: Place,
    publisher: string,
    offer: string,
    sku: string,
  ) => Promise<readonly string[] | undefined>;
}

export interface Place {
  readonly subscriptionId: string;
  readonly location: string;
}

export type HostPoolType = 'pooled' | 'personal';

/** What Azure Virtual Desktop can do with an image of the marketplace. */
export interface AvdUse {
  readonly operatingSystem: string;
  /** `24h2`, or the year of a server. */
  readonly release: string;
  readonly isMultiSession: boolean;
  readonly hasMicrosoft365: boolean;
  /** The host pools it suits: several people on one machine, or one machine for each. */
  readonly suits: readonly HostPoolType[];
}

/**
 * The publishers whose images AVD runs: Windows client and server, plain or hardened. Source: "Prerequisites
 * for Azure Virtual Desktop", operating systems and licences.
 */
const publishers = [
  'MicrosoftWindowsDesktop',
  'MicrosoftWindowsServer',
  'center-for-internet-security-inc',
] as const;

export function isForAvd(publisher: string): boolean {
  return publishers.some((known) => known.toLowerCase() === publisher.toLowerCase());
}

/**
 * What AVD can do with a SKU, read from its name as Microsoft forms it; undefined where it can do nothing with
 * it: Pro, Education, LTSC, IoT, the N editions, servers without a desktop.
 */
export function avdUse(publisher: string, offer: string, sku: string): AvdUse | undefined {
  if (!isForAvd(publisher)) return undefined;
  return /server/i.test(`${publisher} ${offer}`) ? serverUse(sku) : clientUse(offer, sku);
}

function clientUse(offer: string, sku: string): AvdUse | undefined {
  // win11-24h2-avd-m365, win10-22h2-ent-g2, 20h2-evd: release, edition, and what else is in it.
  const found = /(?:win(10|11)-)?(\d\dh\d)-(avd|evd|ent|entn)\b/i.exec(sku);
  if (!found) return undefined;
  const [, named, release = '', edition = ''] = found;
  if (edition.toLowerCase() === 'entn' || /ltsc|iot/i.test(sku)) return undefined;
  const generation = named ?? (/(?:windows-|win)(10|11)/i.exec(offer)?.[1] || '10');
  const isMultiSession = /^[ae]vd$/i.test(edition);
  return {
    operatingSystem: `Windows ${generation} Enterprise${isMultiSession ? ' multi-session' : ''}`,
    release: release.toLowerCase(),
    isMultiSession,
    hasMicrosoft365: /m365|o365/i.test(sku) || /office-365/i.test(offer),
    suits: isMultiSession ? ['pooled', 'personal'] : ['personal'],
  };
}

function serverUse(sku: string): AvdUse | undefined {
  const year = /20(?:16|19|22|25)/.exec(sku)?.[0];
  if (year === undefined || !/datacenter|azure-edition|-l[12]\b|server/i.test(sku)) return undefined;
  if (/-core\b|core-|smalldisk-core|containers/i.test(sku)) return undefined;
  const suits = ['pooled', 'personal'] as const;
  const operatingSystem = `Windows Server ${year}`;
  return { operatingSystem, release: year, isMultiSession: true, hasMicrosoft365: false, suits };
}

/**
 * The one to take for a kind of pool where nothing speaks for another: the newest client; for pooled pools
 * multi-session, for personal ones single-session; without Office, which updates by itself.
 */
export function recommendedFor(pool: HostPoolType, skus: readonly string[], use: Uses): string | undefined {
  const fit = (sku: string) => {
    const known = use(sku);
    return (
      known !== undefined &&
      known.operatingSystem.startsWith('Windows 1') &&
      known.isMultiSession === (pool === 'pooled') &&
      !known.hasMicrosoft365
    );
  };
  const order = (sku: string) => {
    const { operatingSystem = '', release = '' } = use(sku) ?? {};
    return `${operatingSystem} ${release}`;
  };
  return skus
    .filter(fit)
    .toSorted((a, b) => order(b).localeCompare(order(a)) || a.length - b.length)
    .at(0);
}

type Uses = (sku: string) => AvdUse | undefined;
