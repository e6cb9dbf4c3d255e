import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScalingPlan, ScalingSchedule } from '@azure/arm-desktopvirtualization';
import { SUBSCRIPTION } from '../../../infra/local/arm/fleet.ts';
import { GROUP, openCloud, refused, type Cloud } from './support/cloud.ts';

const POOL = 'hp-production';
const WEEK = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];

// A Saturday, eight o'clock in the morning by UTC: a plan for all seven days is what acts.
let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud({ testHosts: 2, productionHosts: 4, flexHosts: 2, people: 0 });
});
afterEach(async () => {
  await cloud.close();
});

const poolId = (name: string) =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.DesktopVirtualization/hostPools/${name}`;
const schedule = (changed: Partial<ScalingSchedule> = {}): ScalingSchedule => ({
  name: 'week',
  daysOfWeek: [...WEEK, 'Saturday', 'Sunday'],
  rampUpStartTime: { hour: 7, minute: 0 },
  rampUpLoadBalancingAlgorithm: 'BreadthFirst',
  rampUpMinimumHostsPct: 50,
  rampUpCapacityThresholdPct: 60,
  peakStartTime: { hour: 9, minute: 0 },
  peakLoadBalancingAlgorithm: 'BreadthFirst',
  rampDownStartTime: { hour: 17, minute: 0 },
  rampDownLoadBalancingAlgorithm: 'DepthFirst',
  rampDownMinimumHostsPct: 10,
  rampDownCapacityThresholdPct: 90,
  rampDownForceLogoffUsers: false,
  rampDownStopHostsWhen: 'ZeroSessions',
  rampDownWaitTimeMinutes: 30,
  rampDownNotificationMessage: 'Good night',
  offPeakStartTime: { hour: 20, minute: 0 },
  offPeakLoadBalancingAlgorithm: 'DepthFirst',
  ...changed,
});
const plan = (changed: Partial<ScalingPlan> = {}): ScalingPlan => ({
  location: 'westeurope',
  timeZone: 'UTC',
  hostPoolType: 'Pooled',
  exclusionTag: 'leave-alone',
  schedules: [schedule()],
  hostPoolReferences: [{ hostPoolArmPath: poolId(POOL), scalingPlanEnabled: true }],
  ...changed,
});
const create = async (name: string, made: ScalingPlan) =>
  await cloud.desktops.scalingPlans.create(GROUP, name, made);
const running = async (pool = POOL) =>
  (await cloud.truth(pool)).hosts.filter(({ power }) => power === 'running').length;
const drain = async (host: string, allowNewSession = false) => {
  await cloud.desktops.sessionHosts.update(GROUP, POOL, host, { sessionHost: { allowNewSession } });
};
const HOST = 'avdprod-000001.corp.contoso.com';

test('A scaling plan is made, told, changed, found by its pool and taken away.', async () => {
  const made = await create('plan', plan());
  expect(made).toMatchObject({ name: 'plan', timeZone: 'UTC', exclusionTag: 'leave-alone' });
  expect(made.schedules?.[0]).toMatchObject({ name: 'week', rampUpStartTime: { hour: 7, minute: 0 } });
  const { scalingPlans } = cloud.desktops;
  const names = async (listed: AsyncIterable<ScalingPlan>) =>
    (await Array.fromAsync(listed)).map(({ name }) => name);
  expect(await names(scalingPlans.listByHostPool(GROUP, POOL))).toEqual(['plan']);
  expect(await names(scalingPlans.listByHostPool(GROUP, 'hp-test'))).toEqual([]);
  expect(await names(scalingPlans.listByResourceGroup(GROUP))).toEqual(['plan']);
  expect(await names(scalingPlans.listBySubscription())).toEqual(['plan']);
  const changed = await scalingPlans.update(GROUP, 'plan', {
    scalingPlan: { hostPoolReferences: [{ hostPoolArmPath: poolId(POOL), scalingPlanEnabled: false }] },
  });
  expect(changed.hostPoolReferences?.[0]?.scalingPlanEnabled).toBe(false);
  expect(changed.objectId).toBe(made.objectId);
  await scalingPlans.delete(GROUP, 'plan');
  await expect(scalingPlans.get(GROUP, 'plan')).rejects.toEqual(refused(404));
});

test.each<[string, RegExp, Partial<ScalingPlan>]>([
  ['a time zone that Windows does not know', /time zone/, { timeZone: 'Europe/Berlin' }],
  [
    'a day in two schedules',
    /More than one schedule/,
    { schedules: [schedule(), schedule({ name: 'again' })] },
  ],
  [
    'a share of over a hundred',
    /rampUpMinimumHostsPct/,
    { schedules: [schedule({ rampUpMinimumHostsPct: 101 })] },
  ],
  [
    'a threshold of nothing',
    /rampDownCapacity/,
    { schedules: [schedule({ rampDownCapacityThresholdPct: 0 })] },
  ],
  [
    'an hour there is not',
    /peakStartTime/,
    { schedules: [schedule({ peakStartTime: { hour: 24, minute: 0 } })] },
  ],
  [
    'phases out of order',
    /one after the other/,
    { schedules: [schedule({ peakStartTime: { hour: 6, minute: 0 } })] },
  ],
  ['no days', /days of the week/, { schedules: [schedule({ daysOfWeek: [] })] }],
  [
    'a pool that is not there',
    /could not be found/,
    { hostPoolReferences: [{ hostPoolArmPath: poolId('no'), scalingPlanEnabled: true }] },
  ],
  ['another region than the pool’s', /region/, { location: 'northeurope' }],
  ['another type than the pool’s', /type/, { hostPoolType: 'Personal', schedules: [] }],
])('A plan with %s is refused.', async (_, why, changed) => {
  await expect(create('plan', plan(changed))).rejects.toEqual(refused(400, '400', why));
});

test('A pool has one plan, and a limit of its own.', async () => {
  await create('plan', plan());
  await expect(create('second', plan())).rejects.toEqual(refused(400, '400', /another scaling plan/));
  await cloud.desktops.hostPools.createOrUpdate(GROUP, 'hp-unlimited', {
    location: 'westeurope',
    hostPoolType: 'Pooled',
    loadBalancerType: 'BreadthFirst',
    preferredAppGroupType: 'Desktop',
  });
  const hostPoolReferences = [{ hostPoolArmPath: poolId('hp-unlimited'), scalingPlanEnabled: true }];
  await expect(create('third', plan({ hostPoolReferences }))).rejects.toEqual(
    refused(400, '400', /MaxSessionLimit/),
  );
});

test('Hosts beyond the share of the phase are turned off while nobody needs them, and on again for load.', async () => {
  await create('plan', plan());
  await cloud.pass(30);
  expect(await running(), 'half of four in ramp-up').toBe(2);
  await cloud.pass(10 * 60);
  expect(await running(), 'a tenth, rounded up, in ramp-down').toBe(1);

  await cloud.pass(13.5 * 60);
  expect(await running(), 'the next morning').toBe(2);
  await cloud.local('POST', '/local/people', { pool: POOL, people: 18, stays: 1, leavesDisconnected: 0 });
  await cloud.pass(45);
  expect(await running(), 'eighteen users on two hosts are more than 60 percent').toBeGreaterThan(2);
});

test('A host that is turned off has nobody on it, whatever the phase.', async () => {
  await cloud.local('POST', '/local/people', { pool: POOL, people: 6, leavesDisconnected: 0 });
  await cloud.pass(10);
  await create('plan', plan());
  for (let hours = 0; hours < 14; hours += 1) {
    await cloud.pass(60);
    expect((await cloud.truth(POOL)).users.cutOff).toEqual([]);
  }
  expect(await running()).toBeLessThan(4);
});

test('In ramp-down users are told and logged off, where the plan says so.', async () => {
  await cloud.local('POST', '/local/people', { pool: POOL, people: 4, stays: 1, leavesDisconnected: 1 });
  await cloud.pass(10);
  await create('plan', plan({ schedules: [schedule({ rampDownForceLogoffUsers: true })] }));
  await cloud.pass(11 * 60);
  const { users } = await cloud.truth(POOL);
  expect(users.messaged.map(({ title }) => title)).toContain('Good night');
  expect(users.loggedOff.length).toBeGreaterThan(0);
  expect(users.cutOff).toEqual([]);
  expect(await running()).toBe(1);
});

test('In ramp-up drains are taken back, except of machines with the tag; those are neither started nor stopped.', async () => {
  await drain(HOST);
  const other = 'avdprod-000000.corp.contoso.com';
  await drain(other);
  const [first, second] = await Array.fromAsync(
    cloud.compute.virtualMachineScaleSetVMs.list(GROUP, 'vmss-production'),
  );
  const tagged = { location: 'westeurope', tags: { 'leave-alone': '' } };
  const { virtualMachineScaleSetVMs: instances } = cloud.compute;
  await instances.update(GROUP, 'vmss-production', second?.instanceId ?? '', tagged).submitted();
  await cloud.pass(1);
  await instances.deallocate(GROUP, 'vmss-production', second?.instanceId ?? '').submitted();
  await cloud.pass(3);
  await create('plan', plan({ schedules: [schedule({ rampUpMinimumHostsPct: 100 })] }));
  await cloud.pass(30);
  expect((await cloud.host(POOL, other)).allowNewSession, first?.name).toBe(true);
  expect((await cloud.host(POOL, HOST)).allowNewSession).toBe(false);
  expect(await running(), 'all but the tagged one').toBe(3);
});

test('A plan that is not enabled, or has no schedule for the day, leaves a pool alone.', async () => {
  const reference = { hostPoolArmPath: poolId(POOL), scalingPlanEnabled: false };
  await create('plan', plan({ hostPoolReferences: [reference] }));
  await create(
    'weekdays',
    plan({
      schedules: [schedule({ daysOfWeek: WEEK })],
      hostPoolReferences: [{ hostPoolArmPath: poolId('hp-flex'), scalingPlanEnabled: true }],
    }),
  );
  await drain(HOST);
  await cloud.pass(14 * 60);
  expect([await running(), await running('hp-flex')]).toEqual([4, 2]);
  expect((await cloud.host(POOL, HOST)).allowNewSession).toBe(false);
  await cloud.desktops.scalingPlans.update(GROUP, 'plan', {
    scalingPlan: { hostPoolReferences: [{ ...reference, scalingPlanEnabled: true }] },
  });
  await cloud.pass(60);
  expect(await running(), 'it takes effect as soon as it is enabled').toBe(1);
});

test('While a plan acts, its phases say how users are spread.', async () => {
  await create('plan', plan({ timeZone: 'Pacific Standard Time' }));
  await cloud.local('POST', '/local/people', { pool: POOL, people: 8, leavesDisconnected: 0 });
  await cloud.pass(8);
  const counts = (await cloud.truth(POOL)).hosts.map(({ sessions }) => sessions.length);
  expect(
    counts.filter((count) => count > 0),
    'depth first at night, breadth first by the pool',
  ).toEqual([8]);
});

test('A plan goes by the clock of its time zone, and turns virtual machines on and off as it does instances.', async () => {
  const hostPoolReferences = [{ hostPoolArmPath: poolId('hp-flex'), scalingPlanEnabled: true }];
  // Eight in the morning by UTC is midnight in Redmond: the night of the day before.
  await create('plan', plan({ timeZone: 'Pacific Standard Time', hostPoolReferences }));
  await cloud.pass(20);
  expect(await running('hp-flex')).toBe(1);
  await cloud.desktops.scalingPlans.update(GROUP, 'plan', {
    scalingPlan: { timeZone: 'UTC', schedules: [schedule({ rampUpMinimumHostsPct: 100 })] },
  });
  await cloud.pass(20);
  expect(await running('hp-flex')).toBe(2);
  const hosts = await Array.fromAsync(cloud.desktops.sessionHosts.list(GROUP, 'hp-flex'));
  expect(hosts.map(({ status, allowNewSession }) => [status, allowNewSession])).toEqual([
    ['Available', true],
    ['Available', true],
  ]);
});
