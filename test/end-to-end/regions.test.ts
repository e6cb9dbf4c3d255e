import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { truthAt } from '../../tools/demo/truth.ts';

const examples = join(import.meta.dirname, '../../examples');
const example = (name: string) =>
  JSON.parse(readFileSync(join(examples, `${name}.json`), 'utf8')) as Record<string, unknown>;
const set = 'from-gallery';

interface Seen {
  readonly status: string;
  readonly regions: Readonly<Record<string, { readonly state: string }>>;
}
interface Release {
  readonly status: string;
  readonly channel?: string;
  readonly stage?: string;
}
interface Regions {
  readonly value: readonly { readonly name: string; readonly state: string; readonly repairs: number }[];
}
interface Line {
  readonly at: string;
  readonly type: string;
  readonly stage?: string;
  readonly news?: string;
}

let local: Local;
async function send(method: string, path: string, body?: unknown) {
  const response = await fetch(`${local.url}/api/${path}`, {
    method,
    headers: { 'x-functions-key': local.keys.host, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}
const get = async <T>(path: string) => (await send('GET', path)).body as T;
const version = `image-sets/${set}/versions/1.0.0`;
const regions = async () => (await get<Regions>(`${version}/regions`)).value;
const region = async (name: string) => (await regions()).find((one) => one.name === name);

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(150);
  }
}

beforeAll(async () => {
  local = await startLocal({
    speed: 600,
    fleet: { testHosts: 2, productionHosts: 1, people: 0 },
    onLine: () => {},
  });
  // Two hours, and not Azure's six: a test cannot wait so long.
  const fault = { fault: 'stall-replication', region: 'eastus', seconds: 7200, times: 1 };
  await fetch(`${local.arm.url}/local/faults`, {
    method: 'POST',
    body: JSON.stringify({ ...fault, method: 'PUT', path: 'galleries/.*/versions/1\\.0\\.0' }),
  });
  const { definition, ...rest } = example('sources/gallery-version');
  await send('PUT', `image-sets/${set}`, {
    ...rest,
    // Imported as it is, which is quick.
    recipe: [],
    definition: { ...(definition as object), securityType: 'TrustedLaunchSupported' },
    regions: [
      { name: 'westeurope', replicas: 1 },
      { name: 'northeurope', replicas: 1 },
      { name: 'eastus', replicas: 1, required: false },
    ],
    channels: ['test', 'production'],
  });
  // Both hosts at once, which is quick too.
  const policy = { maxUnavailable: 2, floor: { percent: 0, headroomPercent: 0 } };
  await send('PUT', 'host-pools/test', { ...example('host-pool-test'), imageSet: set, policy });
  expect((await send('POST', `image-sets/${set}/versions`, {})).status).toBe(202);
}, 60_000);
afterAll(async () => await local?.stop());

describe('the regions of a version, in the local cloud', () => {
  it('one that stalls is repaired while the others go live and roll out', { timeout: 120_000 }, async () => {
    const release = await until(async () => {
      const seen = await get<Release>(`releases/${set}.1.0.0`);
      const waits = seen.channel === 'production' && seen.stage === 'approve';
      return (waits || !['running', 'stopping'].includes(seen.status)) && seen;
    });
    expect(release).toMatchObject({ status: 'running', channel: 'production', stage: 'approve' });
    expect(await get<Seen>(version)).toMatchObject({
      status: 'available',
      regions: { westeurope: { state: 'completed' }, northeurope: { state: 'completed' } },
    });
    const { hosts } = await truthAt(local).pool('hp-test');
    expect(hosts.map(({ imageVersion, reimages }) => [imageVersion, reimages])).toEqual([
      ['1.0.0', 1],
      ['1.0.0', 1],
    ]);

    const repaired = await until(async () => {
      const eastus = await region('eastus');
      return eastus?.state === 'completed' && eastus;
    });
    expect(repaired).toMatchObject({ repairs: 1, required: false, percent: 100 });
    const lines = (await get<{ value: readonly Line[] }>(`${version}/regions/history`)).value;
    const eastus = lines.filter(({ news }) => news?.includes('eastus'));
    expect(eastus.map(({ news }) => news)).toEqual(
      expect.arrayContaining(['eastus stalled', 'eastus repairing', 'eastus completed']),
    );
    const ofTest = await get<{ value: readonly Line[] }>(`image-sets/${set}/channels/test/history`);
    const rolled = ofTest.value.find(({ type, stage }) => type === 'stage-done' && stage === 'roll');
    expect((rolled?.at ?? 'z') < (eastus.at(-1)?.at ?? '')).toBe(true);
  });

  it('are changed later, within what Azure allows', { timeout: 60_000 }, async () => {
    const put = await send('PUT', `${version}/regions/japaneast`, example('region'));
    expect(put).toMatchObject({ status: 202, body: { name: 'japaneast', state: 'desired', replicas: 2 } });
    await until(async () => (await region('japaneast'))?.state === 'completed');
    expect((await send('DELETE', `${version}/regions/japaneast`)).status).toBe(202);
    await until(async () => (await region('japaneast')) === undefined);
  });

  it.each([
    ['DELETE', 'westeurope', undefined, 409, 'RegionIsSource', 'westeurope'],
    ['PUT', 'westeurope', { required: false }, 409, 'RegionIsSource', 'required'],
    ['POST', 'westeurope/repair', {}, 409, 'RegionIsSource', 'westeurope'],
    ['POST', 'northeurope/repair', {}, 409, 'InvalidPhase', 'northeurope'],
    ['PUT', 'northeurope', { storageType: 'Premium_LRS' }, 409, 'ImmutableField', 'storageType'],
    ['PUT', 'northeurope', { replicas: 99 }, 400, 'ValidationFailed', 'replicas'],
    ['PUT', 'northeurope', { replicas: 0 }, 400, 'ValidationFailed', 'replicas'],
    ['PUT', 'North%20Europe', {}, 400, 'ValidationFailed', 'region'],
    ['DELETE', 'uksouth', undefined, 404, 'NotFound', 'uksouth'],
  ] as const)('%s %s %j is refused: %s %s %s', async (method, path, body, status, code, target) => {
    const refused = await send(method, `${version}/regions/${path}`, body);
    expect(refused).toMatchObject({
      status,
      body: { error: { code, target, message: expect.stringMatching(/./), remedy: expect.any(String) } },
    });
  });
});
