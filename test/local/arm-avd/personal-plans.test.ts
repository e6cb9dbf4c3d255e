import type { ScalingPlanPersonalSchedule } from '@azure/arm-desktopvirtualization';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SUBSCRIPTION } from '../../../infra/local/arm/fleet.ts';
import { GROUP, openCloud, refused, type Cloud } from './support/cloud.ts';
import { personalPool } from './support/personal.ts';

const POOL = 'hp-own';

// It is Saturday, eight o'clock in the morning.
let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud({ testHosts: 1, productionHosts: 1, people: 0, flexHosts: 1 });
});
afterEach(async () => {
  await cloud.close();
});

const schedule: ScalingPlanPersonalSchedule = {
  daysOfWeek: ['Friday', 'Saturday', 'Sunday'],
  rampUpStartTime: { hour: 9, minute: 0 },
  rampUpAutoStartHosts: 'WithAssignedUser',
  rampUpStartVMOnConnect: 'Enable',
  peakStartTime: { hour: 10, minute: 0 },
  peakActionOnLogoff: 'Deallocate',
  peakMinutesToWaitOnLogoff: 60,
  rampDownStartTime: { hour: 18, minute: 0 },
  rampDownActionOnDisconnect: 'Deallocate',
  rampDownMinutesToWaitOnDisconnect: 20,
  rampDownActionOnLogoff: 'Deallocate',
  rampDownMinutesToWaitOnLogoff: 20,
  offPeakStartTime: { hour: 22, minute: 0 },
};
const plan = async (name = 'own') =>
  await cloud.desktops.scalingPlans.create(GROUP, name, {
    location: 'westeurope',
    timeZone: 'UTC',
    hostPoolType: 'Personal',
    exclusionTag: 'leave-alone',
    hostPoolReferences: [
      {
        hostPoolArmPath: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.DesktopVirtualization/hostPools/${POOL}`,
        scalingPlanEnabled: true,
      },
    ],
  });
const schedules = () => cloud.desktops.scalingPlanPersonalSchedules;
const power = async () => (await cloud.truth(POOL)).hosts.map((host) => host.power);

test('A personal plan has its schedules as resources of their own, one for a day.', async () => {
  await personalPool(cloud, POOL, { hosts: 1, people: 0 });
  await plan();
  await schedules().create(GROUP, 'own', 'end', schedule);
  expect(await schedules().get(GROUP, 'own', 'end')).toMatchObject({
    rampUpAutoStartHosts: 'WithAssignedUser',
  });
  expect(await Array.fromAsync(schedules().list(GROUP, 'own'))).toHaveLength(1);
  await expect(schedules().create(GROUP, 'own', 'again', schedule)).rejects.toEqual(
    refused(400, '400', /Friday/),
  );
  await expect(
    schedules().create(GROUP, 'own', 'end', { ...schedule, peakMinutesToWaitOnLogoff: 361 }),
  ).rejects.toEqual(refused(400));
  await expect(
    schedules().create(GROUP, 'own', 'end', { ...schedule, peakActionOnLogoff: 'Hibernate' }),
  ).rejects.toEqual(refused(400, 'NotSimulated'));
  await schedules().update(GROUP, 'own', 'end', { scalingPlanSchedule: { peakMinutesToWaitOnLogoff: 30 } });
  expect((await schedules().get(GROUP, 'own', 'end')).peakMinutesToWaitOnLogoff).toBe(30);
  await schedules().delete(GROUP, 'own', 'end');
  expect(await Array.fromAsync(schedules().list(GROUP, 'own'))).toEqual([]);
});

test('Desktops that are somebody’s are started in the morning; those nobody sits at go off, and come on for their users.', async () => {
  const hosts = await personalPool(cloud, POOL, { hosts: 3, people: 2 });
  for (const host of hosts) {
    const name = (await cloud.host(POOL, host)).resourceId?.split('/').at(-1) ?? '';
    await cloud.compute.virtualMachines.deallocate(GROUP, name).submitted();
  }
  await cloud.pass(5);
  await cloud.local('POST', `/local/avd/pools/${POOL}/reset`);
  await plan();
  await schedules().create(GROUP, 'own', 'end', schedule);
  await cloud.pass(30);
  expect(await power(), 'before ramp-up').toEqual(['deallocated', 'deallocated', 'deallocated']);
  await cloud.pass(60);
  expect(await power()).toEqual(['running', 'running', 'deallocated']);
  expect((await cloud.desktops.hostPools.get(GROUP, POOL)).startVMOnConnect).toBe(true);
  for (let hours = 0; hours < 12; hours += 1) {
    await cloud.pass(60);
    expect((await cloud.truth(POOL)).users.cutOff).toEqual([]);
  }
  const { deeds } = await cloud.local<{ deeds: { what: string }[] }>('GET', '/local/autoscaler');
  expect(deeds.filter(({ what }) => what === 'deallocated').length).toBeGreaterThan(0);
});
