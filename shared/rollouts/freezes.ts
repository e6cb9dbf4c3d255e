import { type Instant, minutesAfter } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import type { Workflow } from '../workflow/workflow.ts';

/** Nothing new starts in its scope from then until then: for a reason, by somebody, and over by itself. */
export interface Freeze {
  readonly scope: FreezeScope;
  readonly reason: string;
  readonly from: Instant;
  readonly until: Instant;
  readonly by: string;
  readonly at: Instant;
  /** Its ETag: different for each that was ever put; 1 where it was put before they were counted. */
  readonly revision?: number;
}

export type FreezeScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'image-set' | 'host-pool'; readonly name: string };

/** All freezes in one row, so that a look at a rollout reads them at once. */
export interface FreezeCalendar {
  readonly freezes: Readonly<Record<string, Freeze>>;
  /** Of the freeze that was put last. */
  readonly revision?: number;
}

export type FreezeEvent =
  | { readonly type: 'frozen'; id: string; freeze: Freeze; at: Instant }
  | { readonly type: 'unfrozen'; id: string; by: string; at: Instant };

export type FreezeEngine = Engine<FreezeCalendar, FreezeEvent, never>;

/** How long one that is over stays to be seen; its lines in history stay for good. */
const keptMinutes = 90 * 24 * 60;

export const freezeLife: Workflow<FreezeCalendar, FreezeEvent, never> = {
  evolve(calendar = { freezes: {} }, event) {
    const { [event.id]: known, ...others } = calendar.freezes;
    if (event.type === 'unfrozen') return known ? { ...calendar, freezes: others } : calendar;
    const revision = (calendar.revision ?? 1) + 1;
    if (known && isSame(known, event.freeze)) return calendar;
    const kept = Object.entries(others).filter(
      ([, { until }]) => minutesAfter(until, keptMinutes) > event.at,
    );
    const freezes = { ...Object.fromEntries(kept), [event.id]: { ...event.freeze, revision } };
    return { freezes, revision };
  },
  decide: () => ({}),
  isNews: () => true,
};

/** Who says it again changes nothing. */
function isSame(one: Freeze, other: Freeze): boolean {
  const said = ({ scope, reason, from, until }: Freeze) => JSON.stringify([scope, reason, from, until]);
  return said(one) === said(other);
}

export function statusOf({ from, until }: Freeze, now: Instant): 'planned' | 'active' | 'over' {
  if (until <= now) return 'over';
  return from <= now ? 'active' : 'planned';
}

/** What a rollout needs of the freezes. */
export interface Freezes {
  /** Those that lie on this pool now. */
  readonly over: (pool: string, imageSet: string, now: Instant) => Promise<readonly NamedFreeze[]>;
  /** Those that are yet to come over it. */
  readonly after: (pool: string, imageSet: string, now: Instant) => Promise<readonly NamedFreeze[]>;
}

export interface NamedFreeze extends Freeze {
  readonly id: string;
}

/** The one row that holds them. */
export const calendarId = 'calendar';

export function freezesIn(calendar: FreezeEngine): Freezes {
  const those =
    (status: ReturnType<typeof statusOf>) =>
    async (pool: string, imageSet: string, now: Instant): Promise<readonly NamedFreeze[]> => {
      const { freezes = {} } = (await calendar.load(calendarId)) ?? {};
      return Object.entries(freezes)
        .filter(([, freeze]) => statusOf(freeze, now) === status && isOver(freeze.scope, pool, imageSet))
        .map(([id, freeze]) => Object.assign({ id }, freeze));
    };
  return { over: those('active'), after: those('planned') };
}

function isOver(scope: FreezeScope, pool: string, imageSet: string): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'image-set':
      return scope.name === imageSet;
    case 'host-pool':
      return scope.name === pool;
  }
}

/** Who froze, until when and why, in a sentence. */
export function frozenBy(freezes: readonly Freeze[]): string {
  return freezes.map(({ by, until, reason }) => `frozen by ${by} until ${until}: ${reason}`).join('; ');
}
