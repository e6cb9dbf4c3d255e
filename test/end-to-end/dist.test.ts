import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { type Api, apiAt } from '../../tools/demo/api.ts';
import { define, look, request } from '../../tools/demo/job.ts';
import { otlpReceiver } from '../support/otlp-receiver.ts';

const build = resolve(import.meta.dirname, '../../tools/build.ts');
let folder: string;
let receiver: Awaited<ReturnType<typeof otlpReceiver>>;
let local: Local;
let api: Api;

beforeAll(async () => {
  // Outside the repository, where no node_modules can help.
  folder = await mkdtemp(join(tmpdir(), 'dist-'));
  await promisify(execFile)(process.execPath, [build, '--out', folder]);
  receiver = await otlpReceiver();
  const settings = { ...receiver.settings, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' };
  local = await startLocal({ app: folder, speed: 100, settings });
  api = apiAt({ url: local.url, key: local.keys.host });
}, 60_000);
afterAll(async () => {
  await local?.stop();
  receiver?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('answers that it is well', async () => {
  expect(await api.get('health')).toMatchObject({ status: 'ok' });
});

it('takes a request and works on it', async () => {
  await define(api);
  const number = await request(api, 'the-key');
  expect(await request(api, 'the-key')).toBe(number);
  // Past the first stages: queue, tables and Azure are all reached from the bundle.
  await expect
    .poll(async () => (await look(api, number)).version.stage, { timeout: 15_000 })
    .toBe('customise');
});

it('sends what is measured, by the modules that are loaded only where somebody watches', async () => {
  const paths = () => new Set(receiver.received.map(({ path }) => path));
  await expect.poll(paths, { timeout: 10_000 }).toEqual(new Set(['/v1/traces', '/v1/metrics']));
});

it('registers every function that the sources register', async () => {
  const names = async (from: Local) => {
    const response = await fetch(`${from.url}/admin/functions?code=${from.keys.master}`);
    return ((await response.json()) as { name: string }[]).map(({ name }) => name).toSorted();
  };
  const sources = await startLocal();
  try {
    expect(await names(local)).toEqual(await names(sources));
  } finally {
    await sources.stop();
  }
});
