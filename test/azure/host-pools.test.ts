import { RestError } from '@azure/core-rest-pipeline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostPools } from '../../shared/azure/host-pools.ts';
import { sessionHosts } from '../../shared/azure/session-hosts.ts';
import { ianaZone } from '../../shared/azure/time-zones.ts';
import { isTimeZone } from '../../shared/local-time.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

describe('host pools', () => {
  let cloud: Cloud;
  beforeEach(async () => {
    cloud = await openCloud({ testHosts: 1, productionHosts: 1, people: 0, personalHosts: 2 });
  });
  afterEach(async () => {
    // Scaling plans are people's: their type is not among those that the bodies are held against.
    const ours = cloud.sent.filter(({ url }) => !url.includes('/scalingPlans/'));
    const bodies = await wrongBodies(ours);
    expect(bodies?.wrong ?? []).toEqual([]);
    await cloud.close();
  });
  const address = (hostPool: string) => ({
    subscriptionId: cloud.subscriptionId,
    resourceGroup: 'rg-desktops',
    hostPool,
  });
  const read = async (hostPool: string) => await hostPools(cloud.azure).hostPool(address(hostPool));
  const plan = async (name: string, hostPool: string, scalingPlanEnabled: boolean, timeZone: string) => {
    const id = `/subscriptions/${cloud.subscriptionId}/resourceGroups/rg-desktops/providers/Microsoft.DesktopVirtualization/hostPools/${hostPool}`;
    await cloud.azure.desktops(cloud.subscriptionId).scalingPlans.create('rg-desktops', name, {
      location: 'westeurope',
      timeZone,
      hostPoolType: 'Pooled',
      exclusionTag: 'leave-alone',
      hostPoolReferences: [{ hostPoolArmPath: id, scalingPlanEnabled }],
      schedules: [
        {
          name: 'week',
          daysOfWeek: ['Monday', 'Friday'],
          rampUpStartTime: { hour: 7, minute: 5 },
          rampUpLoadBalancingAlgorithm: 'BreadthFirst',
          rampUpMinimumHostsPct: 50,
          rampUpCapacityThresholdPct: 60,
          peakStartTime: { hour: 9, minute: 0 },
          peakLoadBalancingAlgorithm: 'BreadthFirst',
          rampDownStartTime: { hour: 17, minute: 30 },
          rampDownLoadBalancingAlgorithm: 'DepthFirst',
          rampDownMinimumHostsPct: 10,
          rampDownCapacityThresholdPct: 90,
          rampDownForceLogoffUsers: false,
          rampDownStopHostsWhen: 'ZeroSessions',
          rampDownWaitTimeMinutes: 30,
          rampDownNotificationMessage: 'Good night',
          offPeakStartTime: { hour: 20, minute: 0 },
          offPeakLoadBalancingAlgorithm: 'DepthFirst',
        },
      ],
    });
  };
  const manage = async (hostPool: string, managementType: string) => {
    const url = `${cloud.arm.url}/local/avd/pools/${hostPool}/management`;
    const body = JSON.stringify({ managementType });
    const { status } = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(200);
  };

  it('say of what type they are, and that nobody but us services them', async () => {
    expect(await read('hp-test')).toEqual({ maxSessionLimit: 10, type: 'Pooled', managedNatively: false });
    expect((await read('hp-personal'))?.type).toBe('Personal');
    expect(await read('hp-none')).toBeUndefined();
  });

  it('tell when Azure manages them, by their own word in a preview version', async () => {
    await manage('hp-test', 'Automated');
    expect((await read('hp-test'))?.managedNatively).toBe(true);
  });

  it.each([400, 404])(
    'leave it open where the preview version answers %i, and ask again minutes later only',
    async (statusCode) => {
      let asked = 0;
      const read = async () => {
        asked += 1;
        throw new RestError('no such version', { statusCode });
      };
      const pools = hostPools({ ...cloud.azure, read });
      for (let time = 0; time < 2; time += 1) {
        expect(await pools.hostPool(address('hp-test'))).toEqual({ maxSessionLimit: 10, type: 'Pooled' });
      }
      expect(asked).toBe(1);
    },
  );

  it('say nothing where Azure is down, rather than that nobody services them', async () => {
    const read = async () => {
      throw new RestError('down', { statusCode: 503 });
    };
    const found = hostPools({ ...cloud.azure, read }).hostPool(address('hp-test'));
    await expect(found).rejects.toMatchObject({ code: 'AzureUnavailable' });
  });

  it('have the scaling plan that is enabled for them, with its times by a clock that everybody knows', async () => {
    await plan('sp-week', 'hp-test', true, 'W. Europe Standard Time');
    expect((await read('hp-test'))?.scalingPlan).toEqual({
      name: 'sp-week',
      timeZone: 'Europe/Berlin',
      exclusionTag: 'leave-alone',
      createsAndDeletes: false,
      schedules: [
        {
          days: ['Mon', 'Fri'],
          rampUpStart: '07:05',
          rampUpMinimumPercent: 50,
          peakStart: '09:00',
          rampDownStart: '17:30',
          rampDownMinimumPercent: 10,
          offPeakStart: '20:00',
        },
      ],
    });
    expect(await read('hp-production')).not.toHaveProperty('scalingPlan');
  });

  it('tell of a plan that makes and deletes hosts, which Azure has only where it manages them', async () => {
    await manage('hp-test', 'Automated');
    await plan('sp-week', 'hp-test', true, 'UTC');
    expect((await read('hp-test'))?.scalingPlan?.createsAndDeletes).toBe(false);
    const path = `/subscriptions/${cloud.subscriptionId}/resourceGroups/rg-desktops/providers/Microsoft.DesktopVirtualization/scalingPlans/sp-week`;
    const url = `${cloud.arm.url}${path}?api-version=2024-11-01-preview`;
    const headers = { authorization: 'Bearer x', 'content-type': 'application/json' };
    const shown = (await (await fetch(url, { headers })).json()) as {
      properties: { schedules: Record<string, unknown>[] };
    };
    const [schedule] = shown.properties.schedules;
    const schedules = [{ ...schedule, scalingMethod: 'CreateDeletePowerManage', createDelete: {} }];
    const body = JSON.stringify({ properties: { schedules } });
    expect((await fetch(url, { method: 'PATCH', headers, body })).status).toBe(200);
    expect((await read('hp-test'))?.scalingPlan?.createsAndDeletes).toBe(true);
  });

  it('have none that is assigned and not enabled', async () => {
    await plan('sp-off', 'hp-test', false, 'UTC');
    expect(await read('hp-test')).not.toHaveProperty('scalingPlan');
  });

  it('give a personal desktop to its user, also in the place of another, and say whose each is', async () => {
    const hosts = sessionHosts(cloud.azure, cloud.now);
    const [host] = await hosts.list(address('hp-personal'));
    const name = host?.name ?? '';
    for (const user of ['ana@contoso.com', 'ana@contoso.com', 'ben@contoso.com']) {
      await hosts.assign(address('hp-personal'), name, user);
      expect((await hosts.read(address('hp-personal'), name))?.assignedUser).toBe(user);
    }
    const all = await hostPools(cloud.azure).list(address('hp-personal'));
    expect(all.map(({ assignedUser }) => assignedUser).toSorted()).toEqual(['', 'ben@contoso.com']);
    const nobody = hosts.assign(address('hp-personal'), 'nobody', 'ana@contoso.com');
    await expect(nobody).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('time zones of Windows', () => {
  it.each([
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['GMT Standard Time', 'Europe/London'],
    ['Eastern Standard Time', 'America/New_York'],
    ['Pacific Standard Time', 'America/Los_Angeles'],
    ['India Standard Time', 'Asia/Calcutta'],
    ['AUS Eastern Standard Time', 'Australia/Sydney'],
    ['UTC', 'Etc/UTC'],
  ])('%s is %s, which our clocks know', (windows, iana) => {
    expect(ianaZone(windows, 'a plan')).toBe(iana);
    expect(isTimeZone(iana)).toBe(true);
  });

  it('are refused with their name and whose they are where Windows has none such', () => {
    expect(() => ianaZone('Mars Standard Time', 'Scaling plan x')).toThrow(
      /Scaling plan x.*Mars Standard Time/,
    );
  });
});
