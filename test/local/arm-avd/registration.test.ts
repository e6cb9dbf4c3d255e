import { afterEach, beforeEach, expect, test } from 'vitest';
import { GROUP, MINUTE, openCloud, refused, type Cloud } from './support/cloud.ts';

const POOL = 'hp-production';
const HOST = 'avdprod-000001.corp.contoso.com';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud();
});
afterEach(async () => {
  await cloud.close();
});

async function reimaged(): Promise<void> {
  const poller = cloud.compute.virtualMachineScaleSets.reimage(GROUP, 'vmss-production', {
    vmScaleSetReimageInput: { instanceIds: ['1'] },
  });
  await poller.submitted();
  await cloud.pass(12);
}

const forget = async () => await cloud.desktops.sessionHosts.delete(GROUP, POOL, HOST);
const install = async (token: string) =>
  await cloud.run('vmss-production', '1', { RegistrationToken: token });

test('A reimaged host looks Available for minutes without a heartbeat, then Unavailable for good.', async () => {
  const before = await cloud.host(POOL, HOST);
  expect(before.status).toBe('Available');
  const poller = cloud.compute.virtualMachineScaleSets.reimage(GROUP, 'vmss-production', {
    vmScaleSetReimageInput: { instanceIds: ['1'] },
  });
  await poller.submitted();
  await cloud.pass(1.5);
  const meanwhile = await cloud.host(POOL, HOST);
  expect(meanwhile.status).toBe('Available');
  expect(cloud.clock.now() - (meanwhile.lastHeartBeat?.getTime() ?? 0)).toBeGreaterThan(1 * MINUTE);
  await cloud.pass(60);
  const after = await cloud.host(POOL, HOST);
  expect(after.status).toBe('Unavailable');
  expect(after.virtualMachineId).toBe(before.virtualMachineId);
  expect(after.lastHeartBeat).toEqual(meanwhile.lastHeartBeat);
});

test('A host comes back when its stale record is deleted and the agent installed with a valid token.', async () => {
  await reimaged();
  await forget();
  await expect(cloud.host(POOL, HOST)).rejects.toEqual(refused(404));
  const command = await install(await cloud.token(POOL));
  expect(command.instanceView).toMatchObject({ executionState: 'Succeeded', exitCode: 0 });
  await cloud.pass(60);
  expect(await cloud.host(POOL, HOST)).toMatchObject({
    status: 'Available',
    allowNewSession: true,
    sessions: 0,
  });
});

test('After it has registered a host is Unavailable, then Upgrading, then Available with its checks passed.', async () => {
  await reimaged();
  await forget();
  await cloud.local('POST', `/local/hosts/${HOST}`, { upgradeMinutes: 5 });
  await cloud.run('vmss-production', '1', { RegistrationToken: await cloud.token(POOL) }, 0.1);
  const seen = new Set<string | null | undefined>();
  for (let step = 0; step < 80; step += 1) {
    seen.add((await cloud.truth(POOL)).hosts[1]?.status);
    await cloud.pass(0.25);
  }
  expect([...seen]).toEqual([null, 'Unavailable', 'Upgrading', 'Available']);
  const { sessionHostHealthCheckResults = [], agentVersion } = await cloud.host(POOL, HOST);
  expect(agentVersion).toBe('1.0.12183.900');
  expect(sessionHostHealthCheckResults.map(({ healthCheckName }) => healthCheckName)).toContain(
    'SxSStackListenerCheck',
  );
  expect(new Set(sessionHostHealthCheckResults.map(({ healthCheckResult }) => healthCheckResult))).toEqual(
    new Set(['HealthCheckSucceeded']),
  );
});

