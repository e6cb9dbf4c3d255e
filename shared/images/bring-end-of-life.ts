import type { Instant } from '../instant.ts';
import { Engine } from '../workflow/engine.ts';
import { answersOf, type EnsureStage, lookAtStage } from '../workflow/look.ts';
import type { Asked } from '../workflow/page.ts';
import type { Rows } from '../workflow/rows.ts';
import type { StageCommand } from '../workflow/stages.ts';
import { WorkflowStore } from '../workflow/store.ts';
import { type EndOfLifeDate, type EndOfLifeEvent, endOfLifeLife } from './end-of-life.ts';
import type { ImageVersion, ImageVersionRef } from './gallery.ts';

/** What is asked of the gallery about ends of life. */
export interface EndOfLifeGallery {
  readonly findVersion: (
    ref: ImageVersionRef,
  ) => Promise<Pick<ImageVersion, 'provisioningState' | 'endOfLifeDate'> | undefined>;
  /** Only starts its work, as every change does. */
  readonly moveEndOfLife: (ref: ImageVersionRef, date: Instant) => Promise<void>;
}

interface Parts {
  readonly gallery: EndOfLifeGallery;
  readonly rows: Rows;
  readonly due: Rows;
  readonly now: () => Instant;
  readonly onNews?: (id: string, event: EndOfLifeEvent) => void;
}

type Nothing = Record<string, never>;
const { running, done } = answersOf<Nothing>();

/** Azure has the date too. Should the version be gone, there is nothing to bring it to. */
function ensureEndOfLife(gallery: EndOfLifeGallery): EnsureStage<EndOfLifeDate, Nothing> {
  return async ({ work: { ref, date } }) => {
    const found = await gallery.findVersion(ref);
    if (!found || found.provisioningState === 'Deleting') return done();
    // Azure takes no second change while one runs; what it shows meanwhile may be either.
    if (['Creating', 'Updating'].includes(found.provisioningState)) {
      return running('Azure to finish a change of the version', 60);
    }
    if (isSameMoment(found.endOfLifeDate, date)) return done();
    await gallery.moveEndOfLife(ref, date);
    return running('Azure to take the new end of life', 30);
  };
}

function isSameMoment(one: Instant | undefined, other: Instant): boolean {
  return one !== undefined && Date.parse(one) === Date.parse(other);
}

export type EndsOfLife = ReturnType<typeof endsOfLife>;

/**
 * The ends of life of all versions. Few are ever moved and none is in a hurry: they have no queue of their own, and
 * what is due is looked at where it is found, by the sweeper of the minute.
 */
export function endsOfLife({ gallery, rows, due, ...parts }: Parts) {
  const { now } = parts;
  const store = new WorkflowStore<EndOfLifeDate, EndOfLifeEvent>('end-of-life', rows, due);
  const look = lookAtStage({ stages: { 'end-of-life': ensureEndOfLife(gallery) }, now });
  const perform = async (id: string, command: StageCommand, work: EndOfLifeDate) => {
    if (!work.standing) throw new Error(`${id} calls for nothing`);
    return await look(id, command, work, work.standing);
  };
  const engine = new Engine({ workflow: endOfLifeLife, store, perform, wake: async () => {}, ...parts });
  return {
    load: async (id: string) => await engine.load(id),
    loadAll: async (prefix: string) => await store.loadAll(prefix),
    lines: async (id: string, asked: Asked) => await store.lines(id, asked),
    record: async (id: string, event: EndOfLifeEvent) => (await engine.record(id, () => event)).state,
    advance: async (id: string) => await engine.advance(id),
    /** One look at each that is due; none is kept from it by another that fails. */
    sweep: async () => {
      const ids = await store.overdue(now());
      const looks = await Promise.allSettled(ids.map(async (id) => await engine.advance(id)));
      const failed = looks.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };
}
