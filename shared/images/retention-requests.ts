import type { z } from 'zod';
import { type Instant, minutesAfter } from '../instant.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import { type endOfLifeDates, isThere, unless } from './end-of-life-dates.ts';
import type { Version, VersionEvent } from './image.ts';
import { type ImageSet, type ImageSetEvent, type ImageSetPlan, retentionOf } from './image-set.ts';
import { retentionView } from './keep-view.ts';
import type { RunRetention } from './request-bodies.ts';
import type { Hold, Planned } from './retention.ts';
import { isEnded, type RetentionParts, restored, runRetention, shelfOf } from './retention-run.ts';
import { somebody } from './somebody.ts';
import { versionId } from './stage.ts';
import { askedOf, usesOfVersion } from './usage.ts';
import type { UsedBy } from './use.ts';

interface Parts extends RetentionParts {
  readonly setStore: WorkflowStore<ImageSet, ImageSetEvent>;
  readonly versionStore: WorkflowStore<Version, VersionEvent>;
  readonly planOf: (set: string) => Promise<ImageSetPlan>;
  readonly dates: ReturnType<typeof endOfLifeDates>;
  readonly rooms: readonly UsedBy[];
  readonly usedBy: UsedBy;
}

/** Who is named where nobody asked. */
const timer = 'retention';
/**
 * One reading of all versions is good for the sets that come within these minutes: what is planned by it and has changed
 * since is left to the next night, and who uses a version each deed asks anew.
 */
const readingMinutes = 10;

type Read = () => Promise<readonly Version[]>;

/** What was read less than so many minutes ago, or is read now. */
function forMinutes(minutes: number, read: Read, now: () => Instant): Read {
  let last: { readonly at: Instant; readonly all: readonly Version[] } | undefined;
  return async () => {
    const at = now();
    if (last === undefined || minutesAfter(last.at, minutes) <= at) last = { at, all: await read() };
    return last.all;
  };
}

/** What people may ask of the retention of a set, and what is done once a day without their asking. */
export function retentionRequests(parts: Parts) {
  const { setStore, versionStore, planOf, dates, rooms, usedBy, now } = parts;
  const load = async (prefix: string) => (await versionStore.loadAll(prefix)).map(({ saved }) => saved.state);

  /** All versions are read once; each in the gallery is asked who holds it. */
  const shelf = async (set: string, read: Read = async () => await load('')) => {
    const policy = retentionOf(await planOf(set));
    const all = await read();
    const usedByThen = usesOfVersion({ rooms, all: async () => all });
    const ofSet = all.filter((version) => version.set === set);
    const holds = new Map<string, readonly Hold[]>();
    for (const version of ofSet.filter((one) => isThere(one))) {
      // Nobody knows is not nobody: what cannot be found out now holds it until it can.
      const who = await unless(usedByThen(askedOf(version)), (why) => [
        { message: `who uses it could not be found out: ${why}` },
      ]);
      holds.set(versionId(version), who);
    }
    const [known, at] = [await dates.ofAll(set, ofSet), now()];
    return { policy, at, shelf: shelfOf(ofSet, holds, known, { policy, now: at }) };
  };
  /** Whoever moved an end of life away may have died before the version was given back. */
  const restoreMoved = async (set: string, by: string) => {
    const ended = (await load(`${set}.`)).filter((version) => isEnded(version));
    if (ended.length === 0) return;
    const known = await dates.ofAll(set, ended);
    for (const version of ended) {
      const date = known.get(versionId(version))?.date;
      if (date !== undefined && date > now()) await unless(restored(parts, version, by), () => {});
    }
  };
  const run = async (set: string, by: string, only: (line: Planned) => boolean, read?: Read) => {
    await restoreMoved(set, by);
    const { policy, at, shelf: found } = await shelf(set, read);
    const ran = await runRetention(parts, found, { by, usedBy, only });
    return retentionView(set, ran, { policy, at, isDryRun: false });
  };

  return {
    /** What would be done, and to which versions nothing. */
    async retention(set: string) {
      const { policy, at, shelf: found } = await shelf(set);
      return retentionView(set, found.plan, { policy, at, isDryRun: true });
    },

    async runRetention(set: string, { by }: z.infer<typeof RunRetention>) {
      return await run(set, somebody(by), () => true);
    },

    /** V6: notices and ends of life for every set; what is only old goes where the set says so. */
    async runRetentionOfAll(): Promise<void> {
      const runs = [];
      const read = forMinutes(readingMinutes, async () => await load(''), now);
      for (const { id, saved } of await setStore.loadAll('')) {
        const { enabled } = retentionOf(saved.state.plan);
        const running = run(id, timer, ({ isForEndOfLife }) => enabled || isForEndOfLife, read);
        // One after the other, for each asks Azure; and none is kept from it by another that fails.
        runs.push(...(await Promise.allSettled([running])));
      }
      const failed = runs.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };
}
