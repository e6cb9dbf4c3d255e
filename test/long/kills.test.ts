import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { type Api, apiAt } from '../../tools/demo/api.ts';
import { define, follow, imageSet, type Progress, request } from '../../tools/demo/job.ts';
import { before } from '../../tools/demo/left-behind.ts';
import { type PoolTruth, truthAt } from '../../tools/demo/truth.ts';
import { judge, timesTold } from '../../tools/demo/verdict.ts';
import type { HostHistoryLine, VersionView } from '../../tools/demo/views.ts';

const speed = 250;
/** The job takes about a minute at this speed; the last blow falls well before its end. */
const blowsWithinMs = 40_000;

/** When which process is killed: the app at ten random moments, the broker at three. */
function blowsFrom(seed: number) {
  const moment = fc.integer({ min: 500, max: blowsWithinMs });
  const moments = (count: number) => fc.array(moment, { minLength: count, maxLength: count });
  const [[app, broker] = [[], []]] = fc.sample(fc.tuple(moments(10), moments(3)), { seed, numRuns: 1 });
  return [
    ...app.map((at) => ({ at, who: 'app' as const })),
    ...broker.map((at) => ({ at, who: 'brokerProcess' as const })),
  ].toSorted((a, b) => a.at - b.at);
}

async function strike(local: Local, seed: number, since: number): Promise<void> {
  for (const { at, who } of blowsFrom(seed)) {
    await sleep(Math.max(0, since + at - Date.now()));
    await local[who].kill();
    await local[who].start();
  }
}

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));

it(
  `changes nothing in the end to kill the app ten times and the broker three times (SEED=${seed})`,
  { timeout: 280_000 },
  async () => {
    const local = await startLocal({ speed, seed, onLine: () => {} });
    try {
      const api = apiAt({ url: local.url, key: local.keys.host });
      const truth = truthAt(local);
      const linked = await define(api);
      const was = await before(truth, linked);

      const striking = strike(local, seed, Date.now());
      const number = await request(api, randomUUID());
      const final = await follow(api, number, { onProgress: () => {} });
      const isOver = Date.now();
      await striking;
      expect(Date.now() - isOver, 'every blow fell while the job ran').toBeLessThan(1000);

      const { complaints } = await judge(final, { api, truth, before: was, pools: linked });
      expect(complaints).toEqual([]);
      expect(await versionsOf(api)).toEqual(['1.0.0']);
      const made = (await truth.resources()).filter(({ id }) => !was.resources.has(id.toLowerCase()));
      expect(made.filter(({ type }) => type.endsWith('/versions'))).toHaveLength(1);
      await expectToldOnce(api, final, await Promise.all(linked.map(({ hostPool }) => truth.pool(hostPool))));
      for (const { name } of linked) {
        expect(await api.get(`host-pools/${name}`)).not.toHaveProperty('activeRollout');
      }
    } finally {
      await local.stop();
    }
  },
);

async function versionsOf(api: Api): Promise<string[]> {
  const { value } = await api.get<{ value: VersionView[] }>(`image-sets/${imageSet}/versions`);
  return value.map(({ version }) => version);
}

/**
 * What Azure delivered against what Goldsmith wrote down before it sent: every message once, none that is not
 * on record, and none missing unless the record says that nobody knows whether it arrived.
 */
async function expectToldOnce(api: Api, { rollouts }: Progress, truths: readonly PoolTruth[]): Promise<void> {
  const onRecord: { host: string; user: string; confirmed: boolean }[] = [];
  for (const { id, hosts } of rollouts) {
    for (const { name, instanceId } of hosts) {
      const path = `rollouts/${id}/hosts/${instanceId}/history`;
      const { value } = await api.get<{ value: HostHistoryLine[] }>(path);
      const told = value.findLast(({ facts }) => facts?.told)?.facts?.told ?? [];
      onRecord.push(...told.map(({ user, confirmed }) => ({ host: name, user, confirmed })));
    }
  }
  const delivered = [...timesTold(truths).values()];
  const nameOf = ({ host, user }: { host: string; user: string }) => `${user} on ${host.split('.')[0]}`;
  expect(delivered.filter(({ times }) => times !== 1)).toEqual([]);
  expect(delivered.map(nameOf).filter((one) => !onRecord.map(nameOf).includes(one))).toEqual([]);
  const missing = onRecord.filter((one) => !delivered.map(nameOf).includes(nameOf(one)));
  expect(missing.filter(({ confirmed }) => confirmed)).toEqual([]);
  expect(delivered.length, 'somebody was at work').toBeGreaterThan(0);
}
