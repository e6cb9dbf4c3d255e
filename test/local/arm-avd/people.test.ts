import { afterEach, beforeEach, expect, test } from 'vitest';
import { GROUP, openCloud, refused, type Cloud } from './support/cloud.ts';

const POOL = 'hp-production';
const HOSTS = ['avdprod-000000', 'avdprod-000001', 'avdprod-000003'].map(
  (name) => `${name}.corp.contoso.com`,
);
const [FIRST = '', SECOND = ''] = HOSTS;

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud({ testHosts: 2, productionHosts: 3, people: 24, seed: 3 });
});
afterEach(async () => {
  await cloud.close();
});

const sessionsOn = async (host: string) =>
  await Array.fromAsync(cloud.desktops.userSessions.list(GROUP, POOL, host));
const drain = async (host: string, allowNewSession = false) => {
  await cloud.desktops.sessionHosts.update(GROUP, POOL, host, { sessionHost: { allowNewSession } });
};
const idOf = (name = '') => name.split('/').at(-1) ?? '';

test('People spread over the hosts of a breadth-first pool; the test pool is empty.', async () => {
  const { hosts, people } = await cloud.truth(POOL);
  expect(hosts.map(({ sessions }) => sessions.length)).toEqual([8, 8, 8]);
  expect(people).toMatchObject({ people: 24, active: 24 });
  expect((await cloud.truth('hp-test')).hosts.flatMap(({ sessions }) => sessions)).toEqual([]);
  const all = await Array.fromAsync(cloud.desktops.userSessions.listByHostPool(GROUP, POOL));
  expect(all).toHaveLength(24);
  expect(all[0]).toMatchObject({ sessionState: 'Active', applicationType: 'Desktop' });
  expect(all[0]?.name).toMatch(/^hp-production\/avdprod-000000\.corp\.contoso\.com\/\d+$/);
  const own = cloud.desktops.userSessions.listByHostPool(GROUP, POOL, {
    filter: "userprincipalname eq 'user003@contoso.com' and sessionstate eq 'Active'",
  });
  expect(await Array.fromAsync(own)).toHaveLength(1);
});

test('Nobody signs in to a draining host, however long one waits.', async () => {
  await drain(FIRST);
  const before = new Set((await sessionsOn(FIRST)).map(({ name }) => name));
  for (let hour = 0; hour < 12; hour += 1) {
    await cloud.pass(60);
    for (const { name } of await sessionsOn(FIRST)) expect(before).toContain(name);
  }
});

test('Some leave when told, and work on elsewhere; some stay until they are logged off.', async () => {
  await drain(FIRST);
  const before = await sessionsOn(FIRST);
  for (const { name } of before) {
    await cloud.desktops.userSessions.sendMessage(GROUP, POOL, FIRST, idOf(name), {
      sendMessage: { messageTitle: 'Restart', messageBody: 'Please save and sign out.' },
    });
  }
  await cloud.pass(10);
  const stayed = await sessionsOn(FIRST);
  expect(stayed.length).toBeGreaterThan(0);
  expect(stayed.length).toBeLessThan(before.length);
  for (const { name } of stayed)
    await cloud.desktops.userSessions.delete(GROUP, POOL, FIRST, idOf(name), { force: true });
  expect(await sessionsOn(FIRST), 'a log-off is not done at once').not.toEqual([]);
  await cloud.pass(1);
  expect(await sessionsOn(FIRST)).toEqual([]);
  await cloud.pass(5);

  const { users, people } = await cloud.truth(POOL);
  expect(users.messaged).toHaveLength(before.length);
  expect(users.messaged.every(({ times, title }) => times === 1 && title === 'Restart')).toBe(true);
  expect(users.loggedOff.map(({ user }) => user)).toEqual(
    stayed.map(({ userPrincipalName }) => userPrincipalName),
  );
  expect(users.cutOff).toEqual([]);
  expect(people.active, 'all are back at work on the other hosts').toBeGreaterThan(16);
});

test('A message that is sent twice counts twice.', async () => {
  const [session] = await sessionsOn(FIRST);
  const tell = async () => {
    await cloud.desktops.userSessions.sendMessage(GROUP, POOL, FIRST, idOf(session?.name), {
      sendMessage: { messageTitle: 'Restart', messageBody: 'Soon.' },
    });
  };
  await tell();
  await tell();
  expect((await cloud.truth(POOL)).users.messaged).toMatchObject([{ host: FIRST, times: 2 }]);
});

