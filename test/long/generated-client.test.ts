import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateApi } from 'swagger-typescript-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Local, startLocal } from '../../infra/local/local.ts';

type Json = Record<string, unknown>;
type Answer<T = Json> = Promise<{ readonly status: number; readonly data: T }>;
interface Release {
  readonly status: string;
  readonly channels: readonly {
    readonly name: string;
    readonly approval?: { readonly id: string; readonly status: string };
  }[];
}
interface Channel {
  readonly status: string;
  readonly holds?: { readonly version: string; readonly rollouts: readonly string[] };
}
interface Parameters {
  readonly headers?: Readonly<Record<string, string>>;
}

/** As much of the generated client as the job needs: its names come from the document. */
interface Client {
  readonly imageSets: {
    readonly defineImageSet: (set: string, body: Json) => Answer;
    readonly putChannel: (set: string, channel: string, body: Json) => Answer<Channel>;
    readonly putGate: (set: string, channel: string, body: Json) => Answer;
    readonly requestVersion: (set: string, body: Json, params?: Parameters) => Answer<{ version: string }>;
    readonly getChannel: (set: string, channel: string) => Answer<Channel>;
    readonly rollBackChannel: (set: string, channel: string, body: Json) => Answer<Channel>;
  };
  readonly hostPools: { readonly defineHostPool: (pool: string, body: Json) => Answer };
  readonly releases: { readonly getRelease: (release: string) => Answer<Release> };
  readonly approvals: { readonly approveApproval: (approval: string, body: Json) => Answer };
  readonly operations: { readonly getOperation: (id: string) => Answer<{ status: string }> };
  readonly rollouts: { readonly getRollout: (rollout: string) => Answer<{ status: string }> };
  readonly audit: { readonly listAudit: (query: Json) => Answer<{ value: readonly Json[] }> };
}

const root = join(import.meta.dirname, '../..');
const example = (name: string) =>
  JSON.parse(readFileSync(join(root, 'examples', `${name}.json`), 'utf8')) as Json;
const folder = mkdtempSync(join(tmpdir(), 'goldsmith-client-'));
let local: Local;
let client: Client;

beforeAll(async () => {
  local = await startLocal({
    speed: 600,
    fleet: { testHosts: 1, productionHosts: 2, people: 0 },
    settings: { CheckAnswers: 'true' },
    onLine: () => {},
  });
  const input = join(folder, 'openapi.json');
  writeFileSync(input, await (await fetch(`${local.url}/api/openapi.json`)).text());
  await generateApi({ input, output: folder, fileName: 'client.ts', generateUnionEnums: true, silent: true });
  const made = (await import(join(folder, 'client.ts'))) as {
    Api: new (config: { baseUrl: string; baseApiParams: object }) => Client;
  };
  const headers = { 'x-functions-key': local.keys.host };
  client = new made.Api({ baseUrl: `${local.url}/api`, baseApiParams: { headers } });
}, 120_000);
afterAll(async () => {
  await local?.stop();
  rmSync(folder, { recursive: true });
});

async function until<T>(look: () => Answer<T>, isThere: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const { data } = await look();
    if (isThere(data)) return data;
    await sleep(200);
  }
}
const settledOn = (version: string) => (channel: Channel) =>
  channel.status === 'settled' && channel.holds?.version === version;

it('what a generator makes of the document is whole TypeScript', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--ignoreConfig', '--target', 'esnext', '--module', 'esnext', '--types', ''];
  execFileSync(process.execPath, [tsc, ...options, join(folder, 'client.ts')], { stdio: 'inherit' });
}, 120_000);

