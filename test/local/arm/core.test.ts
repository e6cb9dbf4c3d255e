import { expect, test } from 'vitest';
import { computeId, GROUP, REGION, startAzure, SUBSCRIPTION } from './azure.ts';

const VERSION = 'api-version=2026-04-01';
const vm = computeId('virtualMachines/bench');

test('a request without a token is refused before anything else', async () => {
  const { ask } = await startAzure();
  const { status, body } = await ask('GET', vm, undefined, {});
  expect([status, body.error.code]).toEqual([401, 'AuthenticationFailed']);
  expect((await ask('GET', vm, undefined, { authorization: 'Basic abc' })).status).toBe(401);
});

test('the api-version must be there, well-formed and one the type has', async () => {
  const { ask } = await startAzure();
  const code = async (query: string) => (await ask('GET', `${vm}${query}`)).body.error.code;
  expect(await code('')).toBe('MissingApiVersionParameter');
  expect(await code('?api-version=banana')).toBe('InvalidApiVersionParameter');
  expect(await code('?api-version=2019-01-01')).toBe('NoRegisteredProviderFound');
  const { body } = await ask('GET', `${vm}?api-version=2019-01-01`);
  expect(body.error.message).toContain('2026-04-01');
});

test('what does not exist is told apart: subscription, group, parent, resource, type', async () => {
  const { ask } = await startAzure();
  const refused = async (path: string) => {
    const { status, body } = await ask('GET', `${path}?${VERSION}`);
    return [status, body.error.code];
  };
  expect(await refused(vm.replace(SUBSCRIPTION, 'nobody'))).toEqual([404, 'SubscriptionNotFound']);
  expect(await refused(vm.replace(GROUP, 'nowhere'))).toEqual([404, 'ResourceGroupNotFound']);
  expect(await refused(`${vm}/runCommands/step`)).toEqual([404, 'ParentResourceNotFound']);
  expect(await refused(vm)).toEqual([404, 'ResourceNotFound']);
  expect(await refused(computeId('teapots/x'))).toEqual([404, 'InvalidResourceType']);
  expect(await refused(`${vm}%E0%A4%A`)).toEqual([404, 'ResourceNotFound']);
  expect((await ask('DELETE', `${vm}/instanceView?${VERSION}`)).status).toBe(405);
});

test('a body that is no JSON is refused', async () => {
  const { arm } = await startAzure();
  const response = await fetch(`${arm.url}${vm}?${VERSION}`, {
    method: 'PUT',
    headers: { authorization: 'Bearer x' },
    body: '{',
  });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('InvalidRequestContent');
});

test('ids are found in any casing and come back in the first one', async () => {
  const { ask, pass } = await startAzure();
  const gallery = computeId('galleries/Gal');
  const query = '?api-version=2025-12-03';
  await ask('PUT', gallery + query, { location: REGION });
  pass(60);
  const { status, body } = await ask('GET', gallery.toUpperCase() + query);
  expect([status, body.id]).toEqual([200, gallery]);
});

test('every answer carries request ids, and lists come in pages', async () => {
  const { arm, ask } = await startAzure();
  const disk = (n: number) => computeId(`disks/disk-${n}`);
  for (let n = 0; n < 120; n += 1) {
    arm.world.resources.put({
      id: disk(n),
      type: 'Microsoft.Compute/disks',
      location: REGION,
      properties: {},
    });
  }
  const first = await ask('GET', `${computeId('disks')}?api-version=2026-03-02`);
  expect(first.headers.get('x-ms-request-id')).toBeTruthy();
  expect(first.headers.get('x-ms-correlation-request-id')).toBeTruthy();
  expect(first.body.value).toHaveLength(50);
  expect(first.body.nextLink).toMatch(/^https:\/\/management\.azure\.com\//);
  const second = await ask('GET', first.body.nextLink);
  const third = await ask('GET', second.body.nextLink);
  expect(third.body.value).toHaveLength(20);
  expect(third.body.nextLink).toBeUndefined();
});

test('resource groups can be made and listed, but not moved', async () => {
  const { ask } = await startAzure();
  const group = `/subscriptions/${SUBSCRIPTION}/resourcegroups/rg-new`;
  const query = '?api-version=2021-04-01';
  expect((await ask('GET', group + query)).status).toBe(404);
  expect((await ask('PUT', group + query, { location: 'northeurope' })).status).toBe(201);
  expect((await ask('PUT', group + query, { location: 'westus' })).body.error.code).toBe(
    'InvalidResourceGroupLocation',
  );
  expect((await ask('GET', `${group}/resources${query}`)).body.value).toEqual([]);
});

test('an operation is asked after by its URL, and its monitor answers 202 until the end', async () => {
  const { ask, pass } = await startAzure();
  const put = await ask('PUT', `${computeId('galleries/gal')}?api-version=2025-12-03`, { location: REGION });
  expect(put.status).toBe(201);
  expect(put.body.properties.provisioningState).toBe('Creating');
  const [operation = '', location = ''] = ['azure-asyncoperation', 'location'].map(
    (name) => put.headers.get(name) ?? '',
  );
  expect(operation).toMatch(/^https:\/\/management\.azure\.com\/.*\/capsOperations\//);
  expect(Number(put.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await ask('GET', operation)).body).toMatchObject({ status: 'InProgress' });
  expect((await ask('GET', location)).status).toBe(202);
  pass(60);
  const { body } = await ask('GET', operation);
  expect(body.status).toBe('Succeeded');
  expect(Date.parse(body.endTime) - Date.parse(body.startTime)).toBeLessThan(26_000);
  expect((await ask('GET', location)).body.properties.provisioningState).toBe('Succeeded');
  expect((await ask('GET', operation.replace(/capsOperations\/[^?]+/, 'capsOperations/none'))).status).toBe(
    404,
  );
});

test('what exists, what was asked and what time it is can be seen outside ARM, secrets masked', async () => {
  const { ask, pass } = await startAzure();
  const gallery = `${computeId('galleries/gal')}?api-version=2025-12-03`;
  await ask('PUT', gallery, { location: REGION, tags: { owner: 'a' }, properties: { token: 'secret' } });
  pass(60);
  await ask('GET', gallery);
  const { body: requests } = await ask(
    'GET',
    '/local/requests?since=1&method=get&path=galleries',
    undefined,
    {},
  );
  expect(requests.value).toHaveLength(1);
  expect(requests.value[0]).toMatchObject({
    n: 2,
    method: 'GET',
    status: 200,
    at: '2026-03-10T08:01:00.000Z',
  });
  const all = await ask('GET', '/local/requests', undefined, {});
  expect(all.body.value[0].body).toEqual({
    location: REGION,
    tags: { owner: 'a' },
    properties: { token: '***' },
  });
  const { body: counts } = await ask('GET', '/local/requests/counts', undefined, {});
  expect(counts).toEqual({
    total: 2,
    byKind: { 'PUT Microsoft.Compute/galleries': 1, 'GET Microsoft.Compute/galleries': 1 },
  });
  const { body: resources } = await ask(
    'GET',
    '/local/resources?type=Microsoft.Compute/galleries',
    undefined,
    {},
  );
  expect(resources.value).toEqual([
    {
      id: computeId('galleries/gal'),
      type: 'Microsoft.Compute/galleries',
      tags: { owner: 'a' },
      provisioningState: 'Succeeded',
    },
  ]);
  expect((await ask('GET', '/local/clock', undefined, {})).body.now).toBe('2026-03-10T08:01:00.000Z');
  expect((await ask('GET', '/local/nothing', undefined, {})).status).toBe(404);
});
