import { AppError } from '../../shared/errors.ts';
import type { Instant } from '../../shared/instant.ts';
import type { Images } from '../../shared/schedules/images.ts';
import { PutSchedule } from '../../shared/schedules/request-bodies.ts';
import { scheduleRoom } from '../../shared/schedules/room.ts';
import type { Schedule, ScheduleEvent } from '../../shared/schedules/schedule.ts';
import { type Line, WorkflowStore } from '../../shared/workflow/store.ts';
import { blind } from '../support/fleet.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Ills, World } from '../support/world.ts';

/** What a person asks of the schedule, and when. */
export interface Ask {
  readonly minute: number;
  readonly what: 'run' | 'skip' | 'disable' | 'enable';
}

export interface Lot {
  readonly asks: readonly Ask[];
  readonly overlap: 'skip' | 'wait';
  /** How many minutes each version takes. */
  readonly takes: number;
  readonly kind: 'cron' | 'new-source';
}

export interface Lived {
  readonly schedule: Schedule;
  readonly history: readonly Line<ScheduleEvent>[];
  /** By request: every version that was ever made. */
  readonly made: ReadonlyMap<string, { readonly number: string; readonly at: Instant }>;
  /** Most versions of the schedule that were under way at once. */
  readonly most: number;
  readonly from: Instant;
  readonly to: Instant;
}

export const everyHours = 4;
const days = 2;

/** One schedule over two days, whoever dies and whatever is lost meanwhile. */
export async function liveSchedule(
  ills: Ills,
  lot: Lot,
  without: { readonly etags?: true } = {},
): Promise<Lived> {
  const world = new World(ills);
  const { now } = world;
  const made = new Map<string, { number: string; at: Instant }>();
  const open = new Set<string>();
  let most = 0;
  const sources = ['source-1'];
  const used = new Set<string>();
  world.after(17 * 3600, () => sources.push('source-2'));
  const small: Images = {
    channelsOf: async () => ['test', 'production'],
    request: async (_, __, request) => {
      const known = made.get(request);
      if (known) return known.number;
      const number = `1.${made.size + 1}.0`;
      made.set(request, { number, at: now() });
      used.add(sources.at(-1) ?? '');
      open.add(number);
      most = Math.max(most, open.size);
      world.after(lot.takes * 60, () => open.delete(number));
      return number;
    },
    underWay: async (_, number) => (open.has(number) ? 'it is being built' : undefined),
    source: async () => ({ source: sources.at(-1) ?? '', isNew: !used.has(sources.at(-1) ?? '') }),
  };
  const [rows, due] = [memoryRows(), memoryRows()];
  const room: ReturnType<typeof scheduleRoom> = scheduleRoom({
    images: { ...world.port(small, { request: 60 }), channelsOf: small.channelsOf },
    rows: world.rows(without.etags ? blind(rows) : rows),
    due: world.rows(due),
    wake: world.queue(
      async (id) => await room.advance(id),
      async () => await room.sweep(),
    ),
    now,
  });
  const when =
    lot.kind === 'cron'
      ? { kind: 'cron', expression: `0 */${everyHours} * * *`, timeZone: 'UTC' }
      : { kind: 'new-source', everyHours };
  const put = (enabled: boolean) => async () =>
    await room.requests.put(
      's',
      PutSchedule.parse({ when, request: { imageSet: 'win11' }, overlap: lot.overlap, enabled }),
    );
  const from = now();
  world.start(put(true));
  const asked = {
    run: async () => await room.requests.runNow('s', {}, `at-${Date.parse(now())}`),
    skip: async () => await room.requests.skipNext('s', { reason: 'holiday' }),
    disable: put(false),
    enable: put(true),
  };
  for (const { minute, what } of lot.asks) world.start(refused(asked[what]), minute * 60);
  await world.passUntil(() => false, { days });
  // Read behind the world's back: nobody takes turns any more.
  const store = new WorkflowStore<Schedule, ScheduleEvent>('schedule', rows, due);
  const schedule = (await store.load('s'))?.state;
  if (!schedule) throw new Error('it was never defined');
  return { schedule, history: await store.history('s'), made, most, from, to: now() };
}

/** People are refused what cannot be: that is no defect. */
function refused(ask: () => Promise<unknown>) {
  return async () => {
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  };
}
