import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLocal } from '../../infra/local/local.ts';
import { apiAt } from '../demo/api.ts';
import { percentile } from './figures.ts';
import { openTap } from './tap.ts';

export interface Build {
  readonly steps: number;
  readonly virtualMinutes: number;
  readonly armReads: number;
  readonly armWrites: number;
  readonly readsPerHour: number;
  /** Real time of one invocation of the function that looks, Azure's answers included. */
  readonly look: { readonly count: number; readonly p50Ms: number; readonly mostMs: number };
  readonly ended: string;
}

interface Seen {
  readonly status: string;
  readonly stage?: string;
  readonly failure?: { readonly message: string };
}

const example = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../examples', `${name}.json`), 'utf8')) as Record<
    string,
    unknown
  >;

/** One build by the recipe of ten steps in `examples/`, from the request to the empty bench. */
export async function measureBuild(speed: number): Promise<Build> {
  const arm = await openTap();
  const looks: number[] = [];
  const local = await startLocal({
    speed,
    seed: 1,
    verbose: true,
    fleet: { testHosts: 1, productionHosts: 1, people: 0 },
    settings: { ArmEndpoint: arm.url },
    onLine: (line, from) => {
      const took =
        from === 'app' ? /\[advance-image\] Executed \(\w+, .*Duration=(\d+)ms/.exec(line)?.[1] : undefined;
      if (took !== undefined) looks.push(Number(took));
    },
  });
  try {
    arm.connect(local.arm.url, local.clock.now);
    const api = apiAt({ url: local.url, key: local.keys.host });
    const recipe = (example('recipe') as { recipe: unknown[] }).recipe;
    const body = { ...example('image-set'), recipe };
    await api.put('image-sets/ten-steps', body);
    const begun = local.clock.now();
    const key = { 'idempotency-key': randomUUID() };
    const { version } = await api.post<{ version: string }>('image-sets/ten-steps/versions', {}, key);
    const seen = await untilBuilt(
      async () => await api.get<Seen>(`image-sets/ten-steps/versions/${version}`),
    );
    const until = local.clock.now();
    const calls = arm.passed.filter(({ at }) => at >= begun && at <= until);
    const ofArm = calls.filter(({ path }) => path.startsWith('/subscriptions/'));
    const reads = ofArm.filter(({ method }) => method === 'GET').length;
    return {
      steps: recipe.length,
      virtualMinutes: (until - begun) / 60_000,
      armReads: reads,
      armWrites: ofArm.length - reads,
      readsPerHour: (reads / (until - begun)) * 3_600_000,
      look: { count: looks.length, p50Ms: percentile(looks, 0.5), mostMs: Math.max(...looks) },
      ended: seen.failure ? `${seen.stage} failed: ${seen.failure.message}` : 'built',
    };
  } finally {
    await local.stop();
    await arm.stop();
  }
}

/** Built is what has left the bench: replicating, or further. */
async function untilBuilt(look: () => Promise<Seen>): Promise<Seen> {
  const before = /^(resolve|admit|prepare|provision|customise|inspect|generalise|capture|clean-up)$/;
  for (;;) {
    const seen = await look();
    const isOver = ['failed', 'canceled', 'held'].includes(seen.status);
    if (isOver || !before.test(seen.stage ?? '')) return seen;
    await sleep(500);
  }
}
