import { afterEach, beforeEach, expect, test } from 'vitest';
import { SUBSCRIPTION } from '../../../infra/local/arm/fleet.ts';
import { GROUP, openCloud, refused, type Cloud } from './support/cloud.ts';
import { personalPool } from './support/personal.ts';

const POOL = 'hp-test';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud({ testHosts: 1, productionHosts: 1, people: 0, flexHosts: 1 });
});
afterEach(async () => {
  await cloud.close();
});

const ask = async (apiVersion: string, below = '') => {
  const path = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.DesktopVirtualization/hostPools/${POOL}${below}`;
  const reply = await fetch(`${cloud.arm.url}${path}?api-version=${apiVersion}`, {
    headers: { authorization: 'Bearer test' },
  });
  const body = (await reply.json()) as { properties?: { managementType?: string } };
  return { status: reply.status, managementType: body.properties?.managementType };
};
const manage = async (managementType: string, pool = POOL) => {
  await cloud.local('POST', `/local/avd/pools/${pool}/management`, { managementType });
};

test('How a pool is managed is told in previews only.', async () => {
  expect(await ask('2024-04-03')).toEqual({ status: 200, managementType: undefined });
  for (const preview of ['2024-04-08-preview', '2024-08-08-preview', '2024-11-01-preview']) {
    expect(await ask(preview)).toEqual({ status: 200, managementType: 'Standard' });
    expect((await ask(preview, '/sessionHostConfigurations/default')).status).toBe(404);
  }
  await manage('Automated');
  expect(await ask('2024-04-08-preview')).toEqual({ status: 200, managementType: 'Automated' });
  expect((await ask('2024-04-08-preview', '/sessionHostConfigurations/default')).status).toBe(200);
  expect((await ask('2024-04-03')).managementType).toBeUndefined();
});

test('A pool that Azure manages gives no registration tokens, and those it gave are void.', async () => {
  const token = await cloud.token(POOL);
  await manage('Automated');
  await expect(cloud.token(POOL)).rejects.toEqual(refused(400, '400', /Automated/));
  await expect(cloud.desktops.hostPools.retrieveRegistrationToken(GROUP, POOL)).rejects.toEqual(refused(400));
  await cloud.desktops.sessionHosts.delete(GROUP, POOL, 'avdtest-000000.corp.contoso.com', { force: true });
  const { instanceView } = await cloud.run('vmss-test', '0', { token });
  expect(instanceView?.error).toContain('INVALID_REGISTRATION_TOKEN');
  await manage('Standard');
  expect(await cloud.token(POOL)).not.toBe('');
});

test('Only in a pool that Azure manages may a plan make and delete hosts, and only a preview tells of it.', async () => {
  const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.DesktopVirtualization`;
  const time = (hour: number) => ({ hour, minute: 0 });
  const schedule = {
    name: 'all',
    daysOfWeek: ['Monday'],
    rampUpStartTime: time(7),
    peakStartTime: time(9),
    rampDownStartTime: time(17),
    offPeakStartTime: time(20),
    rampUpLoadBalancingAlgorithm: 'BreadthFirst',
    peakLoadBalancingAlgorithm: 'BreadthFirst',
    rampDownLoadBalancingAlgorithm: 'DepthFirst',
    offPeakLoadBalancingAlgorithm: 'DepthFirst',
    rampUpMinimumHostsPct: 50,
    rampUpCapacityThresholdPct: 60,
    rampDownMinimumHostsPct: 10,
    rampDownCapacityThresholdPct: 90,
    scalingMethod: 'CreateDeletePowerManage',
    createDelete: {},
  };
  const put = async (apiVersion: string) => {
    const properties = {
      timeZone: 'UTC',
      schedules: [schedule],
      hostPoolReferences: [{ hostPoolArmPath: `${group}/hostPools/${POOL}`, scalingPlanEnabled: true }],
    };
    const reply = await fetch(`${cloud.arm.url}${group}/scalingPlans/plan?api-version=${apiVersion}`, {
      method: 'PUT',
      headers: { authorization: 'Bearer test' },
      body: JSON.stringify({ location: 'westeurope', properties }),
    });
    return reply.status;
  };
  expect(await put('2024-11-01-preview'), 'a pool that people manage').toBe(400);
  await manage('Automated');
  expect([await put('2024-04-03'), await put('2024-08-08-preview')]).toEqual([400, 400]);
  expect(await put('2024-11-01-preview')).toBe(201);
  const told = async (apiVersion: string) => {
    const url = `${cloud.arm.url}${group}/hostPools/${POOL}/scalingPlans?api-version=${apiVersion}`;
    const reply = await fetch(url, { headers: { authorization: 'Bearer test' } });
    return JSON.stringify(await reply.json()).includes('CreateDeletePowerManage');
  };
  expect([await told('2024-04-03'), await told('2024-11-01-preview')]).toEqual([false, true]);
});

test('A personal pool is never managed so.', async () => {
  await personalPool(cloud, 'hp-own', { hosts: 1, people: 0 });
  await expect(manage('Automated', 'hp-own')).rejects.toThrow('400');
});
