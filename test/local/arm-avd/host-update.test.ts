import { afterEach, beforeEach, expect, test } from 'vitest';
import { GROUP, openCloud, type Cloud } from './support/cloud.ts';
import { addImage } from './support/images.ts';

const POOL = 'hp-production';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud({ testHosts: 0, productionHosts: 3, people: 12, seed: 5 });
});
afterEach(async () => {
  await cloud.close();
});

const sessionsOf = async (host: string) =>
  (await Array.fromAsync(cloud.desktops.userSessions.list(GROUP, POOL, host))).map(({ name = '' }) => ({
    id: name.split('/').at(-1) ?? '',
  }));

async function emptied(host: string): Promise<void> {
  const { userSessions, sessionHosts } = cloud.desktops;
  await sessionHosts.update(GROUP, POOL, host, { sessionHost: { allowNewSession: false } });
  const sendMessage = { messageTitle: 'This desktop restarts', messageBody: 'Please save and sign out.' };
  for (const { id } of await sessionsOf(host))
    await userSessions.sendMessage(GROUP, POOL, host, id, { sendMessage });
  await cloud.pass(10);
  for (const { id } of await sessionsOf(host))
    await userSessions.delete(GROUP, POOL, host, id, { force: true });
  await cloud.pass(2);
  expect(await sessionsOf(host)).toEqual([]);
}

async function renewed(host: string, instanceId: string): Promise<void> {
  await cloud.desktops.sessionHosts.delete(GROUP, POOL, host);
  await cloud.compute.virtualMachineScaleSets
    .reimage(GROUP, 'vmss-production', { vmScaleSetReimageInput: { instanceIds: [instanceId] } })
    .submitted();
  await cloud.pass(12);
  await cloud.run('vmss-production', instanceId, { Token: await cloud.token(POOL) });
  await cloud.pass(50);
}

test('A pool that is brought to a new image host by host loses one host at a time and no user.', async () => {
  const image = addImage(cloud, '1.0.0');
  await cloud.compute.virtualMachineScaleSets
    .update(GROUP, 'vmss-production', {
      virtualMachineProfile: { storageProfile: { imageReference: { id: image } } },
    })
    .submitted();
  await cloud.pass(1);
  for (const { name, instanceId } of (await cloud.truth(POOL)).hosts) {
    await emptied(name);
    await renewed(name, instanceId);
    expect(await cloud.host(POOL, name)).toMatchObject({ status: 'Available', allowNewSession: true });
  }
  const { hosts, capacity, users } = await cloud.truth(POOL);
  expect(hosts.map(({ imageVersion, reimages }) => [imageVersion, reimages])).toEqual([
    ['1.0.0', 1],
    ['1.0.0', 1],
    ['1.0.0', 1],
  ]);
  expect(capacity.lowest).toBe(20);
  expect(users).toMatchObject({ cutOff: [], profilesTorn: [], turnedAway: [] });
  expect(users.messaged.every(({ times }) => times === 1)).toBe(true);
  expect(users.loggedOff.length).toBeLessThan(users.messaged.length);
});
