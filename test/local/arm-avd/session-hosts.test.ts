import { afterEach, beforeEach, expect, test } from 'vitest';
import { GROUP, openCloud, refused, type Cloud } from './support/cloud.ts';

const POOL = 'hp-production';
const HOST = 'avdprod-000001.corp.contoso.com';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud({ testHosts: 2, productionHosts: 3, people: 6 });
});
afterEach(async () => {
  await cloud.close();
});

test('Session hosts are named after their pool, tied to their instance, and beat.', async () => {
  const host = await cloud.host(POOL, HOST);
  const instance = await cloud.instance('vmss-production', '1');
  expect(host).toMatchObject({
    name: `${POOL}/${HOST}`,
    resourceId: instance.id,
    virtualMachineId: instance.vmId,
    status: 'Available',
    allowNewSession: true,
    sessions: 2,
  });
  await cloud.pass(30);
  const age = cloud.clock.now() - ((await cloud.host(POOL, HOST)).lastHeartBeat?.getTime() ?? 0);
  expect(age).toBeLessThanOrEqual(30_000);
});

test('A list comes in pages of the size one asks for.', async () => {
  const pages = cloud.desktops.sessionHosts.list(GROUP, POOL, { pageSize: 2 }).byPage();
  const sizes: number[] = [];
  for await (const page of pages) sizes.push(page.length);
  expect(sizes).toEqual([2, 1]);
  const descending = cloud.desktops.sessionHosts.list(GROUP, POOL, { isDescending: true, initialSkip: 1 });
  const names = (await Array.fromAsync(descending)).map(({ name = '' }) => name.slice(name.indexOf('/') + 1));
  expect(names).toEqual([HOST, HOST.replace('000001', '000000')]);
});

test('A drained host is written, read back and taken out of the capacity.', async () => {
  await cloud.desktops.sessionHosts.update(GROUP, POOL, HOST, { sessionHost: { allowNewSession: false } });
  expect((await cloud.host(POOL, HOST)).allowNewSession).toBe(false);
  expect((await cloud.truth(POOL)).capacity).toMatchObject({ lowest: 20, sessionsThen: 6 });
  await cloud.desktops.sessionHosts.update(GROUP, POOL, HOST, { sessionHost: { allowNewSession: true } });
  await cloud.local('POST', `/local/avd/pools/${POOL}/reset`);
  expect((await cloud.truth(POOL)).capacity.lowest).toBe(30);
});

test('A host with sessions is deleted only by force, and its users notice.', async () => {
  await expect(cloud.desktops.sessionHosts.delete(GROUP, POOL, HOST)).rejects.toEqual(
    refused(400, '400', /user sessions/),
  );
  await cloud.desktops.sessionHosts.delete(GROUP, POOL, HOST, { force: true });
  await expect(cloud.host(POOL, HOST)).rejects.toEqual(refused(404));
  expect((await cloud.truth(POOL)).users.cutOff).toHaveLength(2);
  await cloud.desktops.sessionHosts.delete(GROUP, POOL, HOST); // absent: 204
});

test('A deleted record does not come back by itself: the agent has to register again.', async () => {
  await cloud.desktops.sessionHosts.delete(GROUP, POOL, HOST, { force: true });
  await cloud.pass(30);
  await expect(cloud.host(POOL, HOST)).rejects.toEqual(refused(404));
  await cloud.run('vmss-production', '1', { token: await cloud.token(POOL) });
  await cloud.pass(60);
  expect((await cloud.host(POOL, HOST)).status).toBe('Available');
});

test('What is not writable on a session host is refused.', async () => {
  const sessionHost = { allowNewSession: 'no' } as unknown as { allowNewSession: boolean };
  await expect(cloud.desktops.sessionHosts.update(GROUP, POOL, HOST, { sessionHost })).rejects.toThrow();
  await expect(
    cloud.desktops.sessionHosts.update(GROUP, 'hp-absent', HOST, { sessionHost: { allowNewSession: false } }),
  ).rejects.toEqual(refused(404));
});

test('A broken check shows by name, and takes the host out when it is fatal.', async () => {
  await cloud.local('POST', `/local/hosts/${HOST}/health`, { check: 'SxSStackListenerCheck' });
  const host = await cloud.host(POOL, HOST);
  expect(host.status).toBe('SxSStackListenerNotReady');
  const failed = host.sessionHostHealthCheckResults?.filter(
    (one) => one.healthCheckResult === 'HealthCheckFailed',
  );
  expect(failed?.map(({ healthCheckName }) => healthCheckName)).toEqual(['SxSStackListenerCheck']);
  expect((await cloud.truth(POOL)).capacity.lowest).toBe(20);
  await cloud.local('POST', `/local/hosts/${HOST}/health`, { check: 'SxSStackListenerCheck', broken: false });
  expect((await cloud.host(POOL, HOST)).status).toBe('Available');
  await cloud.local('POST', `/local/hosts/${HOST}/health`, { check: 'UrlsAccessibleCheck' });
  expect((await cloud.host(POOL, HOST)).status).toBe('NeedsAssistance');
});

test('A check can be broken for one image version on all hosts.', async () => {
  await cloud.local('POST', '/local/hosts/*/health', { check: 'FSLogixHealthCheck', image: '1.0.0' });
  expect((await cloud.host(POOL, HOST)).status).toBe('Available');
  await cloud.local('POST', '/local/hosts/*/health', { check: 'FSLogixHealthCheck', image: '0.9.0' });
  expect((await cloud.host(POOL, HOST)).status).toBe('FSLogixNotHealthy');
});

test('The autoscaler takes back the drain of hosts that are not excluded from it.', async () => {
  await cloud.local('POST', '/local/autoscaler', { on: true, everyMinutes: 5, exclusionTag: 'excluded' });
  await cloud.compute.virtualMachineScaleSetVMs
    .update(GROUP, 'vmss-production', '1', { location: 'westeurope', tags: { excluded: 'yes' } })
    .submitted();
  for (const id of ['0', '1']) {
    const host = `avdprod-00000${id}.corp.contoso.com`;
    await cloud.desktops.sessionHosts.update(GROUP, POOL, host, { sessionHost: { allowNewSession: false } });
  }
  await cloud.pass(6);
  const { hosts } = await cloud.truth(POOL);
  expect(hosts.map(({ allowNewSession }) => allowNewSession)).toEqual([true, false, true]);
});
