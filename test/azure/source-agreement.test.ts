import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gallery } from '../../shared/azure/gallery.ts';
import { marketplace } from '../../shared/azure/marketplace.ts';
import { sources } from '../../shared/azure/sources.ts';
import { hasCode } from '../../shared/errors.ts';
import type { ImageDefinition } from '../../shared/images/definition.ts';
import type { CaptureSource } from '../../shared/images/gallery.ts';
import type { ImageSetPlan } from '../../shared/images/image-set.ts';
import { lookUpSource } from '../../shared/images/look-up.ts';
import { isRefusal } from '../../shared/images/refusal.ts';
import { known } from '../images/small/sources.ts';
import { plan as anyPlan } from '../images/versions.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

const securityTypes = ['Standard', 'TrustedLaunch', 'TrustedLaunchSupported'] as const;
const osStates = ['Generalized', 'Specialized'] as const;

/** A source as a set names it, and as the gallery is given it when it is imported. */
const imported: Readonly<Record<string, { source: ImageSetPlan['source']; as: CaptureSource }>> = {
  'gallery version': { source: { galleryVersion: { id: known.parent } }, as: { imageId: known.parent } },
  'specialised gallery version': {
    source: { galleryVersion: { id: known.golden } },
    as: { imageId: known.golden },
  },
  'managed image': { source: { managedImage: { id: known.image } }, as: { imageId: known.image } },
  'VM in place': { source: { vm: { id: known.sealedVm, inPlace: true } }, as: { machineId: known.sealedVm } },
  disk: {
    source: { disk: { id: known.sealedDisk, osState: 'Generalized' } },
    as: { osDisk: { id: known.sealedDisk }, dataDisks: [] },
  },
  snapshot: {
    source: { snapshot: { id: known.osSnapshot, osState: 'Specialized' } },
    as: { osDisk: { id: known.osSnapshot }, dataDisks: [] },
  },
};

function osStateOf(source: ImageSetPlan['source']) {
  if ('disk' in source) return source.disk.osState;
  return 'snapshot' in source ? source.snapshot.osState : undefined;
}

describe('what is refused before anything is created is what Azure would refuse', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());

  const home = () => gallery(cloud.azure);
  const ref = (definition: string) => ({
    subscriptionId: cloud.subscriptionId,
    resourceGroup: 'rg-images',
    gallery: 'gal_desktops',
    definition,
    number: '1.0.0',
  });
  const ready = async (find: () => Promise<{ readonly provisioningState: string } | undefined>) =>
    await cloud.until(async () => (await find())?.provisioningState === 'Succeeded');
  const define = async (definition: ImageDefinition) => {
    const to = ref(definition.name);
    if (!(await home().findGallery(to))) await home().createGallery(to, 'westeurope');
    await ready(async () => await home().findGallery(to));
    await home().createDefinition(to, 'westeurope', definition, undefined);
    await ready(async () => await home().findDefinition(to));
  };
  /** Azure's own verdict: asked for the version, it begins or refuses. */
  const azureTakes = async (definition: string, source: CaptureSource): Promise<boolean> => {
    try {
      await home().captureVersion(ref(definition), {
        owner: 'x',
        location: 'westeurope',
        source,
        regions: [{ name: 'westeurope', replicas: 1, storageType: 'Standard_LRS' }],
        replicationMode: 'Full',
      });
    } catch (error) {
      if (hasCode(error, 'AzureRefused')) return false;
      throw error;
    }
    await ready(async () => await home().findVersion(ref(definition)));
    return true;
  };

  const rows = Object.entries(imported).flatMap(([kind, { source, as }]) =>
    osStates.flatMap((osState) =>
      securityTypes.map((securityType) => ({ kind, osState, securityType, source, as })),
    ),
  );
  it.each(rows)('$kind into $osState, $securityType', async ({ kind, osState, securityType, source, as }) => {
    const name = `${kind}-${osState}-${securityType}`.replaceAll(' ', '-');
    const definition = { ...anyPlan.definition, name, sku: name, osState, securityType };
    const plan: ImageSetPlan = { ...anyPlan, recipe: [], source, definition };
    const ports = { sources: sources(cloud.azure), marketplace: marketplace(cloud.azure) };
    const found = await lookUpSource({ ...ports, plan, now: cloud.now() });
    const isImported = !isRefusal(found) && found.way === 'import';
    await define(definition);
    const taken = await azureTakes(name, as);
    // Of a disk only its owner knows whether it is generalised: Azure takes his word, and so a wrong one.
    const isAzureUnaware = 'osDisk' in as && osStateOf(source) !== osState;
    expect({ isImported, taken }).toEqual({ isImported: taken && !isAzureUnaware, taken });
  });
});
