import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Engine } from '../workflow/engine.ts';
import type { Asked, Page } from '../workflow/page.ts';
import type { Line, WorkflowStore } from '../workflow/store.ts';
import { ancestryView } from './ancestry.ts';
import type { EndOfLifeGallery } from './bring-end-of-life.ts';
import { baseOf, diffOf } from './diff.ts';
import { endOfLifeDates } from './end-of-life-dates.ts';
import type { EndOfLifeEvent } from './end-of-life.ts';
import type { Version, VersionEvent } from './image.ts';
import { type ImageSet, type ImageSetEvent, retentionOf } from './image-set.ts';
import { writtenView } from './keep-view.ts';
import { mergedLines } from './merged-history.ts';
import { imageVersion } from './names.ts';
import { isNews, noteOf, refuseEndOfLife, refuseGone } from './notes.ts';
import type { PatchVersion } from './request-bodies.ts';
import { retentionRequests } from './retention-requests.ts';
import { isEnded, type RetentionParts, restored } from './retention-run.ts';
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

/** What people may ask of versions that are there: who uses them, where they come from, and how long they stay. */
export function keepRequests(parts: Parts) {
  const { sets, versions, versionStore, endsOfLife, rooms, copiesOf, now } = parts;
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

  const dates = endOfLifeDates(parts);
  const retention = retentionRequests({ ...parts, planOf, dates, usedBy });

  return {
    ...retention,

    async usage(set: string, number: string) {
      const version = await versionOf(set, number);
      const [asked, all] = [askedOf(version), await load('')];
      const uses = await usesOfVersion({ rooms, all: async () => all })(asked);
      return usageView(version, { uses, copies: await copiesOf(asked), all });
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
      let endOfLife = await dates.of(version);
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
        if (isEnded(version)) version = await restored(parts, version, by);
      }
      return writtenView(version, endOfLife, policy);
    },

    /** What people wrote of it, and when its life ends. */
    async notes(set: string, number: string) {
      const version = await versionOf(set, number);
      return writtenView(version, await dates.of(version), retentionOf(await planOf(set)));
    },

    /** What happened to the version and to the end of its life, oldest first. */
    async history(
      set: string,
      number: string,
      asked: Asked = {},
    ): Promise<Page<Line<VersionEvent | EndOfLifeEvent>>> {
      const id = versionId(await versionOf(set, number));
      return await mergedLines<VersionEvent | EndOfLifeEvent>(
        [
          async (part) => await versionStore.lines(id, part),
          async (part) => await endsOfLife.lines(id, part),
        ],
        asked,
      );
    },

    sweep: async () => await endsOfLife.sweep(),
  };
}
