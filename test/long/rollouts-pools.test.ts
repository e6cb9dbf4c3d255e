import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../end-to-end/bad-requests.ts';
import { at, openRolloutCloud, type RolloutCloud, until } from './rollout-cloud.ts';

let cloud: RolloutCloud;

beforeAll(async () => {
  const fleet = { testHosts: 1, productionHosts: 5, flexHosts: 0, vmHosts: 0, people: 2 };
  cloud = await openRolloutCloud({ speed: 400, fleet });
}, 60_000);
afterAll(async () => await cloud?.stop());

interface Plan {
  readonly blockers: readonly { readonly code: string; readonly message: string }[];
}
const blockersOf = async (pool: string) =>
  (await cloud.ask<Plan>('POST', `host-pools/${pool}/plan`, { version: '1.0.0' })).blockers.map(
    ({ code }) => code,
  );

/** Named by the plan, and refused where a rollout is started all the same, with nothing done to any host. */
async function expectRefused(pool: string, code: string): Promise<void> {
  expect(await blockersOf(pool)).toEqual([code]);
  const since = await cloud.requestsSoFar();
  const asked = await cloud.send('POST', `host-pools/${pool}/rollouts`, { version: '1.0.0' });
  const error = { code: 'PlanBlocked', details: [{ code }] };
  expect(asked).toMatchObject({ status: 409, body: { error } });
  const requests = await cloud.requests(since);
  expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
}

describe('a pool of personal desktops', () => {
  const machine = (name: string) => at.machine('rg-personal', name);
  const tagWindow = async (name: string, window: string) => {
    const { tags } = (await cloud.azure('GET', machine(name))).body as { tags?: Json };
    const change = { tags: { ...tags, 'update-window': window } };
    expect((await cloud.azure('PATCH', machine(name), change)).status).toBeLessThan(300);
  };
  const assignments = async () => {
    const { value } = (await cloud.azure('GET', `${at.hostPool('personal')}/sessionHosts`)).body as {
      value: readonly { name: string; properties: { assignedUser?: string } }[];
    };
    return Object.fromEntries(value.map(({ name, properties }) => [name, properties.assignedUser ?? '']));
  };

  it('is not touched before somebody agrees that what is on their disks is lost', async () => {
    await cloud.policy('personal');
    await expectRefused('personal', 'PersonalNotConfirmed');
  });

  it(
    'stays everybody’s own, and each waits for the window that its tag states',
    { timeout: 90_000 },
    async () => {
      // Where Azure assigns by itself, who finds his desktop away is given a spare one for good.
      const direct = { properties: { personalDesktopAssignmentType: 'Direct' } };
      expect((await cloud.azure('PATCH', at.hostPool('personal'), direct)).status).toBe(200);
      const before = await assignments();
      expect(Object.values(before).filter((user) => user !== '')).toHaveLength(2);
      const inThreeDays = new Date(cloud.local.clock.now() + 3 * 86_400_000);
      const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][inThreeDays.getUTCDay()];
      await tagWindow('avdpers-0', `${day} 02:00-06:00 UTC`);
      await cloud.policy('personal', { personal: { eraseDisks: true }, windowTag: 'update-window' });
      const id = await cloud.start('personal', '1.0.0');
      await until(async () => ((await cloud.rollout(id)).hosts['done'] ?? 0) === 2);
      expect(await cloud.because(id, 'OwnWindow')).toContain('avdpers-0');
      const { hosts } = await cloud.truth('personal');
      expect(hosts.find(({ name }) => name.startsWith('avdpers-0'))?.imageVersion).not.toBe('1.0.0');

      await tagWindow('avdpers-0', 'Mon,Tue,Wed,Thu,Fri,Sat,Sun 00:00-00:00 UTC');
      expect(await cloud.over(id)).toMatchObject({ status: 'succeeded', hosts: { done: 3 } });
      expect(await assignments()).toEqual(before);
      const after = await cloud.truth('personal');
      expect(after.hosts.map(({ imageVersion }) => imageVersion)).toEqual(['1.0.0', '1.0.0', '1.0.0']);
      expect(after.users).toMatchObject({ cutOff: [], profilesTorn: [] });
    },
  );
});

describe('a pool that Azure services by a session host configuration', () => {
  it('is refused, and nothing is done to it', async () => {
    await cloud.policy('test');
    await cloud.door('POST', 'avd/pools/hp-test/management', { managementType: 'Automated' });
    await expectRefused('test', 'HostPoolManagedNatively');
  });
});

describe('a pool whose hosts a scaling plan switches on and off', () => {
  const time = (hour: number, minute = 0) => ({ hour, minute });
  const schedule = {
    name: 'every-day',
    daysOfWeek: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
    rampUpStartTime: time(0, 30),
    rampUpLoadBalancingAlgorithm: 'BreadthFirst',
    rampUpMinimumHostsPct: 80,
    rampUpCapacityThresholdPct: 50,
    peakStartTime: time(1),
    peakLoadBalancingAlgorithm: 'BreadthFirst',
    rampDownStartTime: time(22),
    rampDownLoadBalancingAlgorithm: 'BreadthFirst',
    rampDownMinimumHostsPct: 80,
    rampDownCapacityThresholdPct: 50,
    rampDownForceLogoffUsers: false,
    rampDownWaitTimeMinutes: 20,
    rampDownNotificationMessage: 'Good night',
    offPeakStartTime: time(23),
    offPeakLoadBalancingAlgorithm: 'BreadthFirst',
  };
  const putPlan = async (exclusionTag: string | undefined) => {
    const hostPoolReferences = [{ hostPoolArmPath: at.hostPool('production'), scalingPlanEnabled: true }];
    const timeZone = 'W. Europe Standard Time';
    const properties = { timeZone, exclusionTag, schedules: [schedule], hostPoolReferences };
    const put = await cloud.azure('PUT', at.scalingPlan('plan'), { location: 'westeurope', properties });
    expect(put.status).toBeLessThan(300);
  };

  it('is refused as long as the plan could not leave a host alone', async () => {
    await cloud.policy('production', { maxUnavailable: '100%' });
    await putPlan(undefined);
    await expectRefused('production', 'ScalingPlanWithoutTag');
  });

  it(
    'R2: keeps as many hosts as the plan keeps on, whatever its own floor',
    { timeout: 60_000 },
    async () => {
      await cloud.door('POST', 'people', { pool: 'hp-production', people: 35, stays: 1 });
      await until(async () => {
        const { hosts } = await cloud.truth('production');
        return hosts.flatMap(({ sessions }) => sessions).length > 30;
      });
      await putPlan('keep-off');
      const since = await cloud.requestsSoFar();
      const id = await cloud.start('production', '1.0.0');
      expect(await cloud.because(id, 'CapacityFloor')).toContain('scaling plan plan keeps 4 hosts on');
      const [first] = await cloud.hosts(id);
      await until(async () => (await cloud.hosts(id)).some(({ stage }) => stage === 'reimage'));
      const tags = (await cloud.requests(since, 'vmss-production/virtualMachines', 'PUT')).map(
        ({ body }) => body?.tags,
      );
      // The plan may have switched it off before.
      const mark = expect.stringMatching(/^goldsmith:open(,off)?$/);
      expect(tags, `${first?.name} and no other`).toEqual([{ 'keep-off': mark }]);
      await cloud.ask('POST', `rollouts/${id}/abort`, { reason: 'seen enough' });
      expect(await cloud.over(id)).toMatchObject({ status: 'aborted', hosts: { done: 1 } });
    },
  );
});
