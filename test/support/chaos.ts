import { array, constantFrom, nat, record, uniqueArray } from 'fast-check';
import { AppError } from '../../shared/errors.ts';
import { type Instant, secondsAfter } from '../../shared/instant.ts';

/** The process dies here. Whatever was under way is never heard of again. */
export class Crash extends Error {}

/** How a broker may treat a message: `late` comes ten minutes after its time. */
type Delivery = 'once' | 'twice' | 'never' | 'late';
/** How Azure may treat a request; in `lost-reply` the effect happens and nobody hears of it. */
type Trouble = 'none' | 'throttled' | 'busy' | 'broken' | 'lost-request' | 'lost-reply';

export interface Fate {
  /** The steps at which the process dies: a step is right before or right after any read, write or call. */
  readonly deaths: readonly number[];
  /** What becomes of the first, second, … message, and then from the beginning again. */
  readonly deliveries: readonly Delivery[];
  /** What becomes of the first, second, … call of Azure; all later ones go well. */
  readonly troubles: readonly Trouble[];
  /** Which of the messages that are ready comes next. */
  readonly shuffle: readonly number[];
}

/** Any fate. A broker that loses every message is no broker: one in eight gets through. */
export const anyFate = record({
  deaths: uniqueArray(nat(400), { maxLength: 20 }),
  deliveries: array(constantFrom<Delivery[]>('once', 'twice', 'never', 'late'), { maxLength: 7 }).map(
    (deliveries) => deliveries.concat('once'),
  ),
  troubles: array(
    constantFrom<Trouble[]>(
      'none',
      'none',
      'none',
      'throttled',
      'busy',
      'broken',
      'lost-request',
      'lost-reply',
    ),
    { maxLength: 60 },
  ),
  shuffle: array(nat(9), { maxLength: 20 }),
});

export const kindFate: Fate = { deaths: [], deliveries: ['once'], troubles: [], shuffle: [] };

/** A process that dies, a broker that errs, an Azure that has bad days, and a clock. All of it from one fate. */
export function chaos({ deaths, deliveries, troubles, shuffle }: Fate, start: Instant) {
  const dying = new Set(deaths);
  let now = start;
  let steps = 0;
  let calls = 0;
  let sent = 0;
  let picks = 0;
  let ready: { queue: string; id: string; at: Instant }[] = [];

  const survive = () => {
    if (dying.has((steps += 1))) throw new Crash();
  };
  const trouble = (when: 'before' | 'after', kind: Trouble) => {
    if (when === 'after' && kind === 'lost-reply') throw new AppError('AzureUnavailable', 'no answer');
    if (when === 'after') return;
    if (kind === 'throttled') throw new AppError('Throttled', 'too many requests', { retryAfterSeconds: 40 });
    if (kind === 'busy') throw new AppError('AzureBusy', 'another operation is under way');
    if (kind === 'broken' || kind === 'lost-request') throw new AppError('AzureUnavailable', kind);
  };

  return {
    now: () => now,
    pass: (seconds: number) => {
      now = secondsAfter(now, seconds);
    },
    counts: () => ({ steps, calls, sent }),

    /** The same port, where the process may die before or after any call. */
    mortal: <Port extends object>(port: Port): Port =>
      wrapped(port, async (call) => {
        survive();
        const result = await call();
        survive();
        return result;
      }),

    /** The same port in Azure: mortal, and every call may be refused, or its answer lost. */
    azure: <Port extends object>(port: Port): Port =>
      wrapped(port, async (call) => {
        const kind = troubles[(calls += 1) - 1] ?? 'none';
        survive();
        trouble('before', kind);
        const result = await call();
        trouble('after', kind);
        survive();
        return result;
      }),

    wake: (queue: string) => async (id: string, at: Instant) => {
      survive();
      const fate = deliveries[sent++ % deliveries.length] ?? 'once';
      const copies = { once: 1, twice: 2, never: 0, late: 1 }[fate];
      const due = fate === 'late' ? secondsAfter(at, 600) : at;
      ready.push(...Array.from({ length: copies }, () => ({ queue, id, at: due })));
      survive();
    },

    /** Delivers what is due by now, in any order; two at a time see the same state, as two instances would. */
    deliver: async (advance: (queue: string, id: string) => Promise<unknown>) => {
      const due = ready.filter(({ at }) => at <= now);
      ready = ready.filter(({ at }) => at > now);
      while (due.length > 0) {
        const pick = () => due.splice((shuffle[picks++ % shuffle.length] ?? 0) % due.length, 1);
        const both = [...pick(), ...(due.length > 0 ? pick() : [])];
        await Promise.all(both.map(({ queue, id }) => unlessItDies(advance(queue, id))));
      }
    },
  };
}

/** Waits for it, and takes no notice if the process died meanwhile. */
export async function unlessItDies(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
}

function wrapped<Port extends object>(
  port: Port,
  around: (call: () => Promise<unknown>) => Promise<unknown>,
): Port {
  const entries = Object.entries(port).map(([name, value]) => [
    name,
    typeof value === 'function'
      ? async (...args: unknown[]) =>
          await around(async () => await (value as (...args: unknown[]) => unknown)(...args))
      : value,
  ]);
  return Object.fromEntries(entries) as Port;
}
