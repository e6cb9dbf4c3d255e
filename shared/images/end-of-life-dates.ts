import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { EndOfLifeGallery, EndsOfLife } from './bring-end-of-life.ts';
import type { EndOfLifeDate } from './end-of-life.ts';
import type { Version } from './image.ts';
import { imageVersion } from './names.ts';
import { madeAt } from './shelved.ts';
import { versionId } from './stage.ts';

interface Parts {
  readonly endsOfLife: EndsOfLife;
  readonly gallery: Pick<EndOfLifeGallery, 'findVersion'>;
  readonly now: () => Instant;
}

/** When versions end, as far as it is known; a date that Azure was given at the capture is read there, once. */
export function endOfLifeDates({ endsOfLife, gallery, now }: Parts) {
  const inAzure = async (version: Version): Promise<EndOfLifeDate | undefined> => {
    const ref = imageVersion(version);
    const date = (await gallery.findVersion(ref))?.endOfLifeDate;
    if (date === undefined) return undefined;
    const event = { type: 'end-of-life-found', ref, date, setAt: madeAt(version), at: now() } as const;
    return await endsOfLife.record(versionId(version), event);
  };
  return {
    async of(version: Version): Promise<EndOfLifeDate | undefined> {
      const known = await endsOfLife.load(versionId(version));
      return known ?? (mayHaveDate(version) ? await inAzure(version) : undefined);
    },

    /** Those of a set, by the ids of its versions; what Azure does not say now is asked again the next time. */
    async ofAll(set: string, versions: readonly Version[]): Promise<ReadonlyMap<string, EndOfLifeDate>> {
      const rows = await endsOfLife.loadAll(`${set}.`);
      const known = new Map(rows.map(({ id, saved }) => [id, saved.state]));
      for (const version of versions) {
        const id = versionId(version);
        if (known.has(id) || !mayHaveDate(version)) continue;
        const found = await unless(inAzure(version), () => undefined);
        if (found) known.set(id, found);
      }
      return known;
    },
  };
}

/** Whether there is something of it in the gallery that is not on its way out. */
export function isThere({ phase, facts }: Version): boolean {
  return facts.imageVersionId !== undefined && phase !== 'deleting' && phase !== 'deleted';
}

const mayHaveDate = (version: Version) => version.plan.endOfLifeDays !== undefined && isThere(version);

/** What was asked for or, where Azure does not say now, what is made of its reason. */
export async function unless<T, U>(asked: Promise<T>, instead: (why: string) => U): Promise<T | U> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AppError) return instead(error.message);
    throw error;
  }
}
