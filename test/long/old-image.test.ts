import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startLocal } from '../../infra/local/local.ts';
import { apiAt } from '../../tools/demo/api.ts';
import { define, follow, request } from '../../tools/demo/job.ts';
import { truthAt } from '../../tools/demo/truth.ts';

// Microsoft's documents disagree on whether a reimage takes the image of the scale set's model; the simulator
// can be told to be of either opinion, and the app must not depend on it.
it(
  'hosts come onto the version where a reimage gives them their old image',
  { timeout: 180_000 },
  async () => {
    const local = await startLocal({
      speed: 400,
      fleet: { testHosts: 2, productionHosts: 3, people: 5 },
      onLine: () => {},
    });
    try {
      const told = await fetch(`${local.arm.url}/local/scale-sets`, {
        method: 'POST',
        body: JSON.stringify({ reimageApplies: 'instance' }),
      });
      expect(told.status).toBe(200);
      const api = apiAt({ url: local.url, key: local.keys.host });
      const linked = await define(api);
      const { version, release } = await follow(api, await request(api, randomUUID()), {
        onProgress: () => {},
      });
      expect(release).toMatchObject({ status: 'released' });
      expect(version).toMatchObject({ status: 'promoted', version: '1.0.0' });
      const hosts = (await Promise.all(linked.map(({ hostPool }) => truthAt(local).pool(hostPool)))).flatMap(
        (pool) => pool.hosts,
      );
      expect(hosts.map(({ imageVersion }) => imageVersion)).toEqual(hosts.map(() => '1.0.0'));
      expect(hosts).toHaveLength(5);
    } finally {
      await local.stop();
    }
  },
);
