import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { example, type Json } from '../end-to-end/bad-requests.ts';

let local: Local;
async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${local.url}/api/${path}`, {
    method,
    headers: { 'x-functions-key': local.keys.host, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json };
}
const until = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

beforeAll(async () => {
  local = await startLocal({ speed: 600 });
  expect((await send('PUT', 'image-sets/win11-avd', example('image-set'))).status).toBe(201);
});
afterAll(async () => await local?.stop());

const request = { imageSet: 'win11-avd', release: false };

it('begins a version by the calendar, one by hand, and none that somebody skipped', async () => {
  const hourly = {
    when: { kind: 'cron', expression: '0 * * * *', timeZone: 'Europe/Berlin' },
    request,
    overlap: 'skip',
  };
  const put = await send('PUT', 'schedules/hourly', hourly);
  expect(put).toMatchObject({ status: 201, body: { id: 'hourly', nextAt: expect.any(String) } });
  const skipped = await send('POST', 'schedules/hourly/skip', { reason: 'a holiday', by: 'ann' });
  expect(skipped.body).toMatchObject({ skipNext: { by: 'ann', reason: 'a holiday' } });
  const runs = await until(async () => {
    const { value } = (await send('GET', 'schedules/hourly/runs')).body as { value: Json[] };
    return value.some(({ state }) => state === 'started') && value;
  });
  const [started, first] = runs;
  expect(first).toMatchObject({ state: 'skipped', reason: 'ann: a holiday' });
  const number = String(started?.['version']);
  const version = await send('GET', `image-sets/win11-avd/versions/${number}`);
  expect(version).toMatchObject({ status: 200, body: { requested: { by: 'schedule hourly' } } });
  const byHand = async () =>
    (await send('POST', 'schedules/hourly/run', {}, { 'idempotency-key': 'by-hand-1' })).body;
  const asked = await byHand();
  expect(asked).toMatchObject({ lastRun: { state: 'skipped', why: 'by hand' } });
  // Sent again by somebody who has not heard the answer.
  await byHand();
  const { value } = (await send('GET', 'schedules/hourly/runs')).body as { value: Json[] };
  expect(value.filter(({ why }) => why === 'by hand')).toHaveLength(1);
});

it('sees that its source is new, once', async () => {
  const resting = {
    when: { kind: 'cron', expression: '0 * * * *', timeZone: 'UTC' },
    request,
    enabled: false,
  };
  expect((await send('PUT', 'schedules/hourly', resting, { 'if-match': '"1"' })).status).toBe(200);
  await send('PUT', 'schedules/source', {
    when: { kind: 'new-source', everyHours: 1 },
    request,
    overlap: 'wait',
  });
  const seen = await until(async () => {
    const { body } = await send('GET', 'schedules/source');
    return body['source'] !== undefined && body;
  });
  expect(String(seen['source'])).toMatch(/^microsoftwindowsdesktop:/i);
  // It was made from by the schedule above.
  expect(seen['pending']).toBeUndefined();
  expect(seen['lastRun']).toBeUndefined();
});

it('asks for a version of a set whenever its parent has a new one, and says while there is none', async () => {
  const { definition, ...rest } = example('sources/gallery-version');
  const image = (name: string) =>
    `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/gal_desktops/images/${name}`;
  const set = (name: string) => ({
    ...rest,
    recipe: [],
    definition: { ...(definition as Json), name, sku: name, securityType: 'TrustedLaunchSupported' },
    regions: [{ name: 'westeurope', replicas: 1 }],
  });
  const parent = 'image-sets/parent';
  expect((await send('PUT', parent, { ...set('parent'), channels: ['live'] })).status).toBe(201);
  expect((await send('PUT', `${parent}/channels/live`, { entry: 'automatic' })).status).toBe(200);
  const source = { galleryVersion: { id: `${image('parent')}/versions/latest` } };
  expect((await send('PUT', 'image-sets/child', { ...set('child'), source })).status).toBe(201);
  const when = { kind: 'new-source', everyHours: 1 };
  await send('PUT', 'schedules/child', { when, request: { imageSet: 'child', release: false } });
  const child = async () => (await send('GET', 'schedules/child')).body;
  const failed = await until(async () => (await child())['sourceFailure']);
  expect(failed).toMatchObject({ code: 'SourceNotFound' });

  for (const number of ['1.0.0', '1.1.0']) {
    // It counts once it is promoted: until then it is no `latest`.
    expect((await send('POST', `${parent}/versions`, { number })).status).toBe(202);
    const { body } = await until(async () => {
      const found = await send('GET', `image-sets/child/versions/${number}`);
      return found.status === 200 && found;
    });
    expect(body).toMatchObject({ requested: { by: 'schedule child' } });
    expect(String((await child())['source'])).toMatch(new RegExp(`/images/parent/versions/${number}$`, 'i'));
    expect(await child()).not.toHaveProperty('sourceFailure');
  }
  // Of each version of its parent one, however often it was asked for since.
  const runs = (await send('GET', 'schedules/child/runs')).body['value'] as Json[];
  expect(runs.map(({ state }) => state)).toEqual(['started', 'started']);
}, 120_000);

it('meanwhile the sweeper has left word that it runs, by which the app is ready', async () => {
  const { connectionString } = local.tables;
  const table = TableClient.fromConnectionString(connectionString, 'sweeps', {
    allowInsecureConnection: true,
  });
  const { json } = await table.getEntity<{ json: string }>('sweeper', 'last');
  const ago = local.clock.now() - Date.parse(JSON.parse(json) as string);
  // Some real seconds of a clock that runs 600 times as fast.
  expect(ago).toBeLessThan(20 * 600_000);
});

it('says when it comes next, and refuses what could never be', async () => {
  expect((await send('PUT', 'schedules/patches', example('schedule'))).status).toBe(201);
  const { body } = await send('GET', 'schedules/patches/preview?count=3');
  expect(body['value']).toHaveLength(3);
  const early = { kind: 'patch-tuesday', plusDays: 0, at: '09:00', timeZone: 'Europe/Berlin' };
  expect(await send('PUT', 'schedules/early', { when: early, request })).toMatchObject({
    status: 400,
    body: { error: { code: 'ValidationFailed', target: 'when.at' } },
  });
  expect((await send('GET', 'schedules/early')).status).toBe(404);
  expect((await send('DELETE', 'schedules/patches', undefined, { 'if-match': '*' })).status).toBe(204);
  expect((await send('GET', 'schedules/patches')).status).toBe(404);
});
