import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Engine } from '../workflow/engine.ts';
import type { Line, WorkflowStore } from '../workflow/store.ts';
import { ancestryView } from './ancestry.ts';
import type { EndOfLifeGallery } from './bring-end-of-life.ts';

import { baseOf, diffOf } from './diff.ts';
import type { EndOfLifeDate, EndOfLifeEvent } from './end-of-life.ts';
import type { Version, VersionEvent } from './image.ts';
import { type ImageSet, type ImageSetEvent, retentionOf } from './image-set.ts';
import { retentionView, writtenView } from './keep-view.ts';
import { imageVersion } from './names.ts';
import { isNews, noteOf, refuseEndOfLife, refuseGone } from './notes.ts';
import type { PatchVersion, RunRetention } from './request-bodies.ts';
import type { Hold, Planned } from './retention.ts';
import { type RetentionParts, restoreMoved, runRetention, shelfOf } from './retention-run.ts';
import { madeAt } from './shelved.ts';
import { somebody } from './somebody.ts';
import { versionId } from './stage.ts';
import { askedOf, usageView, usesOfVersion } from './usage.ts';
import type { UsedBy } from './use.ts';
import { isVersionNumber } from './version-number.ts';

interface Parts extends RetentionParts {
  readonly sets: Engine<ImageSet, ImageSetEvent, never>;
  readonly setStore: WorkflowStore<ImageSet, ImageSetEvent>;
  readonly versionStore: WorkflowStore<Version, VersionEvent>;
  /** What holds a version, of every other room: the same that the deletion of a version asks. */
  readonly rooms: readonly UsedBy[];
  /** Its copies at other places: they go with it, and hold nothing. */
  readonly copiesOf: UsedBy;
  readonly gallery: Pick<EndOfLifeGallery, 'findVersion'>;
}

/** Who is named where nobody asked. */
const timer = 'retention';