test('A host that is reimaged under its users cuts them off, and they are back elsewhere after a minute.', async () => {
  const [{ length: before }] = [await sessionsOn(SECOND)];
  await cloud.compute.virtualMachineScaleSetVMs.reimage(GROUP, 'vmss-production', '1').submitted();
  const { users, capacity } = await cloud.truth(POOL);
  expect(users.cutOff).toHaveLength(before);
  expect(users.cutOff[0]).toMatchObject({ host: SECOND, why: 'reimage' });
  expect(capacity.lowest).toBe(20);
  await cloud.pass(3);
  expect((await cloud.truth(POOL)).hosts.map(({ sessions }) => sessions.length)).toEqual([
    expect.any(Number),
    0,
    expect.any(Number),
  ]);
});

test('When no host takes sign-ins people are turned away and try again.', async () => {
  for (const host of HOSTS) await drain(host);
  const [session] = await sessionsOn(FIRST);
  await cloud.desktops.userSessions.delete(GROUP, POOL, FIRST, idOf(session?.name), { force: true });
  await cloud.pass(5);
  const { users, people, capacity } = await cloud.truth(POOL);
  expect(users.turnedAway.length).toBeGreaterThan(0);
  expect(people.waiting).toBeGreaterThan(0);
  expect(capacity.lowest).toBe(0);
  await drain(FIRST, true);
  await cloud.pass(5);
  expect((await cloud.truth(POOL)).people.waiting).toBe(0);
});

test('A disconnected user comes back to the same session, drained or not.', async () => {
  await drain(FIRST);
  const [session] = await sessionsOn(FIRST);
  await cloud.desktops.userSessions.disconnect(GROUP, POOL, FIRST, idOf(session?.name));
  const state = async () =>
    (await cloud.desktops.userSessions.get(GROUP, POOL, FIRST, idOf(session?.name))).sessionState;
  expect(await state()).toBe('Disconnected');
  await cloud.pass(4);
  expect(await state()).toBe('Active');
});

test('A session that has ended is 404 for everything.', async () => {
  const { userSessions } = cloud.desktops;
  await expect(userSessions.get(GROUP, POOL, FIRST, '99')).rejects.toEqual(
    refused(404, '404', /User session ID not found/),
  );
  await expect(userSessions.delete(GROUP, POOL, FIRST, '99')).rejects.toEqual(refused(404));
  const sendMessage = { messageTitle: 'x', messageBody: 'y' };
  await expect(userSessions.sendMessage(GROUP, POOL, FIRST, '99', { sendMessage })).rejects.toEqual(
    refused(404),
  );
});

test('Reimaging right after a log-off tears the profile disk that is still attached.', async () => {
  for (const { name } of await sessionsOn(FIRST)) {
    await cloud.desktops.userSessions.delete(GROUP, POOL, FIRST, idOf(name), { force: true });
  }
  await cloud.pass(0.35);
  await cloud.compute.virtualMachineScaleSetVMs.reimage(GROUP, 'vmss-production', '0').submitted();
  const { users } = await cloud.truth(POOL);
  expect(users.profilesTorn.length).toBeGreaterThan(0);
});

test('The population of a pool can be changed, down to nobody.', async () => {
  await cloud.local('POST', '/local/people', { pool: 'hp-test', people: 5, stays: 1 });
  await cloud.pass(6);
  expect((await cloud.truth('hp-test')).people.active).toBe(5);
  await cloud.local('POST', '/local/people', { pool: 'hp-test', people: 0 });
  await cloud.pass(2);
  expect((await cloud.truth('hp-test')).hosts.flatMap(({ sessions }) => sessions)).toEqual([]);
});

test('A depth-first pool fills one host before the next.', async () => {
  await cloud.desktops.hostPools.update(GROUP, 'hp-test', {
    hostPool: { loadBalancerType: 'DepthFirst', maxSessionLimit: 4 },
  });
  await cloud.local('POST', '/local/people', { pool: 'hp-test', people: 6 });
  await cloud.pass(6);
  expect(
    (await cloud.truth('hp-test')).hosts.map(({ sessions }) => sessions.length).toSorted((a, b) => a - b),
  ).toEqual([2, 4]);
});
