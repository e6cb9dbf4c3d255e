import type { Outside } from '../../shared/outside.ts';
import { AppError } from '../../shared/errors.ts';
import type { Gallery } from '../../shared/images/gallery.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';

type WholeGallery = Outside['gallery'];

/** A region that was added to a version takes so long, and so does any change of its regions. */
const copyMinutes = 15;

interface Before {
  readonly seeded: ReadonlyMap<string, string>;
  readonly completeAt: ReadonlyMap<string, Instant>;
}

/** The small gallery of the bench with what is asked of the regions of its versions, and versions of before. */
export function smallRegions(
  gallery: Gallery,
  { seeded, completeAt }: Before,
  now: () => Instant,
): WholeGallery {
  /** By number: the regions that were added, and when. */
  const added = new Map<string, Map<string, Instant>>();
  const changedAt = new Map<string, Instant>();
  const isPast = (at: Instant | undefined) => at === undefined || minutesAfter(at, copyMinutes) <= now();

  const findRegions: WholeGallery['findRegions'] = async (ref) => {
    const found = await gallery.findVersion(ref);
    if (!found) return undefined;
    const target = { replicas: 1, storageType: 'Standard_LRS' } as const;
    const more = [...(added.get(ref.number) ?? [])].map(([name, at]) => [
      name,
      isPast(at)
        ? { target, state: 'completed', percent: 100 }
        : { target, state: 'replicating', percent: 40 },
    ]);
    const first = Object.entries(found.regions).map(([name, region]) => [name, { target, ...region }]);
    return {
      isChanging:
        !['Succeeded', 'Failed'].includes(found.provisioningState) || !isPast(changedAt.get(ref.number)),
      regions: Object.fromEntries([...more, ...first]),
    };
  };

  return {
    ...gallery,
    findRegions,
    changeRegions: async (ref, { put, remove }) => {
      const found = await findRegions(ref);
      if (!found) throw new AppError('NotFound', `there is no version ${ref.number}`);
      if (found.isChanging) throw new AppError('AzureBusy', 'another change of the version is under way');
      const regions = added.get(ref.number) ?? new Map<string, Instant>();
      added.set(ref.number, regions);
      for (const name of remove) regions.delete(name);
      for (const { name } of put) if (!(name in found.regions)) regions.set(name, now());
      changedAt.set(ref.number, now());
    },
    replicasIn: async () => 1,
    moveEndOfLife: async () => {},
    completedRegions: async (imageVersionId) => {
      if ([...seeded.values()].includes(imageVersionId)) {
        const isThere = (completeAt.get(imageVersionId) ?? '') <= now();
        return isThere ? ['West Europe', 'North Europe'] : ['North Europe'];
      }
      const number = imageVersionId.slice(imageVersionId.lastIndexOf('/') + 1);
      const ref = { subscriptionId: '', resourceGroup: '', gallery: '', definition: '', number };
      const found = await findRegions(ref);
      return (
        found &&
        Object.entries(found.regions).flatMap(([name, { state }]) => (state === 'completed' ? [name] : []))
      );
    },
  };
}
