import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { type Api, apiAt } from '../../tools/demo/api.ts';

const folder = join(import.meta.dirname, '../../examples/sources');
const sources = globSync('*.json', { cwd: folder }).toSorted();

interface Seen {
  readonly version: string;
  readonly status: string;
  readonly stage?: string;
  readonly waitingFor?: string;
  readonly failure?: { readonly code: string; readonly message: string };
  readonly imageVersionId?: string;
  readonly steps: readonly { readonly name: string }[];
  readonly inspection: readonly { readonly outcome: string }[];
}

/** What the simulator of Azure says there is. */
interface Resource {
  readonly id: string;
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly provisioningState?: string;
}

describe('every source in examples/sources', () => {
  let local: Local;
  let api: Api;
  let before: readonly Resource[];
  const inAzure = async () => {
    const answer = await fetch(`${local.arm.url}/local/resources`);
    return ((await answer.json()) as { value: Resource[] }).value;
  };

  beforeAll(async () => {
    local = await startLocal({
      speed: 300,
      fleet: { testHosts: 1, productionHosts: 1, people: 0 },
      onLine: () => {},
    });
    api = apiAt({ url: local.url, key: local.keys.host });
    before = await inAzure();
  }, 60_000);
  afterAll(async () => await local.stop());

  it('becomes a version in the gallery, and leaves nothing on the bench', { timeout: 240_000 }, async () => {
    expect(sources.length).toBeGreaterThanOrEqual(9);
    const names = sources.map((file) => basename(file, '.json'));
    const requested = names.map(async (name) => {
      const body: unknown = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
      await api.put(`image-sets/${name}`, body);
      const key = { 'idempotency-key': name };
      const { version } = await api.post<Seen>(`image-sets/${name}/versions`, { release: false }, key);
      return [name, await untilOver(api, `image-sets/${name}/versions/${version}`)] as const;
    });
    const ended = Object.fromEntries(await Promise.all(requested));
    const how = Object.entries(ended).map(([name, { status, failure }]) => [name, failure ?? status]);
    expect(how).toEqual(names.map((name) => [name, 'available']));

    const after = await inAzure();
    const captured = after.filter(({ type }) => /galleries\/images\/versions$/i.test(type));
    for (const { imageVersionId } of Object.values(ended)) {
      expect(captured.map(({ id }) => id.toLowerCase())).toContain(imageVersionId?.toLowerCase());
    }
    const known = new Set(before.map(({ id }) => id.toLowerCase()));
    const isNew = after.filter(({ id }) => !known.has(id.toLowerCase()));
    const left = isNew.filter(({ type }) => !/\/galleries(\/|$)/i.test(type));
    expect(left.map(({ id }) => id)).toEqual([]);
  });
});

async function untilOver(api: Api, path: string): Promise<Seen> {
  for (;;) {
    const seen = await api.get<Seen>(path);
    if (['available', 'failed', 'canceled', 'held'].includes(seen.status)) return seen;
    await sleep(500);
  }
}
