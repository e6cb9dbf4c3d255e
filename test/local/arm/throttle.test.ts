import { expect, test } from 'vitest';
import { computeId, GROUP, refusal, startAzure, SUBSCRIPTION } from './azure.ts';
import { runningVm } from './bench.ts';

test('a VM may be read 36 times at once and 12 times a minute', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  azure.arm.world.throttle.enabled = true;
  for (let n = 0; n < 36; n += 1) await azure.compute.virtualMachines.get(GROUP, 'bench');
  const { statusCode, code } = await refusal(azure.compute.virtualMachines.get(GROUP, 'bench'));
  expect([statusCode, code]).toEqual([429, 'OperationNotAllowed']);
  const path = `${computeId('virtualMachines/bench')}?api-version=2026-04-01`;
  const reply = await azure.ask('GET', path);
  expect(reply.headers.get('x-ms-ratelimit-remaining-resource')).toBe('Microsoft.Compute/GetVMResource;0');
  const wait = Number(reply.headers.get('retry-after'));
  expect(wait).toBe(5); // one token of twelve a minute
  expect((await azure.ask('GET', path.replace('bench', 'other'))).status).toBe(404); // a bucket of its own
  azure.pass(wait);
  expect((await azure.ask('GET', path)).status).toBe(200);
  azure.pass(60);
  const later = await azure.ask('GET', path);
  expect(later.headers.get('x-ms-ratelimit-remaining-resource')).toBe('Microsoft.Compute/GetVMResource;11');
});

test('the subscription has buckets of its own, and ARM itself stands before them', async () => {
  const { ask, arm } = await startAzure({ throttled: true });
  const list = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines?api-version=2026-04-01`;
  const first = await ask('GET', list);
  expect(first.headers.get('x-ms-ratelimit-remaining-resource')).toBe(
    'Microsoft.Compute/ListVMSubscription;899',
  );
  expect(first.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBe('249');
  for (let n = 0; n < 249; n += 1) await ask('GET', list);
  const { status, body, headers } = await ask('GET', list);
  expect([status, body.error.code]).toEqual([429, 'SubscriptionRequestsThrottled']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(arm.world.log.list({ since: 250 })[0]).toMatchObject({
    status: 429,
    code: 'SubscriptionRequestsThrottled',
  });
});

test('an operation may be asked after 45 times at once', async () => {
  const { ask } = await startAzure({ throttled: true });
  const put = await ask('PUT', `${computeId('galleries/gal')}?api-version=2025-12-03`, {
    location: 'westeurope',
  });
  const operation = put.headers.get('azure-asyncoperation') ?? '';
  for (let n = 0; n < 45; n += 1) expect((await ask('GET', operation)).status).toBe(200);
  expect((await ask('GET', operation)).status).toBe(429);
});
