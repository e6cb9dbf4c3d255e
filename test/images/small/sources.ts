import type { ImageSetPlan } from '../../../shared/images/image-set.ts';
import type { Marketplace } from '../../../shared/images/marketplace.ts';
import type { FoundDisk, Sources } from '../../../shared/images/sources.ts';
import type { smallMachines } from './machines.ts';
import type { Contents, ThingKind, Things } from './things.ts';

const group = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-images/providers';
const compute = (type: string, name: string) => `${group}/Microsoft.Compute/${type}/${name}`;
const account = `${group}/Microsoft.Storage/storageAccounts/stimages`;
const blob = (name: string) => ({
  uri: `https://stimages.blob.core.windows.net/vhds/${name}.vhd`,
  storageAccountId: account,
});

/** What lies ready in Azure, under the ids that a new local cloud has it too. */
export const known = {
  parent: compute('galleries/gal_sources/images/parent-win11/versions', '1.0.0'),
  golden: compute('galleries/gal_sources/images/golden-win11/versions', '1.0.0'),
  image: compute('images', 'img-win2022'),
  osSnapshot: compute('snapshots', 'snap-os-specialized'),
  sealedSnapshot: compute('snapshots', 'snap-os-generalized'),
  dataSnapshot: compute('snapshots', 'snap-data'),
  sealedDisk: compute('disks', 'disk-os-generalized'),
  osDisk: compute('disks', 'disk-os-specialized'),
  dataDisk: compute('disks', 'disk-data'),
  vm: compute('virtualMachines', 'vm-golden'),
  vmOsDisk: compute('disks', 'vm-golden-os'),
  vmOfOurOwn: compute('virtualMachines', 'vm-to-use-up'),
  sealedVm: compute('virtualMachines', 'vm-generalized'),
  sealedVhd: blob('win2022'),
  osVhd: blob('golden'),
  dataVhd: blob('data'),
} as const;

const mixed: ImageSetPlan['dataDisks'] = [
  { lun: 0, from: { snapshot: { id: known.dataSnapshot } } },
  { lun: 1, from: { disk: { id: known.dataDisk } } },
  { lun: 2, from: { empty: { sizeGB: 64 } } },
  { lun: 3, from: { vhd: known.dataVhd } },
];

type SourcePlan = Pick<ImageSetPlan, 'source'> &
  Partial<Pick<ImageSetPlan, 'dataDisks'>> & {
    readonly emptyRecipe?: true;
    readonly definition?: Partial<ImageSetPlan['definition']>;
  };

const marketplace = {
  publisher: 'MicrosoftWindowsDesktop',
  offer: 'windows-11',
  sku: 'avd',
  version: 'latest',
};
const specialized = { osState: 'Specialized' } as const;
const supported = { securityType: 'TrustedLaunchSupported' } as const;
const standard = { securityType: 'Standard' } as const;

/** A way of making a version from each kind of source, by name. */
export const sourcePlans: Readonly<Record<string, SourcePlan>> = {
  marketplace: { source: { marketplace } },
  'marketplace with data disks': { source: { marketplace }, dataDisks: mixed },
  'gallery version': { source: { galleryVersion: { id: known.parent } } },
  'gallery version, imported': {
    source: { galleryVersion: { id: known.parent } },
    emptyRecipe: true,
    definition: supported,
  },
  'specialised gallery version': {
    source: { galleryVersion: { id: known.golden } },
    definition: specialized,
  },
  'managed image': { source: { managedImage: { id: known.image } }, definition: standard },
  'VM, copied': { source: { vm: { id: known.vm, inPlace: false } } },
  'VM, its disks imported': {
    source: { vm: { id: known.vm, inPlace: false } },
    emptyRecipe: true,
    definition: specialized,
  },
  'VM in place': { source: { vm: { id: known.vmOfOurOwn, inPlace: true } } },
  'generalised VM in place': { source: { vm: { id: known.sealedVm, inPlace: true } }, emptyRecipe: true },
  'disk, imported': { source: { disk: { id: known.sealedDisk, osState: 'Generalized' } }, emptyRecipe: true },
  'disk, copied': { source: { disk: { id: known.osDisk, osState: 'Specialized' } } },
  'snapshot with data disks, imported': {
    source: { snapshot: { id: known.sealedSnapshot, osState: 'Generalized' } },
    emptyRecipe: true,
    dataDisks: mixed,
  },
  'snapshot with data disks, copied': {
    source: { snapshot: { id: known.osSnapshot, osState: 'Specialized' } },
    dataDisks: mixed,
  },
  'VHD, by way of disk and snapshot': {
    source: { vhd: { ...known.sealedVhd, osState: 'Generalized' } },
    emptyRecipe: true,
  },
  'VHD, straight': {
    source: { vhd: { ...known.sealedVhd, osState: 'Generalized' } },
    emptyRecipe: true,
    definition: supported,
  },
  'VHD, copied': { source: { vhd: { ...known.osVhd, osState: 'Specialized' } } },
};

