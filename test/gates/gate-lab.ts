import type { z } from 'zod';
import type { Failure } from '../../shared/errors.ts';
import type { CallAnswer, Holding } from '../../shared/gates/ports.ts';
import { PutGate } from '../../shared/gates/request-bodies.ts';
import { gateRoom } from '../../shared/gates/room.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { SmallHosts } from './small-hosts.ts';

export const noon = '2026-01-05T12:00:00.000Z';
export const [set, channel, number] = ['win11', 'test', '1.1.0'] as const;
export const versionId = `${set}.${number}`;
export const previous = { number: '1.0.0', versionId: `${set}.1.0.0` };
export const wanted = { versionId, set, number, imageVersionId: '/v/1.1.0', channel, by: 'ana', attempt: 1 };

/** The gates of image set win11, whose channel `test` holds 1.1.0 on two healthy hosts. */
export function gateLab() {
  let now: Instant = noon;
  let secrets = 0;
  const hosts = new SmallHosts(() => now);
  const tables = new Map<string, ReturnType<typeof memoryRows>>();
  const calls: { url: string; key: string; body: Record<string, unknown> }[] = [];
  const world = {
    answer: (): CallAnswer => ({ status: 202, body: '' }),
    refusal: undefined as Failure | undefined,
    holding: { number, versionId, imageVersionId: '/v/1.1.0', previous } as Holding | undefined,
    sizes: new Map([
      ['1.0.0', 100],
      ['1.1.0', 104],
    ]),
  };
  const due = memoryRows();
  const room = gateRoom({
    poolsOf: hosts.poolsOf,
    examine: hosts.examine,
    probes: { find: hosts.find, start: hosts.start, remove: hosts.remove },
    imageSizeGb: async (_, of) => world.sizes.get(of),
    call: async (url, key, body) => {
      calls.push({ url, key, body: body as Record<string, unknown> });
      return world.answer();
    },
    refusal: async () => world.refusal,
    reportUrl: (token) => `https://goldsmith/api/external-checks/${token}`,
    newSecret: () => `secret-${(secrets += 1)}`,
    channelsOf: async (of) => (of === set ? ['test', 'production'] : undefined),
    holding: async () => world.holding,
    rows: (table) => {
      const rows = tables.get(table) ?? memoryRows();
      tables.set(table, rows);
      return rows;
    },
    due,
    wake: async () => {},
    now: () => now,
  });
  const { port, requests, advance } = room;
  const put = async (checks: readonly object[], more: object = {}, of: string = channel) =>
    await requests.putGate(set, of, gateOf(checks, more));
  /** Lets minutes pass, with a look in each half of them. */
  const pass = async (minutes: number, id = `${versionId}.${channel}.1`) => {
    for (let half = 0; half < 2 * minutes; half += 1) {
      await advance(id);
      now = minutesAfter(now, 0.5);
    }
    await advance(id);
  };
  /** Validates under this gate until nothing moves for a while. */
  const validate = async (checks: readonly object[], { minutes = 30, gate = {} } = {}) => {
    await put(checks, gate);
    await port.ensureValidated({ ...wanted, previous });
    await pass(minutes);
    return await port.ensureValidated(wanted);
  };
  /** Everything that is kept, in one text. */
  const kept = async () => {
    const all: string[] = [];
    for (const rows of [...tables.values(), due]) {
      for (const { json } of await rows.acrossPartitions('state', { from: '', to: '\uffff' })) all.push(json);
      for (const id of [`${versionId}.${channel}.1`, `${versionId}.${channel}.2`]) {
        for (const { json } of await rows.inPartition(id, { from: '', to: '\uffff' })) all.push(json);
      }
    }
    return all.join('\n');
  };
  return {
    ...room,
    hosts,
    calls,
    world,
    put,
    pass,
    validate,
    kept,
    now: () => now,
    wait: (minutes: number) => {
      now = minutesAfter(now, minutes);
    },
  };
}

export function gateOf(checks: readonly object[], more: object = {}): z.infer<typeof PutGate> {
  return PutGate.parse({ checks, ...more });
}

export const health = (which: string, more: object = {}) => ({
  name: which.toLowerCase(),
  kind: 'health',
  which,
  ...more,
});
