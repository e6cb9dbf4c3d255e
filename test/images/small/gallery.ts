import { AppError } from '../../../shared/errors.ts';
import type { FoundDefinition } from '../../../shared/images/definition.ts';
import type { CaptureSource, Gallery, ImageVersion, WantedVersion } from '../../../shared/images/gallery.ts';
import { type Instant, minutesAfter } from '../../../shared/instant.ts';
import type { RegionGallery } from '../../../shared/replication/gallery.ts';
import type { smallMachines } from './machines.ts';
import type { Things } from './things.ts';

type Target = Pick<WantedVersion['regions'][number], 'replicas' | 'storageType'>;

interface Captured {
  readonly at: Instant;
  readonly owner: string;
  readonly regions: readonly string[];
  readonly targets: Record<string, Target>;
  failure?: string | undefined;
  excluded: boolean;
  isProtected?: boolean;
  readonly endOfLifeDate?: Instant | undefined;
  updating?: Instant;
  deleting?: Instant;
}

type SmallMachines = ReturnType<typeof smallMachines>;

/** One gallery with one definition, and the versions in it. The first region is done after 5 minutes, the others after 15. */
export function smallGallery(things: Things, machines: SmallMachines, counts: { captured: number }) {
  const { now, later, past } = things;
  const versions = new Map<string, Captured>();
  let gallery: Instant | undefined;
  let definition: { at: Instant; is: FoundDefinition } | undefined;
  const failures: string[] = [];
  const asked: { version?: WantedVersion; definition?: FoundDefinition } = {};

  const find = (number: string) => {
    const found = versions.get(number);
    if (!found || !past(found.deleting)) return found;
    versions.delete(number);
    return undefined;
  };
  const isThere = ({ at, failure }: Captured, minutes: number) =>
    failure === undefined && past(minutesAfter(at, minutes));
  const stateOf = (found: Captured) => {
    if (found.deleting !== undefined) return 'Deleting';
    if (found.failure !== undefined) return past(minutesAfter(found.at, 3)) ? 'Failed' : 'Creating';
    if (found.updating !== undefined && !past(found.updating)) return 'Updating';
    return isThere(found, 15) ? 'Succeeded' : 'Creating';
  };
  const shown = (number: string, found: Captured): ImageVersion => ({
    id: `/versions/${number}`,
    provisioningState: stateOf(found),
    ...(found.failure !== undefined && { error: found.failure }),
    excludeFromLatest: found.excluded,
    owner: found.owner,
    isProtected: found.isProtected ?? false,
    ...(found.endOfLifeDate !== undefined && { endOfLifeDate: found.endOfLifeDate }),
    regions: Object.fromEntries(
      found.regions.map((region, index) => [
        region,
        isThere(found, index === 0 ? 5 : 15)
          ? { state: 'completed', percent: 100 }
          : { state: 'replicating', percent: 40 },
      ]),
    ),
  });

  /** Azure takes no source that is not as the definition says, and locks it while it reads. */
  const readSource = (source: CaptureSource) => {
    const generalized = definition?.is.osState === 'Generalized';
    if ('machineId' in source) {
      if (!machines.isReadyForCapture(source.machineId, generalized))
        throw new AppError('AzureRefused', 'the VM is not in the state that is captured');
      things.read(source.machineId, 300);
      return;
    }
    if ('imageId' in source) {
      things.read(source.imageId, 300);
      return;
    }
    const { osDisk, dataDisks } = source;
    const disks = [...('id' in osDisk ? [osDisk.id] : []), ...dataDisks.map(({ id }) => id)];
    for (const id of disks) things.require(id);
    if ('id' in osDisk && things.find(osDisk.id)?.contents?.sealed !== generalized)
      throw new AppError('AzureRefused', 'the OS disk is not as the definition says');
    for (const id of disks) things.read(id, 300);
  };

  const port: Gallery & RegionGallery = {
    findGallery: async () =>
      gallery === undefined
        ? undefined
        : { provisioningState: past(gallery) ? 'Succeeded' : 'Creating', location: 'westeurope' },
    createGallery: async () => {
      gallery ??= later(1);
    },
    findDefinition: async () =>
      definition && {
        ...definition.is,
        provisioningState: past(definition.at) ? 'Succeeded' : 'Creating',
      },
    createDefinition: async (_, location, wanted, plan) => {
      if (!past(gallery)) throw new AppError('AzureRefused', 'there is no gallery');
      if (definition && !past(definition.at)) throw new AppError('AzureBusy', 'the definition is being made');
      const is = { ...wanted, ...(plan && { purchasePlan: plan }), provisioningState: '', location };
      definition = { at: later(1), is };
      asked.definition = is;
    },
    findVersion: async ({ number }) => {
      const found = find(number);
      return found && shown(number, found);
    },
    captureVersion: async ({ number }, wanted) => {
      const { owner, source, regions, endOfLifeDate } = wanted;
      if (!past(definition?.at)) throw new AppError('AzureRefused', 'there is no definition');
      if (find(number)) throw new AppError('AzureBusy', 'the version is being made');
      readSource(source);
      counts.captured += 1;
      asked.version = wanted;
      const names = regions.map(({ name }) => name);
      const targets = Object.fromEntries(regions.map((region) => [region.name, region]));
      const failure = failures.shift();
      const made = { at: now(), owner, regions: names, targets, failure, endOfLifeDate };
      versions.set(number, { ...made, excluded: true });
    },
    findRegions: async ({ number }) => {
      const found = find(number);
      if (!found) return undefined;
      const regions = Object.entries(shown(number, found).regions).map(
        ([name, { percent, state }]) =>
          [
            name,
            {
              percent,
              state: state === 'completed' ? 'completed' : 'replicating',
              ...(found.targets[name] && { target: found.targets[name] }),
            },
          ] as const,
      );
      const isChanging = !['Succeeded', 'Failed'].includes(stateOf(found));
      return { isChanging, regions: Object.fromEntries(regions) };
    },
    changeRegions: async () => {
      throw new AppError('AzureRefused', 'nobody changes regions here');
    },
    changeVersion: async ({ number }, { excludeFromLatest, isProtected }) => {
      const found = find(number);
      if (!found || stateOf(found) !== 'Succeeded') throw new AppError('AzureBusy', 'not now');
      found.excluded = excludeFromLatest ?? found.excluded;
      found.isProtected = isProtected ?? found.isProtected ?? false;
      found.updating = later(1);
    },
    removeVersion: async ({ number }) => {
      const found = find(number);
      if (!found || found.deleting !== undefined) return;
      if (found.isProtected) throw new AppError('AzureRefused', 'BlockedBeforeEndOfLife');
      if (stateOf(found) === 'Updating') throw new AppError('AzureBusy', 'not now');
      found.deleting = later(2);
    },
  };
  return {
    gallery: port,
    /** What was captured last, and as what the definition was asked for last. */
    asked,
    /** The next capture ends in failure. */
    failNextCapture: (why: string) => failures.push(why),
    versions: () =>
      [...versions.keys()].flatMap((number) => {
        const found = find(number);
        if (!found) return [];
        const { owner, excluded, isProtected } = found;
        return [{ number, owner, excluded, ...(isProtected && { isProtected }) }];
      }),
    /** Somebody's version, under a number that is ours to issue. */
    addForeign: (number: string) => {
      gallery ??= now();
      const regions = ['westeurope'];
      versions.set(number, { at: now(), owner: '', regions, targets: {}, excluded: false });
    },
  };
}
