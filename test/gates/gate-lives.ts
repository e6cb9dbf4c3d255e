import { AppError } from '../../shared/errors.ts';
import { gateRoom } from '../../shared/gates/room.ts';
import { hasTraces, type Validation } from '../../shared/gates/validation.ts';
import { blind } from '../support/fleet.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Ills, World } from '../support/world.ts';
import { channel, gateOf, health, number, previous, set, versionId, wanted } from './gate-lab.ts';
import { answered, SmallHosts } from './small-hosts.ts';

/** How things are on the hosts, and what people and other systems do meanwhile. */
export interface Lot {
  readonly hosts: number;
  /** A minute after which hosts are healthy; never, or sick for good. */
  readonly healthyAt: number | 'never' | 'sick';
  readonly script: 'good' | 'bad' | 'blind' | 'broken';
  readonly scriptSeconds: number;
  readonly report: { readonly minute: number; readonly outcome: 'passed' | 'failed' } | undefined;
  readonly takesCalls: boolean;
  readonly cancelAt: number | undefined;
  /** How often, and when, somebody asks for a validation by hand. */
  readonly asks: readonly number[];
}

export interface Without {
  readonly sweeper?: true;
  readonly etags?: true;
}

export interface Lived {
  readonly validations: readonly Validation[];
  readonly hosts: SmallHosts;
  readonly isAtRest: boolean;
  readonly kept: string;
  readonly calls: number;
}

const scripts = {
  good: answered({ measured: 5, unit: 's', evidence: 'of 1' }),
  bad: answered({ measured: 99, unit: 's', evidence: 'of 1' }),
  blind: answered({ inconclusive: 'nobody came' }),
  broken: { state: 'Failed', exitCode: 1, error: 'kaputt' } as const,
};
export const runMinutes = 120;

/** The validations of one version in one channel until nothing moves any more. */
export async function liveGate(ills: Ills, lot: Lot, without: Without = {}): Promise<Lived> {
  const world = new World(ills, { sweeping: !without.sweeper });
  const { now } = world;
  const began = Date.parse(now());
  const minute = () => (Date.parse(now()) - began) / 60_000;
  const hosts = new SmallHosts(now);
  hosts.names = Array.from({ length: lot.hosts }, (_, index) => `host-${index}`);
  hosts.scriptFor = () => ({ seconds: lot.scriptSeconds, end: scripts[lot.script] });
  const outcome = () => {
    if (lot.healthyAt === 'sick') return 'failed' as const;
    return lot.healthyAt !== 'never' && minute() >= lot.healthyAt
      ? ('passed' as const)
      : ('inconclusive' as const);
  };
  const examine: typeof hosts.examine = async (asked) => {
    hosts.outcomes.set('Status', outcome());
    return await hosts.examine(asked);
  };
  const { poolsOf, find, start, remove } = hosts;
  const asked = world.port({ poolsOf, examine }, {});
  const probes = world.port({ find, start, remove }, { start: 290, remove: 60 });
  const tables = new Map<string, ReturnType<typeof memoryRows>>();
  const tokens: string[] = [];
  let calls = 0;
  let secrets = 0;
  const due = memoryRows();
  const room: ReturnType<typeof gateRoom> = gateRoom({
    ...asked,
    probes,
    imageSizeGb: async () => 100,
    call: async (_, __, body) => {
      calls += 1;
      tokens.push(
        String((body as { reportTo?: string }).reportTo)
          .split('/')
          .at(-1) ?? '',
      );
      return { status: lot.takesCalls ? 202 : 503, body: '' };
    },
    refusal: async () => undefined,
    reportUrl: (token) => `https://goldsmith/api/external-checks/${token}`,
    newSecret: () => `unguessable-${(secrets += 1)}`,
    channelsOf: async () => [channel],
    holding: async () => ({ number, versionId, imageVersionId: '/v', previous }),
    rows: (table) => {
      const rows = tables.get(table) ?? memoryRows();
      tables.set(table, rows);
      return world.rows(without.etags ? blind(rows) : rows);
    },
    due: world.rows(due),
    wake: world.queue(
      async (id) => await room.advance(id),
      async () => await room.sweep(),
    ),
    now,
  });
  const external = { name: 'load-test', kind: 'external', url: 'https://loads.contoso.com/run' };
  const gate = gateOf(
    [
      health('Status'),
      { name: 'sign-in', kind: 'probe', signIn: { waitMinutes: 0 }, timeoutMinutes: 20 },
    ].concat(lot.report ? [external as never] : []),
    { minutes: runMinutes },
  );
  world.start(async () => {
    await room.requests.putGate(set, channel, gate);
    await room.port.ensureValidated(wanted);
  });
  const heard = new Set<number>();
  const ask = async (index: number) => {
    await room.requests.validate(set, number, { channel, by: 'bo' }, `request-${index}`);
    heard.add(index);
  };
  for (const [index, at] of lot.asks.entries()) world.start(async () => await ask(index), at * 60);
  const { report, cancelAt } = lot;
  const reported = async () => {
    for (const token of tokens) {
      try {
        await room.requests.report(token, { outcome: report?.outcome ?? 'passed', evidence: 'as asked' });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
    }
  };
  if (report) world.start(reported, report.minute * 60);
  if (cancelAt !== undefined) {
    world.start(
      async () => await room.port.cancel(`${versionId}.${channel}.1`, 'ana', 'enough'),
      cancelAt * 60,
    );
  }

  const load = async () => {
    const all =
      (await tables.get('validations')?.acrossPartitions('state', { from: '', to: '\uffff' })) ?? [];
    return all.map(({ json }) => JSON.parse(json) as Validation);
  };
  const isAtRest = async () => {
    const all = await load();
    return heard.size === lot.asks.length && all.length > 0 && all.every((one) => one.end && !hasTraces(one));
  };
  await world.passUntil(() => false, { days: Math.max(1, ...lot.asks) / 1440 });
  await world.passUntil(isAtRest, { days: 3 });
  // What was on its way when all seemed over has arrived by then.
  await world.passUntil(() => false, { days: 15 / 1440 });
  const kept: string[] = [];
  for (const rows of tables.values()) {
    for (const { partition } of await rows.acrossPartitions('state', { from: '', to: '\uffff' })) {
      for (const { json } of await rows.inPartition(partition, { from: '', to: '\uffff' })) kept.push(json);
    }
  }
  return { validations: await load(), hosts, isAtRest: await isAtRest(), kept: kept.join('\n'), calls };
}
