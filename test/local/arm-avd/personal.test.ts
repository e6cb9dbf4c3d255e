import { afterEach, beforeEach, expect, test } from 'vitest';
import { GROUP, openCloud, refused, type Cloud } from './support/cloud.ts';
import { personalPool } from './support/personal.ts';

const POOL = 'hp-own';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud({ testHosts: 1, productionHosts: 1, people: 0, flexHosts: 1 });
});
afterEach(async () => {
  await cloud.close();
});

const update = async (
  host: string,
  sessionHost: { assignedUser?: string; allowNewSession?: boolean },
  options: { force?: boolean } = {},
) => await cloud.desktops.sessionHosts.update(GROUP, POOL, host, { sessionHost, ...options });
const owners = async () =>
  new Map((await cloud.truth(POOL)).hosts.map(({ name, assignedUser }) => [name, assignedUser]));
const machineOf = async (host: string) => (await cloud.host(POOL, host)).resourceId?.split('/').at(-1) ?? '';

test('A personal pool is balanced persistently, assigns by itself unless told, and is no pooled one.', async () => {
  await personalPool(cloud, POOL, { hosts: 1, people: 0 });
  expect(await cloud.desktops.hostPools.get(GROUP, POOL)).toMatchObject({
    hostPoolType: 'Personal',
    personalDesktopAssignmentType: 'Automatic',
  });
  const { hostPools } = cloud.desktops;
  const like = { location: 'westeurope', preferredAppGroupType: 'Desktop' };
  await expect(
    hostPools.createOrUpdate(GROUP, 'hp-odd', {
      ...like,
      hostPoolType: 'Personal',
      loadBalancerType: 'DepthFirst',
    }),
  ).rejects.toEqual(refused(400));
  await expect(
    hostPools.update(GROUP, 'hp-test', { hostPool: { personalDesktopAssignmentType: 'Direct' } }),
  ).rejects.toEqual(refused(400));
});

test('People work on their own desktops and nowhere else, day after day.', async () => {
  await personalPool(cloud, POOL, { hosts: 4, people: 3 });
  const before = await owners();
  expect([...before.values()].filter((user) => user !== null)).toHaveLength(3);
  for (let hours = 0; hours < 24; hours += 1) {
    await cloud.pass(60);
    for (const { assignedUser, sessions } of (await cloud.truth(POOL)).hosts) {
      expect(sessions.filter(({ user }) => user !== assignedUser)).toEqual([]);
    }
  }
  expect(await owners()).toEqual(before);
  const { users, capacity } = await cloud.truth(POOL);
  expect(users).toMatchObject({ astray: [], turnedAway: [] });
  expect(capacity.lowest, 'one place a desktop').toBe(4);
});

test('Whoever finds their desktop closed waits for it, and is turned away meanwhile.', async () => {
  const [host = ''] = await personalPool(cloud, POOL, { hosts: 2, people: 1 });
  const [session] = (await cloud.truth(POOL)).hosts.flatMap(({ sessions }) => sessions);
  await update(host, { allowNewSession: false });
  await cloud.desktops.userSessions.delete(GROUP, POOL, host, String(session?.id), { force: true });
  await cloud.pass(20);
  const closed = await cloud.truth(POOL);
  expect(
    closed.hosts.flatMap(({ sessions }) => sessions),
    'the other desktop is not theirs',
  ).toEqual([]);
  expect(closed.users.turnedAway.length).toBeGreaterThan(0);
  await update(host, { allowNewSession: true });
  await cloud.pass(5);
  expect((await cloud.host(POOL, host)).sessions).toBe(1);
});

