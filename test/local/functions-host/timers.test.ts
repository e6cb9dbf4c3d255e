import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startClock } from '../../../infra/local/clock.ts';
import { fixture, type HostProcess, masterKey, startHostProcess, temporaryFolder } from './host-process.ts';
import { eventually, json } from './world.ts';

interface Run {
  schedule: { adjustForDST: boolean };
  scheduleStatus: { last: string; next: string; lastUpdated: string } | null;
  isPastDue: boolean;
  atOnce?: number;
}

// A virtual minute is 0.3 s of the machine's.
const speed = 200;

describe('a timer function', () => {
  let state: ReturnType<typeof temporaryFolder>;
  let host: HostProcess | undefined;
  beforeEach(() => {
    state = temporaryFolder();
  });
  afterEach(async () => {
    await host?.[Symbol.asyncDispose]();
    state[Symbol.dispose]();
  });

  const start = async (startAt: string, more: Record<string, string> = {}) => {
    const clock = startClock({ speed, startAt: Date.parse(startAt) });
    const settings = {
      LocalClock: clock.text,
      AzureWebJobsStorage: 'none',
      EveryMinute: '0 * * * * *',
      ...more,
    };
    host = await startHostProcess({ app: fixture('clockwork'), settings, state: state.path });
    return clock;
  };
  const runs = async (pleases: (runs: Record<string, Run[]>) => boolean) =>
    eventually(() => json<Record<string, Run[]>>(`${host?.url}/api/runs`), pleases);

  it('runs when it is due by the clock it is given, whatever becomes of the last run', async () => {
    const clock = await start('2026-01-01T00:00:30Z');
    const { everyMinute = [], fails = [] } = await runs((all) => (all['fails']?.length ?? 0) >= 4);
    expect(fails.length - everyMinute.length).toBeLessThanOrEqual(1);
    // It began at half past, so four runs are over after three to six minutes.
    const passed = (clock.now() - Date.parse('2026-01-01T00:00:30Z')) / 60_000;
    expect(passed).toBeGreaterThan(3);
    expect(fails.map(({ isPastDue }) => isPastDue)).not.toContain(true);
    expect(host?.log()).toContain('a timer that fails');
  });

  it('is told when it ran last and will run next, if Azure keeps a record of it', async () => {
    await start('2026-01-01T00:00:30Z');
    const all = await runs(
      ({ everyMinute = [], oftener = [] }) => everyMinute.length >= 2 && oftener.length >= 2,
    );
    const [first, second] = all['everyMinute'] ?? [];
    expect(first).toMatchObject({
      schedule: { adjustForDST: true },
      scheduleStatus: { last: '0001-01-01T00:00:00' },
    });
    const { last = '', next = '' } = second?.scheduleStatus ?? {};
    expect(Date.parse(next) - Date.parse(last)).toBeGreaterThan(0);
    expect(Date.parse(next) % 60_000).toBe(0);
    // More than once a minute, or switched off: no record.
    expect(all['oftener']?.[0]?.scheduleStatus).toBeNull();
    expect(all['atStart']?.[0]?.scheduleStatus).toBeNull();
  });

  it('never overlaps itself', async () => {
    await start('2026-01-01T00:00:30Z');
    const { slow = [] } = await runs((all) => (all['slow']?.length ?? 0) >= 3);
    expect(slow.map(({ atOnce }) => atOnce)).toEqual(slow.map(() => 1));
  });

  it('runs at the start when it asks to', async () => {
    await start('2026-01-01T00:00:30Z');
    const { atStart } = await runs((all) => all['atStart'] !== undefined);
    expect(atStart).toHaveLength(1);
    expect(atStart?.[0]?.isPastDue).toBe(false);
  });

  it('catches up once on what it missed while the host was away', async () => {
    await start('2026-05-31T00:00:00Z');
    expect(await runs((all) => all['everyMinute'] !== undefined)).not.toHaveProperty('rare');
    await host?.kill('SIGKILL');
    await start('2026-06-02T00:00:00Z');
    const { rare } = await runs((all) => all['rare'] !== undefined);
    expect(rare).toMatchObject([
      { isPastDue: true, scheduleStatus: { next: '2026-06-01T03:00:00.000+00:00' } },
    ]);
    await host?.kill('SIGTERM');
    await start('2026-06-02T12:00:00Z');
    expect(await runs((all) => (all['everyMinute']?.length ?? 0) > 1)).not.toHaveProperty('rare');
  });

  it('has missed nothing when its schedule is another one now', async () => {
    await start('2026-05-31T00:00:00Z', { EveryMinute: '0 0 3 1 6 *' });
    await host?.kill('SIGKILL');
    await start('2026-06-02T00:00:00Z', { EveryMinute: '0 0 4 1 6 *' });
    const all = await runs(({ everyMinute = [] }) => everyMinute.length > 1);
    expect(all).toHaveProperty('rare');
    expect(all).not.toHaveProperty('fails');
  });

  it('runs by hand without touching its record', async () => {
    await start('2026-01-01T00:00:30Z');
    const headers = { 'x-functions-key': masterKey, 'content-type': 'application/json' };
    const response = await fetch(`${host?.url}/admin/functions/rare`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    expect(response.status).toBe(202);
    const { rare } = await runs((all) => all['rare'] !== undefined);
    expect(rare).toMatchObject([{ isPastDue: false, scheduleStatus: { last: '0001-01-01T00:00:00' } }]);
  });

  it('does not start from a record that cannot be read', async () => {
    await start('2026-01-01T00:00:30Z');
    await host?.kill('SIGKILL');
    writeFileSync(join(state.path, 'timers', 'rare.json'), '{"Last":');
    await expect(start('2026-01-01T00:10:00Z')).rejects.toThrow('exited with 1');
  });
});
