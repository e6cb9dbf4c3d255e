import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { mayPut, mayRemove, type Precondition } from '../precondition.ts';
import type { Engine } from '../workflow/engine.ts';
import { keyByTime } from '../workflow/lists.ts';
import { type Asked, type Page, pageIn, pageOf } from '../workflow/page.ts';
import type { Kept, Line, WorkflowStore } from '../workflow/store.ts';
import type { Images } from './images.ts';
import type { PutSchedule, RunNow, SkipNext } from './request-bodies.ts';
import { blackoutAt, clearFrom, type SchedulePlan } from './plan.ts';
import { type Run, runByHand } from './run.ts';
import { type Schedule, type ScheduleCommand, type ScheduleEvent, scheduleLife } from './schedule.ts';
import { comesTooEarly, nextAfter } from './when.ts';

export type ScheduleEngine = Engine<Schedule, ScheduleEvent, ScheduleCommand>;

interface Parts {
  readonly schedules: ScheduleEngine;
  readonly store: WorkflowStore<Schedule, ScheduleEvent>;
  readonly images: Images;
  readonly now: () => Instant;
}

/** One of the next times, as it would go if nothing changed. */
export interface Preview {
  readonly at: Instant;
  readonly becomes: 'run' | 'skipped' | 'later';
  readonly reason?: string;
  /** When it would begin instead. */
  readonly beginsAt?: Instant;
}

const somebody = (by: string | undefined) => by ?? 'function key';

