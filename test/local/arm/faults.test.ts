import { expect, test } from 'vitest';
import type { FaultRule } from '../../../infra/local/arm/core/faults.ts';
import { computeId, done, GROUP, REGION, refusal, startAzure, type Azure } from './azure.ts';

const gallery = (name = 'gal') => `${computeId(`galleries/${name}`)}?api-version=2025-12-03`;
const put = (azure: Azure, name = 'gal') =>
  azure.compute.galleries.createOrUpdate(GROUP, name, { location: REGION });

async function with_(...rules: FaultRule[]): Promise<Azure> {
  const azure = await startAzure();
  azure.arm.world.faults.add(...rules);
  return azure;
}

test.each<[string, FaultRule, object]>([
  ['429', { fault: '429', retryAfter: 40 }, { statusCode: 429, code: 'TooManyRequests' }],
  ['409', { fault: '409' }, { statusCode: 409, code: 'Conflict' }],
  ['500', { fault: '500' }, { statusCode: 500, code: 'InternalServerError' }],
  ['503', { fault: '503' }, { statusCode: 503, code: 'ServiceUnavailable' }],
  ['502-html', { fault: '502-html' }, { statusCode: 502, message: 'Unexpected status code: 502' }],
])('%s is answered in place of the effect', async (_, rule, expected) => {
  const azure = await with_({ method: 'PUT', times: 1, ...rule });
  expect(await refusal(put(azure))).toMatchObject(expected);
  expect((await azure.ask('GET', gallery())).status).toBe(404);
  await done(azure, put(azure));
});

test('Retry-After is what the script says', async () => {
  const azure = await with_({ fault: '429', retryAfter: 40 });
  expect((await azure.ask('GET', gallery())).headers.get('retry-after')).toBe('40');
});

test('a lost reply has its effect, a lost request has none; both tear the connection', async () => {
  const azure = await with_({ method: 'PUT', path: 'galleries/kept', fault: 'lost-reply', times: 1 });
  azure.arm.world.faults.add({ method: 'PUT', path: 'galleries/gone', fault: 'lost-request', times: 1 });
  expect(await refusal(put(azure, 'kept'))).toMatchObject({ code: 'ECONNRESET' });
  expect(await refusal(put(azure, 'gone'))).toMatchObject({ code: 'ECONNRESET' });
  expect((await azure.ask('GET', gallery('kept'))).status).toBe(200);
  expect((await azure.ask('GET', gallery('gone'))).status).toBe(404);
  const statuses = azure.arm.world.log.list({ method: 'PUT' }).map(({ status, fault }) => [status, fault]);
  expect(statuses).toEqual([
    [0, 'lost-reply'],
    [0, 'lost-request'],
  ]);
});

test('an operation fails with the code it is given, at the moment it is given', async () => {
  const azure = await with_({
    method: 'PUT',
    fault: 'fail-operation',
    code: 'OutOfCoffee',
    message: 'None left.',
    seconds: 40,
  });
  const poller = put(azure);
  await poller.submitted();
  azure.pass(39);
  await poller.poll();
  azure.pass(1);
  await expect(poller.poll()).rejects.toThrow('OutOfCoffee. None left.');
  expect((await azure.ask('GET', gallery())).body.properties.provisioningState).toBe('Failed');
});

test('the code can hide behind an innererror, where the client loses it', async () => {
  const innererror = { internalErrorCode: 'Deep', exceptiontype: 'Boom' };
  const azure = await with_({
    method: 'PUT',
    fault: 'fail-operation',
    code: 'Shown',
    message: 'None.',
    innererror,
  });
  const poller = put(azure);
  await poller.submitted();
  azure.pass(60);
  await expect(poller.poll()).rejects.toThrow('failed. undefined. None.');
  const [operation] = azure.arm.world.operations.all();
  const { body } = await azure.ask('GET', `${operation?.url}?api-version=2025-12-03`);
  expect(body.error).toEqual({ code: 'Shown', message: 'None.', innererror });
});

test('an operation that sticks is never over', async () => {
  const azure = await with_({ method: 'PUT', fault: 'stick-operation' });
  const poller = put(azure);
  await poller.submitted();
  azure.pass(30 * 86_400);
  await poller.poll();
  expect(poller.isDone).toBe(false);
  expect(await refusal(put(azure))).toMatchObject({ statusCode: 409, code: 'Conflict' });
});

test('rules count: the nth only, the first few, by chance, and for one path', async () => {
  const azure = await with_(
    { path: 'galleries/nth', nth: 2, fault: '500' },
    { path: 'galleries/few', times: 2, fault: '409' },
    { path: 'galleries/luck', probability: 0.5, fault: '429' },
  );
  const statuses = async (name: string, count: number) => {
    const seen: number[] = [];
    for (let n = 0; n < count; n += 1) seen.push((await azure.ask('GET', gallery(name))).status);
    return seen;
  };
  expect(await statuses('nth', 3)).toEqual([404, 500, 404]);
  expect(await statuses('few', 3)).toEqual([409, 409, 404]);
  const struck = (await statuses('luck', 60)).filter((status) => status === 429).length;
  expect(struck).toBeGreaterThan(15);
  expect(struck).toBeLessThan(45);
});

test('the script can be loaded, read and dropped while Azure runs', async () => {
  const { ask } = await startAzure();
  expect((await ask('POST', '/local/faults', { no: 'fault' })).status).toBe(400);
  const { body } = await ask('POST', '/local/faults', [{ fault: '500' }, { fault: '409', path: 'x' }], {});
  expect(body.ids).toEqual([1, 2]);
  expect((await ask('GET', gallery())).status).toBe(500);
  expect((await ask('GET', '/local/faults')).body.value[0]).toEqual({
    id: 1,
    fault: '500',
    seen: 1,
    struck: 1,
  });
  await ask('DELETE', '/local/faults/1');
  expect((await ask('GET', gallery())).status).toBe(404);
  await ask('DELETE', '/local/faults');
  expect((await ask('GET', '/local/faults')).body.value).toEqual([]);
});

test('a slow answer comes all the same', async () => {
  const azure = await with_({ fault: 'slow', seconds: 5 });
  expect((await azure.ask('GET', gallery())).status).toBe(404);
});

test('the same seed gives the same durations, another seed others', async () => {
  const endOf = async (seed: number) => {
    const azure = await startAzure({ seed });
    await put(azure).submitted();
    return azure.arm.world.operations.all()[0]?.endsAt;
  };
  expect(await endOf(1)).toBe(await endOf(1));
  expect(await endOf(1)).not.toBe(await endOf(2));
});
