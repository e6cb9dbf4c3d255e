import { describe, expect, it } from 'vitest';
import { readiness } from '../../shared/api/ready.ts';
import { toInstant } from '../../shared/instant.ts';
import { memoryRows } from '../support/memory-rows.ts';

const start = Date.parse('2026-10-01T00:00:00Z');

interface Ways {
  queues?: () => Promise<void>;
  arm?: () => Promise<void>;
  rows?: ReturnType<typeof memoryRows>;
  uptime?: number;
}
const well = async () => {};

function app({ queues = well, arm = well, rows = memoryRows(), uptime = 1000 }: Ways) {
  let seconds = 0;
  const now = () => toInstant(start + seconds * 1000);
  const ready = () =>
    readiness({
      reach: { queues, arm },
      rows,
      now,
      secondsSince: (at) => (start - Date.parse(at)) / 1000 + seconds,
      uptime: () => uptime,
      patienceMs: 20,
    });
  return { ready, pass: (more: number) => (seconds += more) };
}
const ok = { status: 'ok' };

describe('the app is ready', () => {
  it('when tables, queues and Azure answer, and the sweeper has run of late', async () => {
    const { ready, pass } = app({});
    await ready().swept();
    pass(299);
    expect(await ready().look()).toEqual({
      status: 'ready',
      at: '2026-10-01T00:04:59.000Z',
      parts: { tables: ok, queues: ok, arm: ok, sweeper: ok },
    });
    pass(2);
    expect((await ready().look()).parts.sweeper).toEqual({
      status: 'failed',
      reason: 'It ran last at 2026-10-01T00:00:00.000Z.',
    });
  });

  it('before its first minute is over, although nothing was swept yet', async () => {
    expect((await app({ uptime: 30 }).ready().look()).status).toBe('ready');
    expect((await app({ uptime: 301 }).ready().look()).parts.sweeper.reason).toBe('It has never run.');
  });

  it('not when one of them fails or does not answer, and says which and why without secrets', async () => {
    const refuses = async () => {
      throw new Error('no entry for SharedAccessKey=geheim;');
    };
    const refused = await app({ uptime: 1, queues: refuses }).ready().look();
    expect(refused).toMatchObject({ status: 'not-ready', parts: { tables: ok, arm: ok } });
    expect(refused.parts.queues.reason).toBe('no entry for SharedAccessKey=***;');
    expect((await app({ uptime: 1, arm: refuses }).ready().look()).parts).toMatchObject({
      queues: ok,
      arm: { status: 'failed' },
    });
    const rows = { ...memoryRows(), read: refuses };
    const without = await app({ uptime: 1, rows }).ready().look();
    expect(without.parts).toMatchObject({ tables: { status: 'failed' }, sweeper: { status: 'failed' } });
    const hangs = async () => await new Promise<void>(() => {});
    const silent = await app({ uptime: 1, queues: hangs }).ready().look();
    expect(silent.parts.queues).toEqual({ status: 'failed', reason: 'No answer within 0.02 s.' });
  });

  it('by the same answer for ten seconds, however often it is asked', async () => {
    let asked = 0;
    const ready = app({ uptime: 1, queues: async () => void (asked += 1) }).ready();
    await Promise.all([ready.look(), ready.look()]);
    await ready.look();
    expect(asked).toBe(1);
  });
});