/** What people may ask of schedules. */
export function scheduleRequests({ schedules, store, images, now }: Parts) {
  const get = async (id: string): Promise<Schedule> => {
    const schedule = await schedules.load(id);
    if (!schedule || schedule.removed)
      throw new AppError('NotFound', `There is no schedule ${id}.`, { target: id });
    return schedule;
  };

  const refuse = async ({ when, request }: SchedulePlan): Promise<void> => {
    const channels = await images.channelsOf(request.imageSet);
    if (!channels) {
      const message = `There is no image set ${request.imageSet}.`;
      throw new AppError('NotFound', message, { target: 'request.imageSet' });
    }
    const { upTo, release } = request;
    if (upTo !== undefined && !channels.includes(upTo)) {
      const message = `${upTo} is none of the channels of ${request.imageSet}: ${channels.join(', ')}.`;
      throw new AppError('ValidationFailed', message, { target: 'request.upTo' });
    }
    if (upTo !== undefined && !release) {
      const message = 'Without a release it goes to no channel.';
      throw new AppError('ValidationFailed', message, { target: 'request.upTo' });
    }
    const early = when.kind === 'patch-tuesday' ? comesTooEarly(when, now()) : undefined;
    if (early) {
      const message = `On ${early.due} the updates of the month are not out yet: Microsoft releases them at ${early.release}. Let it be later, or a day after.`;
      throw new AppError('ValidationFailed', message, { target: 'when.at' });
    }
  };

  return {
    /** The schedule is so from now on. What changed its times makes up for nothing that would have been. */
    async put(id: string, { by, ...plan }: z.infer<typeof PutSchedule>, onlyIf?: Precondition) {
      await refuse(plan);
      let created = false;
      const { state } = await schedules.record(id, (known) => {
        created = !known || known.removed !== undefined;
        const event: ScheduleEvent = { type: 'defined', plan, by: somebody(by), at: now() };
        const there = created ? undefined : known;
        mayPut(`Schedule ${id}`, there, onlyIf, scheduleLife.evolve(known, event) === known);
        return event;
      });
      return { schedule: state, created };
    },

    get,

    async list(asked: Asked = {}, { imageSet }: { readonly imageSet?: string | undefined } = {}) {
      const where = ({ saved: { state } }: Kept<Schedule>) =>
        !state.removed && (imageSet === undefined || state.plan.request.imageSet === imageSet);
      return pageOf(await store.page({ ...asked, where }), ({ id, saved }) => ({
        id,
        schedule: saved.state,
      }));
    },

    /** Its last runs, the newest first. */
    async runs(id: string, asked: Asked = {}, { state }: { readonly state?: Run['state'] | undefined } = {}) {
      const { runs } = await get(id);
      const wanted = runs.filter((run) => state === undefined || run.state === state);
      return pageIn(wanted, (run) => keyByTime({ id: run.id, at: run.at }), asked);
    },

    /** It never runs again; what it began goes on. Its history stays. */
    async remove(id: string, by?: string, onlyIf?: Precondition): Promise<void> {
      if (!(await schedules.load(id))) return;
      await schedules.record(id, (known) => {
        mayRemove(`Schedule ${id}`, known?.removed ? undefined : known, onlyIf);
        return { type: 'removed', by: somebody(by), at: now() };
      });
    },

    /**
     * Begins a run now, whatever the calendar says; answers what it came to, or that it waits. The same request begins
     * it once.
     */
    async runNow(id: string, { by }: z.infer<typeof RunNow>, request: string): Promise<Schedule> {
      await get(id);
      await schedules.record(id, (known) => {
        const event = { type: 'run-asked', by: somebody(by), at: now(), request } as const;
        const { run, waitingFor } = known?.pending ?? {};
        if (run && run.id !== runByHand(event.at, event.by, request).id) {
          const message = `Run ${run.id} is about to begin already: it waits for ${waitingFor}.`;
          throw new AppError('InvalidPhase', message, { target: id });
        }
        return event;
      });
      await schedules.advance(id);
      return await get(id);
    },

    /** The next time that it is due nothing is begun. */
    async skipNext(id: string, { by, reason }: z.infer<typeof SkipNext>): Promise<Schedule> {
      await get(id);
      const { state } = await schedules.record(id, (known) => {
        if (known && known.nextAt === undefined) {
          const message = `Schedule ${id} is not due again: there is nothing to skip.`;
          throw new AppError('InvalidPhase', message, { target: id });
        }
        return { type: 'skip-asked', by: somebody(by), reason, at: now() };
      });
      return state;
    },

    /** The next times and what would become of each; none where it waits for a source. */
    async preview(id: string, count: number): Promise<readonly Preview[]> {
      return previewOf(await get(id), count);
    },

    async history(id: string, asked: Asked = {}): Promise<Page<Line<ScheduleEvent>>> {
      // One that was removed has its history still.
      const known = await schedules.load(id);
      if (!known) throw new AppError('NotFound', `There is no schedule ${id}.`, { target: id });
      return await store.lines(id, asked);
    },
  };
}

function previewOf({ plan, nextAt, skipNext }: Schedule, count: number): readonly Preview[] {
  const { when } = plan;
  if (when.kind === 'new-source') return [];
  const found: Preview[] = [];
  for (let at = nextAt; at !== undefined && found.length < count; at = nextAfter(when, at)) {
    const isSkipped = found.length === 0 && skipNext !== undefined;
    const one: Preview = isSkipped
      ? { at, becomes: 'skipped', reason: skipNext.reason }
      : inBlackout(plan, at);
    // After a blackout one run begins, for all the times that lay in it.
    const isMadeUpFor = found.some(({ beginsAt }) => beginsAt !== undefined && beginsAt === one.beginsAt);
    found.push(isMadeUpFor ? { at, becomes: 'skipped', reason: one.reason ?? '' } : one);
  }
  return found;
}

function inBlackout(plan: SchedulePlan, at: Instant): Preview {
  const blackout = blackoutAt(plan, at);
  if (!blackout) return { at, becomes: 'run' };
  const { reason } = blackout;
  return plan.inBlackout === 'skip'
    ? { at, becomes: 'skipped', reason }
    : { at, becomes: 'later', reason, beginsAt: clearFrom(plan, at) };
}
