import { TableClient, TableServiceClient } from '@azure/data-tables';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { otlpReceiver } from '../support/otlp-receiver.ts';
import { type BenchCloud, openBenchCloud, type Seen } from './bench-cloud.ts';

const vault = 'https://kv-images.vault.azure.net/secrets';
/** Any part of the secrets that the local vault holds under these names. */
const licence = { secretUri: `${vault}/app-licence` };
const builder = { user: 'builder', password: { secretUri: `${vault}/builder-password` } };
const parts = /LIC-7Q|2M-93X|XK-4410|0-ZETA|Brick-By|By-Brick|2209!/;

const secretParameters = { Licence: licence };
const recipes = {
  'secret-told': [
    {
      name: 'tells',
      script: 'param($Licence)\nWrite-Output "it is $Licence, $Licence$Licence"',
      secretParameters,
    },
    {
      name: 'as-builder',
      script: 'param($Licence)\nWrite-Output $Licence',
      secretParameters,
      runAs: builder,
    },
    {
      name: 'downloaded',
      script: {
        uri: 'https://downloads.contoso.example/configure.ps1',
        sha256: 'f82674dba8fc8ce91ad61fce8ec70ef5f1fae684af6e3cb8b60afdb4c64d102b',
      },
      secretParameters: { Site: licence },
    },
  ],
  'secret-thrown': [
    {
      name: 'throws',
      script: 'param($Licence)\nthrow "bad licence $Licence"',
      secretParameters,
      runAs: builder,
      retries: 1,
    },
  ],
  // So much that Azure cuts its beginning off, somewhere.
  'secret-cut': [
    {
      name: 'repeats',
      script: 'param($Licence)\nforeach ($i in 1..400) { Write-Output $Licence }\nexit 5',
      secretParameters,
    },
  ],
};

/** A receiver that is nowhere: its address is a secret, as is the key that signs what is sent to it. */
const hook = 'https://hooks.invalid/workflows/Flow-81C3/run?sig=Sign-5526';
const ofHook = /Flow-81C3|Sign-5526/;
let signing = '';

let receiver: Awaited<ReturnType<typeof otlpReceiver>>;
let cloud: BenchCloud;
let ended: readonly Seen[];
let said: Readonly<Record<string, readonly unknown[]>>;

// One run of it all, told to a watcher as well: what is looked for in it are two things.
beforeAll(async () => {
  receiver = await otlpReceiver();
  // What the sweeper wakes begins a trace of its own, and on this clock it often comes before the message.
  cloud = await openBenchCloud({ ...receiver.settings, 'AzureWebJobs.sweep.Disabled': 'true' });
  const users = { builder: 'Brick-By-Brick-2209!' };
  await cloud.arm('POST', '/local/dirt', { vm: '^gm-secret-', users });
  const answers = await subscribed(cloud);
  const names = Object.keys(recipes) as (keyof typeof recipes)[];
  await Promise.all(names.map(async (name) => await cloud.build(name, { recipe: recipes[name] })));
  ended = await Promise.all(names.map(async (name) => await cloud.over(name)));
  const told = await Promise.all(
    names.map(async (name) => await cloud.api.get<object>(`image-sets/${name}/versions/1.0.0/history`)),
  );
  const { value: deliveries } = await cloud.api.get<{ value: object[] }>('subscriptions/hook/deliveries');
  const rows = await rowsOf(cloud);
  const asked = await cloud.requests();
  // What it still has to tell the watcher it tells when it ends.
  await cloud.local.app.stop();
  const { printed } = cloud;
  said = { rows, told, ended, printed, asked, answers, deliveries, watched: receiver.received };
}, 60_000);
afterAll(async () => {
  await cloud?.local.stop();
  receiver?.stop();
});

it('X8: what a recipe is told in confidence is nowhere but in the vault', () => {
  expect(ended.map(({ status }) => status)).toEqual(['available', 'failed', 'failed']);
  expect(JSON.stringify(ended)).toContain('bad licence ***');
  expect(said['rows']?.length).toBeGreaterThan(50);
  expect(said['watched']?.length).toBeGreaterThan(1);
  for (const [where, texts] of Object.entries(said)) {
    const found = texts.map((text) => JSON.stringify(text)).filter((text) => parts.test(text));
    expect(found, where).toEqual([]);
  }
});