test('While the stale record stands, the agent installs without complaint and the host stays Unavailable.', async () => {
  await reimaged();
  const command = await install(await cloud.token(POOL));
  expect(command.instanceView?.exitCode).toBe(0);
  await cloud.pass(60);
  expect((await cloud.host(POOL, HOST)).status).toBe('Unavailable');
  // Deleting the record afterwards is too late: the agent has to be installed again.
  await forget();
  await cloud.pass(60);
  await expect(cloud.host(POOL, HOST)).rejects.toEqual(refused(404));
  await install(await cloud.token(POOL));
  await cloud.pass(60);
  expect((await cloud.host(POOL, HOST)).status).toBe('Available');
});

test('A wrong, expired or revoked token ends the script with INVALID_REGISTRATION_TOKEN.', async () => {
  await reimaged();
  await forget();
  const wrong = await install('eyJmYWtl.eyJmYWtl.c2lnbmF0dXJl');
  expect(wrong.instanceView).toMatchObject({ executionState: 'Failed', exitCode: 1 });
  expect(wrong.instanceView?.error).toContain('INVALID_REGISTRATION_TOKEN');

  const expired = await cloud.token(POOL, 1.1);
  await cloud.pass(70);
  expect((await install(expired)).instanceView?.error).toContain('INVALID_REGISTRATION_TOKEN');

  const revoked = await cloud.token(POOL);
  await cloud.desktops.hostPools.update(GROUP, POOL, {
    hostPool: { registrationInfo: { registrationTokenOperation: 'Delete' } },
  });
  expect((await install(revoked)).instanceView?.error).toContain('INVALID_REGISTRATION_TOKEN');
  await expect(cloud.host(POOL, HOST)).rejects.toEqual(refused(404));
});

test('A token admits to its own pool only: the host appears there and nowhere else.', async () => {
  await reimaged();
  await forget();
  await install(await cloud.token('hp-test'));
  await cloud.pass(60);
  await expect(cloud.host(POOL, HOST)).rejects.toEqual(refused(404));
  expect((await cloud.host('hp-test', HOST)).status).toBe('Available');
});

test('An older token stays valid until it expires, and a newer one is the one that is told.', async () => {
  const [first, second] = [await cloud.token(POOL, 2), await cloud.token(POOL, 3)];
  expect(first).not.toBe(second);
  const { token } = await cloud.desktops.hostPools.retrieveRegistrationToken(GROUP, POOL);
  expect(token).toBe(second);
  const { value } = await cloud.desktops.hostPools.listRegistrationTokens(GROUP, POOL);
  expect(value?.map((one) => one.token)).toEqual([second]);
  await reimaged();
  await forget();
  expect((await install(first)).instanceView?.exitCode).toBe(0);
});

test('A token is valid for an hour at least and 27 days at most, and no host pool tells it.', async () => {
  await expect(cloud.token(POOL, 0.5)).rejects.toEqual(refused(400));
  await expect(cloud.token(POOL, 28 * 24)).rejects.toEqual(refused(400));
  const token = await cloud.token(POOL);
  expect(JSON.stringify(await cloud.desktops.hostPools.get(GROUP, POOL))).not.toContain(token);
  expect(JSON.stringify(cloud.arm.world.log.list())).not.toContain(token);
});

test('The token in a protected parameter is never told by the run command.', async () => {
  await reimaged();
  const token = await cloud.token(POOL);
  const command = await install(token);
  expect(JSON.stringify(command)).not.toContain(token);
});

test('A guest that has not booted runs no script.', async () => {
  const poller = cloud.compute.virtualMachineScaleSets.deallocate(GROUP, 'vmss-production', {
    vmInstanceIDs: { instanceIds: ['1'] },
  });
  await poller.submitted();
  await cloud.pass(5);
  await expect(install('x')).rejects.toEqual(refused(409));
});

test('A restarted host comes back by itself, under the record it had.', async () => {
  const { objectId } = await cloud.host(POOL, HOST);
  await cloud.compute.virtualMachineScaleSetVMs.restart(GROUP, 'vmss-production', '1').submitted();
  await cloud.pass(0.5);
  expect((await cloud.truth(POOL)).hosts[1]?.usable).toBe(false);
  await cloud.pass(6);
  expect(await cloud.host(POOL, HOST)).toMatchObject({ status: 'Available', objectId });
});

