import { randomUUID } from 'node:crypto';
import { startLocal } from '../../infra/local/local.ts';
import { apiAt } from '../demo/api.ts';
import { define, follow, request } from '../demo/job.ts';
import { before } from '../demo/left-behind.ts';
import { truthAt } from '../demo/truth.ts';
import { judge } from '../demo/verdict.ts';
import { percentile } from './figures.ts';
import { lags } from './lag.ts';
import { openTap, type Passed } from './tap.ts';

/** How much of something the job took: for the version itself, and for each host. */
export interface Use {
  readonly version: number;
  readonly perHost: number;
  readonly all: number;
}

export interface WholeJob {
  readonly speed: number;
  readonly hosts: number;
  readonly complaints: readonly string[];
  readonly virtualMinutes: number;
  readonly lag: { readonly changes: number; readonly p50: number; readonly p95: number };
  readonly armCalls: Use;
  readonly tableOperations: Use;
  readonly messages: Use;
  /** Queries of the sweeper's, which are not among the operations. */
  readonly sweeps: number;
  /** Calls by method and kind of resource, the commonest first. */
  readonly commonest: readonly (readonly [kind: string, count: number])[];
}

// Azurite's one account and its published key.
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** The job of the demo once more, with a tap in the line to Azure and one in the line to the tables. */
export async function measureWholeJob(speed: number): Promise<WholeJob> {
  const [arm, tables] = await Promise.all([openTap(), openTap()]);
  const executed = new Map<string, number>();
  const local = await startLocal({
    speed,
    seed: 1,
    verbose: true,
    settings: {
      ArmEndpoint: arm.url,
      Tables: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};TableEndpoint=${tables.url}/${account};`,
    },
    onLine: (line, from) => {
      const name = from === 'app' ? /\[([\w-]+)\] Executed \(/.exec(line)?.[1] : undefined;
      if (name !== undefined) executed.set(name, (executed.get(name) ?? 0) + 1);
    },
  });
  try {
    arm.connect(local.arm.url, local.clock.now);
    tables.connect(new URL(local.tables.url).origin, local.clock.now);
    const truth = truthAt(local);
    const api = apiAt({ url: local.url, key: local.keys.host });
    const linked = await define(api);
    const was = await before(truth, linked);
    const startedAt = local.clock.now();
    const number = await request(api, randomUUID());
    // Seldom, because every look of ours costs tables too.
    const final = await follow(api, number, { onProgress: () => {}, everyMs: 2000 });
    const virtualMinutes = (local.clock.now() - startedAt) / 60_000;
    const { complaints, report } = await judge(final, { api, truth, before: was, pools: linked });
    const hosts = report.hosts.total;
    const found = await lags(local.arm.url, arm.passed);
    const use = (all: number, ofHosts: number): Use => ({
      version: all - ofHosts,
      perHost: ofHosts / hosts,
      all,
    });
    // What the sweeper asks depends on how long it is, and not on what there is to do.
    const sweeps = tables.passed.filter(
      ({ method, path }) => method === 'GET' && path.endsWith('/due()'),
    ).length;
    const rollingMessages = count(executed, 'advance-host') + count(executed, 'advance-rollout');
    return {
      speed,
      hosts,
      complaints,
      virtualMinutes,
      lag: { changes: found.length, p50: percentile(found, 0.5), p95: percentile(found, 0.95) },
      armCalls: use(arm.passed.length, arm.passed.filter(isOfHosts).length),
      sweeps,
      tableOperations: use(tables.passed.length - sweeps, tables.passed.filter(isInHostTables).length),
      messages: use(
        rollingMessages + count(executed, 'advance-image') + count(executed, 'deliver-notification'),
        rollingMessages,
      ),
      commonest: commonest(arm.passed),
    };
  } finally {
    await local.stop();
    await Promise.all([arm.stop(), tables.stop()]);
  }
}

/** A transaction names its table in what is sent; pointers in the due index say what they point at. */
function isInHostTables({ path, sent }: Passed): boolean {
  const names = /(hosts|rollouts|hostpools)\(|%27(host|rollout)%27|'(host|rollout)'/i;
  return (
    names.test(path.endsWith('$batch') ? sent : path) ||
    (/\/due/i.test(path) && /"PartitionKey":"(host|rollout)"/.test(sent))
  );
}

function isOfHosts({ path }: Passed): boolean {
  return /\/(virtualMachineScaleSets|hostPools)\//i.test(path);
}

function count(executed: ReadonlyMap<string, number>, name: string): number {
  return executed.get(name) ?? 0;
}

/** Names are left out: what is asked of every host is asked of one kind. */
function commonest(passed: readonly Passed[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { method, path } of passed) {
    const parts = (path.split(/\/providers\/[^/]+\//i).at(-1) ?? path).split('/');
    const action = parts.length % 2 === 1 ? parts.at(-1) : undefined;
    const types = parts.filter((_, at) => at % 2 === 0).slice(0, action === undefined ? undefined : -1);
    const kind = `${method} ${[...types, ...(action === undefined ? [] : [action])].join('/')}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, 12);
}
