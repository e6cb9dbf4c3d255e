import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lives } from '../support/lives.ts';
import { ills } from '../support/world.ts';
import { everyHours, type Lived, liveSchedule } from './schedule-lives.ts';

const kinds = constantFrom('cron' as const, 'new-source' as const);
const quiet = record({
  asks: constantFrom([]),
  overlap: constantFrom('skip' as const, 'wait' as const),
  takes: constantFrom(10, 100, 300),
  kind: kinds,
});
const busy = record({
  asks: array(
    record({
      minute: integer({ min: 5, max: 2600 }),
      what: constantFrom('run' as const, 'skip' as const, 'disable' as const, 'enable' as const),
    }),
    { maxLength: 8 },
  ),
  overlap: constantFrom('skip' as const, 'wait' as const),
  takes: constantFrom(10, 100, 300),
  kind: kinds,
});

/** The moments at which it was due, from the calendar alone. */
function moments({ from, to }: Lived): readonly string[] {
  const step = everyHours * 3_600_000;
  const found: string[] = [];
  for (let at = Math.ceil((Date.parse(from) + 1) / step) * step; at <= Date.parse(to) - 3_600_000; at += step)
    found.push(new Date(at).toISOString());
  return found;
}

/** Of each run one version, whoever died between the two, and no version without a run. */
function expectOneEach({ schedule, history, made }: Lived): void {
  const started = history.flatMap(({ event }) => (event.type === 'started' ? [event] : []));
  expect(new Set(started.map(({ run }) => run)).size).toBe(started.length);
  expect(new Set(started.map(({ version }) => version)).size).toBe(started.length);
  const open = schedule.pending ? [schedule.pending.run.id] : [];
  const runs = [...started.map(({ run }) => run), ...open].map((run) => `schedule-s-${run}`);
  for (const request of made.keys()) expect(runs).toContain(request);
  for (const { run, version } of started) expect(made.get(`schedule-s-${run}`)?.number).toBe(version);
}

describe('a schedule', () => {
  const { numRuns, timeout } = lives(25);
  it(
    'fires once for each moment and forgets none, whatever dies, is lost or comes twice',
    { timeout },
    async () => {
      await assert(
        asyncProperty(ills, quiet, async (illnesses, lot) => {
          const lived = await liveSchedule(illnesses, { ...lot, kind: 'cron' });
          expectOneEach(lived);
          const { runs, pending } = lived.schedule;
          const all = [...runs, ...(pending ? [pending.run] : [])].map(({ dueAt }) => dueAt);
          expect(new Set(all).size).toBe(all.length);
          const seen = all.filter((dueAt) => dueAt <= (moments(lived).at(-1) ?? ''));
          // A version that takes longer than the time between two holds the next: what passed meanwhile is one run.
          if (lot.takes < everyHours * 60 || lot.overlap === 'skip') expect(seen).toEqual(moments(lived));
          if (lot.overlap === 'wait') expect(lived.most).toBeLessThanOrEqual(1);
        }),
        { numRuns },
      );
    },
  );

  it('asks for a version of a new source once', { timeout }, async () => {
    await assert(
      asyncProperty(ills, quiet, async (illnesses, lot) => {
        const lived = await liveSchedule(illnesses, { ...lot, kind: 'new-source' });
        expectOneEach(lived);
        expect(lived.made.size).toBe(2);
      }),
      { numRuns },
    );
  });

  it('stays true to that whatever people ask meanwhile', { timeout }, async () => {
    await assert(
      asyncProperty(ills, busy, async (illnesses, lot) => {
        expectOneEach(await liveSchedule(illnesses, lot));
      }),
      { numRuns },
    );
  });

  it('is found out without ETags, where two saves count for one moment', { timeout }, async () => {
    const crowd = { deaths: 0, lostMessages: 0, doubledMessages: 0.5, faults: 0.15, slowness: 0.3 };
    const asks = [
      { minute: 300, what: 'run' },
      { minute: 301, what: 'skip' },
      { minute: 302, what: 'run' },
    ] as const;
    const lot = { asks, overlap: 'wait', takes: 10, kind: 'cron' } as const;
    const isTrue = async (seed: number, without: { etags?: true }) => {
      const lived = await liveSchedule({ ...crowd, seed }, lot, without);
      try {
        expectOneEach(lived);
        return true;
      } catch {
        return false;
      }
    };
    const seeds = [1, 4, 8, 9, 10];
    const found = { with: [] as boolean[], without: [] as boolean[] };
    for (const seed of seeds) {
      found.with.push(await isTrue(seed, {}));
      found.without.push(await isTrue(seed, { etags: true }));
    }
    expect(found.with).not.toContain(false);
    expect(found.without).toContain(false);
  });
});