test('A registration can be made to fail, or to succeed without the host ever appearing.', async () => {
  await reimaged();
  await forget();
  await cloud.local('POST', `/local/hosts/${HOST}`, { registration: 'fails' });
  expect((await install(await cloud.token(POOL))).instanceView?.exitCode).toBe(1603);
  await cloud.local('POST', '/local/hosts/avdprod-000001', { registration: 'silent' });
  expect((await install(await cloud.token(POOL))).instanceView?.exitCode).toBe(0);
  await cloud.pass(60);
  await expect(cloud.host(POOL, HOST)).rejects.toEqual(refused(404));
});

test('A host whose boot is broken runs without Windows in it.', async () => {
  await cloud.local('POST', `/local/hosts/${HOST}`, { boot: 'fails' });
  await reimaged();
  await cloud.pass(60);
  const { instanceView } = await cloud.instance('vmss-production', '1');
  expect(instanceView?.statuses?.[1]?.code).toBe('PowerState/running');
  expect(instanceView?.vmAgent?.statuses?.[0]?.displayStatus).toBe('Not Ready');
});

test('A script that restarts Windows takes the users with it, and the host comes back.', async () => {
  await cloud.local('POST', '/local/people', { pool: POOL, people: 6 });
  await cloud.pass(6);
  const before = (await cloud.truth(POOL)).hosts[1]?.sessions.length;
  await cloud.compute.virtualMachineScaleSetVMRunCommands
    .createOrUpdate(GROUP, 'vmss-production', '1', 'restart', {
      location: 'westeurope',
      source: { script: 'Restart-Computer -Force' },
      asyncExecution: true,
    })
    .submitted();
  await cloud.pass(12);
  const { users } = await cloud.truth(POOL);
  expect(users.cutOff).toHaveLength(before ?? -1);
  expect((await cloud.host(POOL, HOST)).status).toBe('Available');
});

test('An agent can fall silent while its machine and the broker see nothing of it.', async () => {
  await cloud.local('POST', `/local/hosts/${HOST}`, { heartbeat: 'stops' });
  await cloud.pass(60);
  const host = await cloud.host(POOL, HOST);
  expect(host.status).toBe('Available');
  expect(cloud.clock.now() - (host.lastHeartBeat?.getTime() ?? 0)).toBeGreaterThan(59 * MINUTE);
  expect((await cloud.truth(POOL)).hosts[1]?.usable).toBe(false);
  await cloud.local('POST', `/local/hosts/${HOST}`, { heartbeat: 'ok' });
  await cloud.pass(2);
  expect((await cloud.truth(POOL)).hosts[1]?.usable).toBe(true);
});

test('Many agents at once overrun the broker, a few never do.', async () => {
  const crowd = await openCloud({ testHosts: 0, productionHosts: 40, people: 0 });
  crowd.arm.world.throttle.enabled = false;
  const token = await crowd.token(POOL);
  const { hosts } = await crowd.truth(POOL);
  const commands = crowd.compute.virtualMachineScaleSetVMRunCommands;
  for (const { instanceId } of hosts) {
    await commands
      .createOrUpdate(GROUP, 'vmss-production', instanceId, 'agent', {
        location: 'westeurope',
        source: { script: 'Install-Agent' },
        protectedParameters: [{ name: 'token', value: token }],
        asyncExecution: true,
      })
      .submitted();
  }
  await crowd.pass(15);
  let failed = 0;
  for (const { instanceId } of hosts) {
    const { instanceView } = await commands.get(GROUP, 'vmss-production', instanceId, 'agent', {
      expand: 'instanceView',
    });
    if (instanceView?.error?.includes('AgentRegistrationFailureGeneric')) failed += 1;
  }
  await crowd.close();
  expect(failed).toBeGreaterThan(0);
  expect(failed).toBeLessThan(20);
});
