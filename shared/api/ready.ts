import { z } from 'zod';
import type { Instant } from '../instant.ts';
import { withoutSecrets } from '../log.ts';
import type { Rows } from '../workflow/rows.ts';

/** What the app cannot work without, each asked for in the cheapest way there is; throws if it does not answer. */
export interface Reach {
  readonly queues: () => Promise<void>;
  readonly arm: () => Promise<void>;
}

const part = z.strictObject({
  status: z.enum(['ok', 'failed']),
  reason: z.string().optional().describe('Why it failed.'),
});
const status = z.enum(['ready', 'not-ready']);

export const ReadyAnswer = z.strictObject({
  status,
  wrongSettings: z.array(z.string()).optional().describe('The names of settings that keep it from its work.'),
});
export const ReadyPartsAnswer = z.strictObject({
  status,
  at: z.iso.datetime().describe('When they were asked; for ten seconds the same answer serves all.'),
  parts: z.strictObject({ tables: part, queues: part, arm: part, sweeper: part }),
});
type Parts = z.infer<typeof ReadyPartsAnswer>;

interface Wanted {
  readonly reach: Reach;
  /** A table of its own. */
  readonly rows: Pick<Rows, 'read' | 'write'>;
  readonly now: () => Instant;
  /** In real time, however fast the clock runs. */
  readonly secondsSince: (at: Instant) => number;
  /** Of this process, in seconds. */
  readonly uptime: () => number;
  /** How long each may take, in real time. */
  readonly patienceMs?: number;
}

const keptMs = 10_000;
/** Several rounds of the sweeper; and how long a process may wait for the first after a standstill. */
const staleAfterSeconds = 300;

/** Whether the app can do its work now. */
export function readiness({ reach, rows, now, secondsSince, uptime, patienceMs = 5_000 }: Wanted) {
  let kept: { readonly untilMs: number; readonly parts: Promise<Parts> } | undefined;

  const look = async (): Promise<Parts> => {
    const at = now();
    const last = rows.read('sweeper', 'last');
    // All at once: an instance that is not ready should say so before whoever asks gives up.
    const [tables, queues, arm, sweeper] = await Promise.all([
      stands(async () => await last, patienceMs),
      stands(reach.queues, patienceMs),
      stands(reach.arm, patienceMs),
      stands(async () => refuseStale((await last)?.json), patienceMs),
    ]);
    const parts = { tables, queues, arm, sweeper };
    const isReady = Object.values(parts).every((one) => one.status === 'ok');
    return { status: isReady ? 'ready' : 'not-ready', at, parts };
  };

  const refuseStale = (json: string | undefined): void => {
    if (uptime() < staleAfterSeconds) return;
    if (json === undefined) throw new Error('It has never run.');
    const sweptAt = JSON.parse(json) as Instant;
    if (secondsSince(sweptAt) > staleAfterSeconds) throw new Error(`It ran last at ${sweptAt}.`);
  };

  return {
    /** Asks each part, or answers what was found less than ten seconds ago. */
    async look(): Promise<Parts> {
      const nowMs = performance.now();
      if (!kept || kept.untilMs <= nowMs) kept = { untilMs: nowMs + keptMs, parts: look() };
      return await kept.parts;
    },

    /** Leaves word that the sweeper has looked at everything. */
    async swept(): Promise<void> {
      await rows.write('sweeper', [{ row: 'last', json: JSON.stringify(now()), etag: 'any' }]);
    },
  };
}

export type Readiness = ReturnType<typeof readiness>;

async function stands(ask: () => Promise<unknown>, patienceMs: number): Promise<z.infer<typeof part>> {
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`No answer within ${patienceMs / 1000} s.`)), patienceMs);
  try {
    await Promise.race([ask(), tooLong]);
    return { status: 'ok' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'It failed.';
    return { status: 'failed', reason: withoutSecrets(reason).slice(0, 300) };
  } finally {
    clearTimeout(timer);
  }
}