it('a generated client defines, builds, releases and takes back, with no request written by hand', async () => {
  const { imageSets, hostPools, operations, releases, approvals, rollouts } = client;
  const { definition, ...rest } = example('sources/gallery-version');
  const set = {
    ...rest,
    recipe: [],
    definition: { ...(definition as Json), securityType: 'TrustedLaunchSupported' },
    regions: [{ name: 'westeurope', replicas: 1 }],
  };
  expect((await imageSets.defineImageSet('win11', set)).status).toBe(201);
  const policy = { maxUnavailable: 2, floor: { percent: 0, headroomPercent: 0 } };
  for (const pool of ['test', 'production']) {
    const body = { ...example(`host-pool-${pool}`), imageSet: 'win11', channel: pool, policy };
    expect((await hostPools.defineHostPool(pool, body)).status).toBe(201);
  }
  const entry = { entry: 'approved', approval: { quorum: 1 } };
  expect((await imageSets.putChannel('win11', 'production', entry)).status).toBe(200);
  const checks = [{ name: 'image', kind: 'health', which: 'ImageVersion' }];
  expect((await imageSets.putGate('win11', 'test', { checks })).status).toBe(201);

  for (const number of ['1.0.0', '1.1.0']) {
    const headers = {
      'x-functions-key': local.keys.host,
      'Idempotency-Key': `ask ${number}`.replace(' ', '-'),
    };
    const asked = await imageSets.requestVersion('win11', { number, by: 'ana' }, { headers });
    expect(asked).toMatchObject({ status: 202, data: { version: number } });
    // Where Operation-Location leads, as a client that waits goes on.
    const build = await until(
      async () => await operations.getOperation(`build.1.win11.${number}`),
      ({ status }) => !['NotStarted', 'Running'].includes(status),
    );
    expect(build).toMatchObject({ status: 'Succeeded', kind: 'build' });
    const release = async () => await releases.getRelease(`win11.${number}`);
    const waits = ({ channels }: Release) => channels.find(({ approval }) => approval?.status === 'pending');
    // The release begins once the version is there.
    await until(
      async () => await release().catch(() => ({ status: 404, data: { status: '', channels: [] } })),
      (seen) => waits(seen) !== undefined,
    );
    const approval = waits((await release()).data)?.approval?.id ?? '';
    await approvals.approveApproval(approval, { reason: 'it works', by: 'ben' });
    expect(
      await until(release, ({ status }) => !['running', 'waiting', 'queued'].includes(status)),
    ).toMatchObject({
      status: 'released',
    });
    const channel = await until(
      async () => await imageSets.getChannel('win11', 'production'),
      settledOn(number),
    );
    for (const rollout of channel.holds?.rollouts ?? []) {
      expect((await rollouts.getRollout(rollout)).data.status).toBe('succeeded');
    }
  }

  const back = await imageSets.rollBackChannel('win11', 'production', { reason: 'it loses data', by: 'ben' });
  expect(back).toMatchObject({ status: 202, data: { holds: { version: '1.0.0' } } });
  const there = await until(
    async () => await imageSets.getChannel('win11', 'production'),
    settledOn('1.0.0'),
  );
  const rolled = there.holds?.rollouts ?? [];
  expect(rolled).toHaveLength(1);
  await until(
    async () => await rollouts.getRollout(rolled[0] ?? ''),
    ({ status }) => status === 'succeeded',
  );

  // And of every change it is on record who asked for it.
  const { data } = await client.audit.listAudit({ maxpagesize: 50 });
  expect(data.value.toReversed()).toMatchObject([
    { operation: 'define-image-set', subject: 'image-sets/win11', status: 201 },
    { operation: 'define-host-pool', subject: 'host-pools/test', status: 201 },
    { operation: 'define-host-pool', subject: 'host-pools/production', status: 201 },
    { operation: 'put-channel', subject: 'image-sets/win11/channels/production', status: 200 },
    { operation: 'put-gate', subject: 'image-sets/win11/channels/test', status: 201 },
    { operation: 'request-version', by: 'ana', began: 'image-sets/win11/versions/1.0.0', status: 202 },
    { operation: 'approve-approval', by: 'ben', reason: 'it works', status: 200 },
    { operation: 'request-version', by: 'ana', began: 'image-sets/win11/versions/1.1.0', status: 202 },
    { operation: 'approve-approval', by: 'ben', reason: 'it works', status: 200 },
    { operation: 'roll-back-channel', by: 'ben', reason: 'it loses data', status: 202 },
  ]);
  for (const { actor, outcome } of data.value) {
    expect({ actor, outcome }).toEqual({ actor: 'function key', outcome: 'done' });
  }
}, 300_000);
