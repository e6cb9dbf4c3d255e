import type { Instant } from '../instant.ts';
import { Engine } from '../workflow/engine.ts';
import type { Feed } from '../workflow/outbox.ts';
import type { Rows } from '../workflow/rows.ts';
import { WorkflowStore } from '../workflow/store.ts';
import type { Images } from './images.ts';
import { performSchedule } from './perform.ts';
import { type ScheduleEngine, scheduleRequests } from './requests.ts';
import { type Schedule, type ScheduleEvent, scheduleLife } from './schedule.ts';

interface Parts {
  readonly images: Images;
  readonly rows: Rows;
  readonly due: Rows;
  readonly wake: (id: string, at: Instant) => Promise<void>;
  readonly now: () => Instant;
  readonly onNews?: (id: string, event: ScheduleEvent) => void;
  readonly feed?: Feed<Schedule, ScheduleEvent>;
}

/** Schedules, wired. */
export function scheduleRoom({ images, rows, due, ...parts }: Parts) {
  const { now } = parts;
  const store = new WorkflowStore<Schedule, ScheduleEvent>('schedule', rows, due, { order: 'by-id' });
  const schedules: ScheduleEngine = new Engine({
    workflow: scheduleLife,
    store,
    perform: performSchedule(images, now),
    ...parts,
  });
  return {
    requests: scheduleRequests({ schedules, store, images, now }),
    advance: async (id: string) => await schedules.advance(id),
    sweep: async () => await schedules.sweep(),
  };
}
