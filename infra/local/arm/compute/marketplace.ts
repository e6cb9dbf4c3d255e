import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import { marketplaceFacts } from './guest/marketplace-contents.ts';
import type { Image } from './image.ts';
import { CATALOG, type MarketplaceSku } from './marketplace-catalog.ts';
import { displayName, requireRegion } from './regions.ts';
import { COMPUTE_API_VERSION } from './versions.ts';

const LOCATION = '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}';
const OFFERS = `${LOCATION}/publishers/{publisher}/artifacttypes/vmimage/offers`;
const SKUS = `${OFFERS}/{offer}/skus`;
const VERSIONS = `${SKUS}/{sku}/versions`;

/** What the marketplace sells, region by region. Lists are bare arrays here, unlike anywhere else in ARM. */
export function marketplaceRoutes(): Route[] {
  const apiVersion = COMPUTE_API_VERSION;
  const get = (path: string, handle: (call: Call) => Answer): Route => ({
    method: 'GET',
    path,
    apiVersion,
    handle,
  });
  return [
    get(`${LOCATION}/publishers`, (call) =>
      named(
        call,
        distinct(catalog(call), ({ publisher }) => publisher),
        'Publishers',
      ),
    ),
    get(OFFERS, (call) => {
      const found = catalog(call);
      if (found.length === 0) throw notFound(call);
      return named(
        call,
        distinct(found, ({ offer }) => offer),
        'Offers',
      );
    }),
    get(SKUS, (call) => {
      const found = catalog(call);
      if (found.length === 0) throw notFound(call);
      return named(
        call,
        distinct(found, ({ sku }) => sku),
        'Skus',
      );
    }),
    get(VERSIONS, listVersions),
    get(`${VERSIONS}/{version}`, getVersion),
  ];
}

/** The platform image that a reference names in a region; `latest` becomes the newest there. */
export function marketplaceImage(
  reference: { publisher?: string; offer?: string; sku?: string; version?: string },
  location: string,
  subscriptionId: string,
): Image | undefined {
  const [entry] = matching(reference);
  const versions = entry ? versionsIn(entry, location) : [];
  const wanted = reference.version ?? '';
  const exactVersion =
    wanted.toLowerCase() === 'latest' ? versions.at(-1) : versions.find((one) => one === wanted);
  if (!entry || exactVersion === undefined) return undefined;
  const { osType, generation, securityType = 'Standard', plan } = entry;
  const { architecture = 'x64', sizeInGB = 127 } = entry;
  return {
    id: versionId(subscriptionId, location, entry, exactVersion),
    exactVersion,
    osType,
    osState: 'Generalized',
    generation,
    securityType,
    architecture,
    plan,
    sizeInGB,
    dataDisks: [],
    boots: true,
    facts: marketplaceFacts(entry, exactVersion),
  };
}

function listVersions(call: Call): Answer {
  const [entry] = catalog(call);
  if (!entry) throw notFound(call);
  const location = call.params['location'] ?? '';
  const versions = versionsIn(entry, location);
  if (/\bdesc\b/i.test(call.query.get('$orderby') ?? '')) versions.reverse();
  const top = Number(call.query.get('$top') ?? versions.length);
  const expand = call.query.getAll('$expand').some((what) => what.toLowerCase() === 'properties');
  const body = versions.slice(0, top).map((version) => ({
    id: versionId(call.subscriptionId, location, entry, version),
    name: version,
    location: displayName(location),
    properties: expand ? propertiesOf(entry) : undefined,
  }));
  return { status: 200, body };
}

function getVersion(call: Call): Answer {
  const [entry] = catalog(call);
  const { location = '', version = '' } = call.params;
  if (!entry || !versionsIn(entry, location).includes(version)) throw notFound(call);
  const id = versionId(call.subscriptionId, location, entry, version);
  return {
    status: 200,
    body: { id, name: version, location: regionName(location), properties: propertiesOf(entry) },
  };
}

function propertiesOf(entry: MarketplaceSku): object {
  const { osType, generation, securityType, plan, architecture = 'x64', sizeInGB = 127 } = entry;
  return {
    hyperVGeneration: generation,
    architecture,
    replicaType: 'Managed',
    replicaCount: 10,
    osDiskImage: { operatingSystem: osType, sizeInGb: sizeInGB },
    dataDiskImages: [],
    automaticOSUpgradeProperties: { automaticOSUpgradeSupported: false },
    features: [
      { name: 'IsAcceleratedNetworkSupported', value: 'True' },
      { name: 'DiskControllerTypes', value: 'SCSI, NVMe' },
      ...(securityType ? [{ name: 'SecurityType', value: securityType }] : []),
    ],
    imageDeprecationStatus: { imageState: 'Active' },
    ...(plan && { plan }),
  };
}

function catalog(call: Call): MarketplaceSku[] {
  requireRegion(call.params['location'], 'locations/publishers');
  return matching(call.params);
}

function matching({
  publisher,
  offer,
  sku,
}: {
  publisher?: string;
  offer?: string;
  sku?: string;
}): MarketplaceSku[] {
  const same = (wanted: string | undefined, there: string) =>
    wanted === undefined || wanted.toLowerCase() === there.toLowerCase();
  return CATALOG.filter(
    (entry) => same(publisher, entry.publisher) && same(offer, entry.offer) && same(sku, entry.sku),
  );
}

function versionsIn({ versions, newestNotIn = [] }: MarketplaceSku, location: string): string[] {
  return newestNotIn.includes(regionName(location)) ? versions.slice(0, -1) : [...versions];
}

function versionId(subscriptionId: string, location: string, entry: MarketplaceSku, version: string): string {
  return (
    `/Subscriptions/${subscriptionId}/Providers/Microsoft.Compute/Locations/${regionName(location)}/Publishers/` +
    `${entry.publisher}/ArtifactTypes/VMImage/Offers/${entry.offer}/Skus/${entry.sku}/Versions/${version}`
  );
}

function named(call: Call, names: readonly string[], kind: string): Answer {
  const location = displayName(call.params['location'] ?? '');
  const base = call.path.replace(/\/$/, '').replace(/\/[^/]+$/, `/${kind}`);
  return { status: 200, body: names.map((name) => ({ id: `${base}/${name}`, name, location })) };
}

function distinct(entries: readonly MarketplaceSku[], by: (entry: MarketplaceSku) => string): string[] {
  return [...new Set(entries.map(by))];
}

function notFound(call: Call): ArmError {
  return new ArmError(404, 'NotFound', `Artifact: VMImage was not found. (${call.path})`);
}