it('the address of a receiver and the key that signs are where they are kept, and nowhere else', () => {
  expect(said['deliveries']?.length).toBeGreaterThan(0);
  expect(signing).toMatch(/^whsec_.{40}/);
  const kept = (row: unknown) => (row as { table?: string }).table === 'subscriptionsecrets';
  const isTold = (text: unknown) => {
    const line = JSON.stringify(text);
    return ofHook.test(line) || line.includes(signing.slice('whsec_'.length));
  };
  expect(said['rows']?.filter(isTold).every(kept)).toBe(true);
  expect(said['rows']?.filter(isTold)).toHaveLength(2);
  for (const [where, texts] of Object.entries(said))
    expect(
      texts.filter((text) => isTold(text) && !kept(text)),
      where,
    ).toEqual([]);
});

it('no key by which somebody was let in, or was not, is in a table or a line of the log', () => {
  const { host, master } = cloud.local.keys;
  for (const where of ['rows', 'printed', 'asked', 'answers'])
    for (const text of said[where] ?? [])
      for (const key of [host, master, 'geheim-4410']) expect(JSON.stringify(text)).not.toContain(key);
});

it('a watcher is told no key of the app, and no query of an address', () => {
  const { keys, broker, tables } = cloud.local;
  const theirs = [broker, tables].map(({ connectionString }) => /Key=([^;]+)/.exec(connectionString)?.[1]);
  for (const { body } of receiver.received) {
    for (const key of [keys.host, keys.master, ...theirs]) expect(body).not.toContain(key);
    expect(body).not.toMatch(/\?\$?[\w-]+=|\bsig=|Bearer |api-version/);
  }
});

it('one trace goes from a request over its looks to what Azure, tables and queues were asked', () => {
  const spans = receiver.spans();
  const request = spans.find(({ name }) => name === 'POST /api/image-sets/{set}/versions');
  const trace = spans.filter(({ trace }) => trace === request?.trace);
  const names = new Set(trace.map(({ name }) => name));
  expect([...names]).toEqual(
    expect.arrayContaining([
      'send advance-image',
      'look version',
      'PUT Microsoft.Compute/virtualMachines',
      'PUT Microsoft.Compute/virtualMachines/runCommands',
      'POST table versions',
    ]),
  );
  // Every look and call hangs below something; Azure was told of the same trace, and its answer's id is kept.
  const put = trace.find(({ name }) => name === 'PUT Microsoft.Compute/virtualMachines');
  const look = trace.find(({ id }) => id === put?.parent);
  expect(look).toMatchObject({ name: 'look version', attributes: { 'goldsmith.kind': 'version' } });
  expect(put?.attributes).toMatchObject({ 'az.service_request_id': expect.stringMatching(/./) });
  // The log says the same of it: a line of the work has the trace and the request that asked for it.
  const lines = cloud.printed.filter((line) => line.includes(`"trace":"${request?.trace}"`));
  const asked = request?.attributes['faas.invocation_id'];
  expect(lines.filter((line) => line.includes(`"request":"${asked}"`)).length).toBeGreaterThan(5);
});

it('a watcher is told the figures', () => {
  expect([...receiver.metrics()]).toEqual(
    expect.arrayContaining([
      'goldsmith.look.duration',
      'goldsmith.queue.lag',
      'goldsmith.arm.duration',
      'goldsmith.arm.remaining',
      'goldsmith.feed.lag',
    ]),
  );
});

/** Has a receiver told, and asks for some things that are refused; answers all but the key, which is shown once. */
async function subscribed({ local, api }: BenchCloud): Promise<unknown[]> {
  const about = { kind: 'webhook', url: hook };
  const { secret, ...rest } = await api.put<{ secret: string }>('subscriptions/hook', about);
  signing = secret;
  const put = async (key: string, body: object) => {
    const headers = { 'x-functions-key': key, 'content-type': 'application/json' };
    const init = { method: 'PUT', headers, body: JSON.stringify(body) };
    return await (await fetch(`${local.url}/api/subscriptions/hook`, init)).text();
  };
  return [
    rest,
    await put(local.keys.host, { ...about, kind: 'carrier pigeon' }),
    await put(local.keys.host, { ...about, url: hook.replace('https', 'gopher') }),
    await put(local.keys.host, { ...about, url: hook.replace('hooks.invalid', '10.0.0.1') }),
    await put(local.keys.host, { ...about, description: 'unread' }),
    await put('geheim-4410', about),
  ];
}

/** Every row of every table. */
async function rowsOf({ local }: BenchCloud): Promise<object[]> {
  const options = { allowInsecureConnection: true };
  const { connectionString } = local.tables;
  const rows: object[] = [];
  for await (const { name = '' } of TableServiceClient.fromConnectionString(
    connectionString,
    options,
  ).listTables()) {
    const table = TableClient.fromConnectionString(connectionString, name, options);
    for await (const row of table.listEntities()) rows.push({ table: name, ...row });
  }
  return rows;
}