/** The plan of an image set with that source. */
export function planWith(plan: ImageSetPlan, name: string): ImageSetPlan {
  const { source, dataDisks = [], emptyRecipe, definition } = sourcePlans[name] ?? { source: plan.source };
  return {
    ...plan,
    source,
    dataDisks,
    definition: { ...plan.definition, ...definition },
    recipe: emptyRecipe ? [] : plan.recipe,
  };
}

export const vhds: ReadonlyMap<string, Contents | undefined> = new Map([
  [known.sealedVhd.uri, { osType: 'Windows', sealed: true } as const],
  [known.osVhd.uri, { osType: 'Windows', sealed: false } as const],
  [known.dataVhd.uri, undefined],
]);

/** Puts there what `known` names. */
export function addSources(things: Things, machines: ReturnType<typeof smallMachines>): void {
  const put = (kind: ThingKind, id: string, sealed?: boolean) => {
    const contents = sealed === undefined ? undefined : ({ osType: 'Windows', sealed } as const);
    return things.put({ id, kind, owner: undefined, contents }, 0);
  };
  put('gallery-version', known.parent, true);
  put('gallery-version', known.golden, false);
  put('managed-image', known.image, true);
  put('snapshot', known.osSnapshot, false);
  put('snapshot', known.sealedSnapshot, true);
  put('snapshot', known.dataSnapshot);
  put('disk', known.sealedDisk, true);
  put('disk', known.osDisk, false);
  put('disk', known.dataDisk);
  put('disk', known.vmOsDisk, false).attachedTo = known.vm;
  machines.add(known.vm, { generalized: false, power: 'running' });
  machines.add(known.vmOfOurOwn, { generalized: false, power: 'deallocated' });
  machines.add(known.sealedVm, { generalized: true, power: 'deallocated' });
}

const region = { location: 'westeurope', provisioningState: 'Succeeded' } as const;
const traits = { osType: 'Windows', generation: 'V2', architecture: 'x64', plan: undefined } as const;

/** What Azure tells of them. */
export function smallSources(things: Things, machines: ReturnType<typeof smallMachines>) {
  const disk = async (id: string): Promise<FoundDisk | undefined> => {
    const thing = things.find(id);
    if (!thing) return undefined;
    const state = thing.attachedTo === undefined ? 'Unattached' : 'Attached';
    const size = { sizeGB: thing.contents ? 127 : 64, sku: 'StandardSSD_LRS', state };
    return thing.contents
      ? { id, ...region, ...traits, securityType: 'TrustedLaunch', ...size }
      : { id, ...region, securityType: 'Standard', ...size };
  };
  const sources: Sources = {
    disk,
    snapshot: disk,
    galleryVersion: async ({ id }) => {
      const thing = things.find(id);
      if (!thing) return undefined;
      const osState = thing.contents?.sealed ? 'Generalized' : 'Specialized';
      const there = { completedRegions: ['westeurope', 'northeurope'], dataDisks: [] };
      return { id, ...region, ...traits, ...there, securityType: 'TrustedLaunchSupported', osState };
    },
    managedImage: async (id) =>
      things.find(id) && {
        id,
        ...region,
        ...traits,
        securityType: 'Standard',
        osState: 'Generalized',
        dataDisks: [],
      },
    machine: async (id) => {
      const thing = things.find(id);
      if (!thing) return undefined;
      const osDiskId = things.list().find(({ attachedTo }) => attachedTo === id)?.id ?? `${id}-os`;
      const generalized = id === known.sealedVm;
      const power = machines.powerOf(id) ?? 'deallocated';
      return {
        id,
        ...region,
        ...traits,
        securityType: 'TrustedLaunch',
        power,
        generalized,
        osDiskId,
        dataDisks: [],
        identityIds: [],
      };
    },
    blob: async (uri) => (vhds.has(uri) ? { type: 'PageBlob', sizeBytes: 127 * 2 ** 30 + 512 } : undefined),
  };
  const shelf: Marketplace = {
    exactVersion: async () => ({
      version: '26100.1.1',
      osType: 'Windows',
      hyperVGeneration: 'V2',
      architecture: 'x64',
      securityType: 'TrustedLaunchSupported',
      dataDiskLuns: [],
    }),
  };
  return { sources, marketplace: shelf };
}
