import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { type Api, apiAt } from '../demo/api.ts';

type Json = Record<string, unknown>;
const examples = join(import.meta.dirname, '../../examples');
const example = (name: string) => JSON.parse(readFileSync(join(examples, `${name}.json`), 'utf8')) as Json;

export interface FuzzWorld {
  readonly local: Local;
  readonly api: Api;
  /** What there is, by the name of the parameter of paths that names it. */
  readonly known: Readonly<Record<string, readonly string[]>>;
}

const sets = ['fuzz-a', 'fuzz-b'];

/** A local cloud with some of everything in it, and at rest. */
export async function openWorld(onLine: (line: string) => void): Promise<FuzzWorld> {
  const local = await startLocal({
    speed: 60,
    fleet: { testHosts: 1, productionHosts: 1, people: 0 },
    settings: { CheckAnswers: 'true' },
    onLine: (line, from) => from === 'app' && onLine(line),
  });
  const api = apiAt({ url: local.url, key: local.keys.host });
  const { definition, ...rest } = example('sources/gallery-version');
  for (const set of sets) {
    await api.put(`image-sets/${set}`, {
      ...rest,
      recipe: [],
      definition: { ...(definition as Json), name: set, sku: set, securityType: 'TrustedLaunchSupported' },
      regions: [{ name: 'westeurope', replicas: 1 }],
    });
    const checks = [{ name: 'image', kind: 'health', which: 'ImageVersion' }];
    await api.put(`image-sets/${set}/channels/test/gate`, { checks, allowNoHosts: true });
  }
  for (const pool of ['test', 'production']) {
    const policy = { maxUnavailable: 1, floor: { percent: 0, headroomPercent: 0 } };
    const body = { ...example(`host-pool-${pool}`), imageSet: 'fuzz-b', channel: pool, policy };
    await api.put(`host-pools/${pool}`, body);
  }
  // A name that leads nowhere, and says so at once.
  await api.put('subscriptions/cmdb', {
    ...example('subscription'),
    url: 'https://cmdb.invalid',
    types: [],
    imageSets: [],
  });
  await api.post('image-sets/fuzz-a/versions', { number: '1.0.0', release: false });
  await api.post('image-sets/fuzz-a/versions', { number: '1.1.0', upTo: 'test' });
  await api.put('freezes/closing', { ...example('freeze'), scope: { kind: 'image-set', name: 'fuzz-a' } });
  await api.put('schedules/monthly', {
    when: { kind: 'monthly', on: { day: 28 }, at: '03:00', timeZone: 'UTC' },
    request: { imageSet: 'fuzz-a', release: false },
    overlap: 'skip',
  });
  await atRest(api);
  return { local, api, known: await knownIn(api) };
}

async function atRest(api: Api): Promise<void> {
  for (const number of ['1.0.0', '1.1.0']) {
    for (;;) {
      const { status } = await api.get<{ status: string }>(`image-sets/fuzz-a/versions/${number}`);
      if (['available', 'promoted', 'failed', 'canceled'].includes(status)) break;
      await sleep(250);
    }
  }
}

async function knownIn(api: Api): Promise<Readonly<Record<string, readonly string[]>>> {
  const ids = async (path: string) =>
    (await api.get<{ value: { id?: string }[] }>(path)).value.flatMap(({ id }) => id ?? []);
  const eventsOf = async (subscription: string) => {
    const path = `subscriptions/${subscription}/deliveries`;
    return (await api.get<{ value: { event: string }[] }>(path)).value.map(({ event }) => event);
  };
  return {
    set: [...sets, 'fuzz-a'],
    version: ['1.0.0', '1.1.0', '9.9.9'],
    channel: ['test', 'production', 'nobodys'],
    pool: ['test', 'production', 'nobodys'],
    region: ['westeurope', 'northeurope', 'WESTEUROPE'],
    place: ['branch'],
    revision: ['1', '2', '0'],
    freeze: ['closing', 'other'],
    schedule: ['monthly', 'other'],
    release: [...(await ids('releases')), 'fuzz-a.1.0.0', 'fuzz-b.1.0.0'],
    approval: [...(await ids('approvals')), 'fuzz-a.1.1.0.production.1'],
    validation: ['fuzz-a.1.1.0.test.1', 'fuzz-b.1.0.0.test.1'],
    check: ['image', 'nobodys'],
    rollout: [...(await ids('rollouts')), 'test-5e2f41c09a7d'],
    host: ['0', '1', 'vm-1'],
    instance: ['0', '1'],
    location: ['westeurope', 'mars'],
    publisher: ['MicrosoftWindowsDesktop', 'nobody'],
    offer: ['windows-11'],
    sku: ['win11-25h2-avd'],
    token: ['x'.repeat(43)],
    subscription: ['cmdb', 'other'],
    event: [...(await eventsOf('cmdb')), 'version:nobodys.1.0.0:1'],
    operation: [
      'build.1.fuzz-a.1.0.0',
      'release.1.fuzz-a.1.1.0',
      'validation.1.fuzz-a.1.1.0.test.1',
      'build.2.fuzz-a.1.0.0',
    ],
    queue: ['advance-image', 'deliver-notification', 'nobodys'],
  };
}