/** What people may ask of versions that are there: who uses them, where they come from, and how long they stay. */
export function keepRequests(parts: Parts) {
  const { sets, setStore, versions, versionStore, endsOfLife, rooms, copiesOf, gallery, now } = parts;
  const load = async (prefix: string) => (await versionStore.loadAll(prefix)).map(({ saved }) => saved.state);
  const usedBy = usesOfVersion({ rooms, all: async () => await load('') });

  const planOf = async (name: string) => {
    const set = await sets.load(name);
    if (!set) throw new AppError('NotFound', `There is no image set ${name}.`, { target: name });
    return set.plan;
  };
  const versionOf = async (set: string, number: string): Promise<Version> => {
    const found = isVersionNumber(number) ? await versions.load(versionId({ set, number })) : undefined;
    if (found) return found;
    throw new AppError('NotFound', `Image set ${set} has no version ${number}.`, { target: number });
  };

  /** The dates that are known; one that Azure was given at the capture is read there, once. */
  const datesOf = async (set: string, of: readonly Version[]): Promise<Map<string, EndOfLifeDate>> => {
    const known = new Map((await endsOfLife.loadAll(`${set}.`)).map(({ id, saved }) => [id, saved.state]));
    for (const version of of) {
      const id = versionId(version);
      if (!known.has(id) && mayHaveDate(version)) {
        const found = await unless(dateInAzure(version), () => undefined);
        if (found) known.set(id, found);
      }
    }
    return known;
  };
  const dateInAzure = async (version: Version) => {
    const ref = imageVersion(version);
    const date = (await gallery.findVersion(ref))?.endOfLifeDate;
    if (date === undefined) return undefined;
    const event = { type: 'end-of-life-found', ref, date, setAt: madeAt(version), at: now() } as const;
    return await endsOfLife.record(versionId(version), event);
  };
  const dateOf = async (version: Version) =>
    (await endsOfLife.load(versionId(version))) ??
    (mayHaveDate(version) ? await dateInAzure(version) : undefined);

  /** All versions are read once; each in the gallery is asked who holds it. */
  const shelf = async (set: string) => {
    const policy = retentionOf(await planOf(set));
    const all = await load('');
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
    const at = now();
    return { policy, at, shelf: shelfOf(ofSet, holds, await datesOf(set, ofSet), { policy, now: at }) };
  };
  const run = async (set: string, by: string, only: (line: Planned) => boolean) => {
    const { policy, at, shelf: found } = await shelf(set);
    const ran = await runRetention(parts, found, { by, usedBy, only });
    return retentionView(set, ran, { policy, at, isDryRun: false });
  };

  return {
    async usage(set: string, number: string) {
      const version = await versionOf(set, number);
      const asked = askedOf(version);
      const [all, uses, copies] = [await load(''), await usedBy(asked), await copiesOf(asked)];
      return usageView(version, { uses, copies, all });
    },

    async ancestry(set: string, number: string) {
      return ancestryView(await versionOf(set, number), await load(''));
    },

    /** What changed since the version before it, or since the one that is named. */
    async diff(set: string, number: string, base?: string) {
      const version = await versionOf(set, number);
      const all = await load('');
      const other =
        base === undefined
          ? baseOf(
              version,
              all.filter((one) => one.set === set),
            )
          : await versionOf(set, base);
      if (!other) {
        const why = `Version ${number} is the first of ${set}: name another as base.`;
        throw new AppError('NotFound', why, { target: 'base' });
      }
      return diffOf(other, version, all);
    },

    /** Writes about it, and moves the end of its life: first what is decided, then Azure is brought to it. */
    async patch(set: string, number: string, body: z.infer<typeof PatchVersion>) {
      const policy = retentionOf(await planOf(set));
      let version = await versionOf(set, number);
      refuseGone(version);
      const date = body.endOfLifeDate;
      let endOfLife = await dateOf(version);
      if (date !== undefined) {
        const noticeDays = policy.endOfLifeNoticeDays;
        refuseEndOfLife(version, date, { before: endOfLife, noticeDays, now: now() });
      }
      if (isNews(version, body)) {
        const { state } = await versions.record(versionId(version), (current = version) => {
          refuseGone(current);
          return noteOf(current, body, now());
        });
        version = state;
      }
      if (date !== undefined) {
        const id = versionId(version);
        const event = { type: 'end-of-life-moved', ref: imageVersion(version), date } as const;
        const by = somebody(body.by);
        await endsOfLife.record(id, { ...event, by, at: now() });
        // The sweeper would do it too: whoever asks need not wait for it.
        await endsOfLife.advance(id);
        endOfLife = await endsOfLife.load(id);
        version = await restoreMoved(parts, version, by);
      }
      return writtenView(version, endOfLife, policy);
    },

    /** What people wrote of it, and when its life ends. */
    async notes(set: string, number: string) {
      const version = await versionOf(set, number);
      return writtenView(version, await dateOf(version), retentionOf(await planOf(set)));
    },

    /** What happened to the version and to the end of its life, oldest first. */
    async history(set: string, number: string): Promise<readonly Line<VersionEvent | EndOfLifeEvent>[]> {
      const id = versionId(await versionOf(set, number));
      const [lines, ends] = [await versionStore.history(id), await endsOfLife.history(id)];
      return [...lines, ...ends].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    },

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
      const all = await setStore.loadAll('');
      const runs = [];
      for (const { id, saved } of all) {
        const { enabled } = retentionOf(saved.state.plan);
        const running = run(id, timer, ({ isForEndOfLife }) => enabled || isForEndOfLife);
        // One after the other, for each asks Azure; and none is kept from it by another that fails.
        runs.push(...(await Promise.allSettled([running])));
      }
      const failed = runs.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },

    sweep: async () => await endsOfLife.sweep(),
  };
}

/** What was asked for or, where Azure does not say now, what is made of its reason. */
async function unless<T, U>(asked: Promise<T>, instead: (why: string) => U): Promise<T | U> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AppError) return instead(error.message);
    throw error;
  }
}

const isThere = ({ phase, facts }: Version) =>
  facts.imageVersionId !== undefined && phase !== 'deleting' && phase !== 'deleted';

const mayHaveDate = (version: Version) => version.plan.endOfLifeDays !== undefined && isThere(version);