test('A desktop is given to somebody else, or to nobody, by force only; nobody has two that are given by themselves.', async () => {
  const [host = '', spare = ''] = await personalPool(cloud, POOL, { hosts: 2, people: 0 });
  await update(host, { assignedUser: 'one@contoso.com' });
  await update(host, { assignedUser: 'ONE@contoso.com' });
  expect((await cloud.host(POOL, host)).assignedUser).toBe('one@contoso.com');
  await expect(update(host, { assignedUser: 'two@contoso.com' })).rejects.toEqual(
    refused(400, '400', /force/),
  );
  await expect(update(host, { assignedUser: '' })).rejects.toEqual(refused(400, '400', /force/));
  await expect(update(spare, { assignedUser: 'one@contoso.com' })).rejects.toEqual(
    refused(400, '400', /already assigned/),
  );
  await update(host, { assignedUser: '' }, { force: true });
  expect((await cloud.host(POOL, host)).assignedUser).toBeUndefined();
  await cloud.desktops.hostPools.update(GROUP, POOL, {
    hostPool: { personalDesktopAssignmentType: 'Direct' },
  });
  await update(spare, { assignedUser: 'two@contoso.com' });
  await update(host, { assignedUser: 'two@contoso.com' });
  const pooled = cloud.desktops.sessionHosts.update(GROUP, 'hp-test', 'avdtest-000000.corp.contoso.com', {
    sessionHost: { assignedUser: 'one@contoso.com' },
  });
  await expect(pooled).rejects.toEqual(refused(400, '400', /personal/));
});

test('With the record goes the assignment: its user is given what is free, or with direct assignment nothing.', async () => {
  const [host = '', spare = ''] = await personalPool(cloud, POOL, { hosts: 2, people: 1 });
  const [user] = [...(await owners()).values()];
  await cloud.desktops.sessionHosts.delete(GROUP, POOL, host, { force: true });
  await cloud.pass(5);
  expect((await cloud.host(POOL, spare)).assignedUser).toBe(user);
  expect((await cloud.truth(POOL)).users.astray).toMatchObject([{ user, from: host, to: spare }]);
});

test('With direct assignment a user without a desktop waits until somebody gives them one.', async () => {
  const [host = '', spare = ''] = await personalPool(cloud, POOL, {
    hosts: 2,
    people: 1,
    assignment: 'Direct',
  });
  const [user = ''] = [...(await owners()).values()];
  await cloud.desktops.sessionHosts.delete(GROUP, POOL, host, { force: true });
  await cloud.pass(30);
  expect((await cloud.host(POOL, spare)).sessions).toBe(0);
  await update(spare, { assignedUser: user ?? '' });
  await cloud.pass(5);
  expect((await cloud.host(POOL, spare)).sessions).toBe(1);
});

test('A desktop that is off is started when its user comes, unless it is drained.', async () => {
  const [host = ''] = await personalPool(cloud, POOL, { hosts: 1, people: 1, startVMOnConnect: true });
  const machine = await machineOf(host);
  const turnOff = async () => {
    await cloud.compute.virtualMachines.deallocate(GROUP, machine).submitted();
    await cloud.pass(4);
  };
  await update(host, { allowNewSession: false });
  await turnOff();
  await cloud.pass(15);
  expect((await cloud.truth(POOL)).hosts[0]?.power).toBe('deallocated');
  await update(host, { allowNewSession: true });
  const away = (await cloud.truth(POOL)).users.turnedAway.length;
  await cloud.pass(15);
  const { hosts, users } = await cloud.truth(POOL);
  expect(hosts[0]).toMatchObject({ power: 'running', sessions: [{ state: 'Active' }] });
  expect(users.turnedAway, 'whoever waits for it to start is not turned away').toHaveLength(away);
});

test('Where nothing is started for anybody, a desktop stays off.', async () => {
  const [host = ''] = await personalPool(cloud, POOL, { hosts: 1, people: 1 });
  await cloud.compute.virtualMachines.deallocate(GROUP, await machineOf(host)).submitted();
  await cloud.pass(30);
  expect((await cloud.truth(POOL)).hosts[0]?.power).toBe('deallocated');
});
