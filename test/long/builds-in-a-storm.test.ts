import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type BenchCloud, leftOf, openBenchCloud, type Seen } from '../end-to-end/bench-cloud.ts';

const folder = join(import.meta.dirname, '../../examples/sources');
const faults = ['429', '409', '500', '503', '502-html', 'lost-request', 'lost-reply'];
/** How many of a hundred requests meet each of them, and how often it all begins anew. */
const percent = Number(process.env['STORM'] ?? 3);
const times = Number(process.env['STORMS'] ?? 1);
const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));

/** Kills the app every few seconds and starts it again, until told to stop. */
function killing({ local: { app } }: BenchCloud): () => Promise<number> {
  let isOver = false;
  let kills = 0;
  const running = (async () => {
    for (;;) {
      await sleep(randomInt(2000, 5000));
      if (isOver) return;
      await app.kill();
      await app.start();
      kills += 1;
    }
  })();
  return async () => {
    isOver = true;
    await running;
    return kills;
  };
}

for (let time = 0; time < times; time += 1) {
  it(
    `X1: every source becomes a version while Azure and the app fail all the time (SEED=${seed + time})`,
    { timeout: 180_000 },
    async () => {
      const cloud = await openBenchCloud({ MostBuilds: '60' }, seed + time);
      try {
        await cloud.arm('PUT', '/local/quota', { cores: 2000, familyCores: 2000, virtualMachines: 500 });
        const before = await cloud.resources();
        await cloud.fault(...faults.map((fault) => ({ fault, probability: percent / 100, retryAfter: 20 })));
        const stop = killing(cloud);
        const names = globSync('*.json', { cwd: folder }).map((file) => basename(file, '.json'));
        const ended = await Promise.all(names.map(async (name) => [name, await built(cloud, name)] as const));
        expect(await stop()).toBeGreaterThan(0);
        const how = ended.map(([name, { status, failure }]) => [name, failure ?? status]);
        expect(how).toEqual(names.map((name) => [name, 'available']));
        await cloud.arm('DELETE', '/local/faults');
        await nothingLeft(cloud);
        expect(leftOf(before, await cloud.resources())).toEqual([]);
        const golden = await cloud.requests('vm-golden');
        expect(golden.filter(({ method }) => method !== 'GET')).toEqual([]);
        for (const name of names) {
          const { value } = await cloud.api.get<{ value: Seen[] }>(`image-sets/${name}/versions`);
          expect(value.map(({ version }) => version)).toEqual(['1.0.0']);
        }
      } finally {
        await cloud.local.stop();
      }
    },
  );
}

async function built({ api, over }: BenchCloud, name: string): Promise<Seen> {
  const body: unknown = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  await api.put(`image-sets/${name}`, body);
  await api.post(`image-sets/${name}/versions`, { release: false }, { 'idempotency-key': name });
  return await over(name);
}

/** What a storm kept from being cleaned up, the reaper gets when it is over. */
async function nothingLeft({ api }: BenchCloud): Promise<void> {
  for (;;) {
    const { value } = await api.get<{ value: unknown[] }>('leftovers');
    if (value.length === 0) return;
    await sleep(250);
  }
}
