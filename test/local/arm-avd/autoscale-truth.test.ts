import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SUBSCRIPTION } from '../../../infra/local/arm/fleet.ts';
import { GROUP, openCloud, type Cloud, type PoolTruth } from './support/cloud.ts';

const POOL = 'hp-flex';
const TAG = 'leave-alone';

const step = fc.record({
  kind: fc.constantFrom('pass', 'drain', 'undrain', 'tag', 'untag', 'reimage', 'restart'),
  host: fc.integer({ min: 0, max: 3 }),
  minutes: fc.integer({ min: 5, max: 240 }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

test('Autoscale leaves tagged machines alone, cuts nobody off, and keeps its minimum on, whatever else is done.', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 15 }),
      fc.integer({ min: 1, max: 50 }),
      async (script, seed) => {
        const cloud = await openCloud({ testHosts: 0, productionHosts: 0, people: 0, flexHosts: 4, seed });
        cloud.arm.world.throttle.enabled = false;
        try {
          await cloud.local('POST', '/local/people', { pool: POOL, people: 12 });
          await plan(cloud);
          for (const one of script) await observed(cloud, one);
          await settled(cloud);
        } finally {
          await cloud.close();
        }
      },
    ),
    { numRuns: 8 },
  );
});

/** A schedule for all days whose phases want three, three, one and one of the four. */
async function plan(cloud: Cloud): Promise<void> {
  await cloud.desktops.scalingPlans.create(GROUP, 'plan', {
    location: 'westeurope',
    timeZone: 'W. Europe Standard Time',
    exclusionTag: TAG,
    schedules: [
      {
        name: 'all',
        daysOfWeek: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
        rampUpStartTime: { hour: 7, minute: 30 },
        rampUpLoadBalancingAlgorithm: 'BreadthFirst',
        rampUpMinimumHostsPct: 60,
        rampUpCapacityThresholdPct: 50,
        peakStartTime: { hour: 9, minute: 0 },
        peakLoadBalancingAlgorithm: 'BreadthFirst',
        rampDownStartTime: { hour: 16, minute: 30 },
        rampDownLoadBalancingAlgorithm: 'DepthFirst',
        rampDownMinimumHostsPct: 25,
        rampDownCapacityThresholdPct: 80,
        rampDownForceLogoffUsers: true,
        rampDownWaitTimeMinutes: 20,
        rampDownNotificationMessage: 'Good night',
        offPeakStartTime: { hour: 19, minute: 0 },
        offPeakLoadBalancingAlgorithm: 'DepthFirst',
      },
    ],
    hostPoolReferences: [
      {
        hostPoolArmPath: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.DesktopVirtualization/hostPools/${POOL}`,
        scalingPlanEnabled: true,
      },
    ],
  });
}

async function observed(cloud: Cloud, { kind, host, minutes }: Step): Promise<void> {
  const before = await cloud.truth(POOL);
  const target = before.hosts[host];
  if (!target) return;
  if (kind !== 'pass') await acted(cloud, target, kind);
  const told = await cloud.truth(POOL);
  await cloud.pass(kind === 'pass' ? minutes : 1);
  const after = await cloud.truth(POOL);
  for (const [index, one] of told.hosts.entries()) {
    const later = after.hosts[index];
    if (!Object.hasOwn(one.tags, TAG)) continue;
    expect(later?.allowNewSession, 'the drain of a tagged machine').toBe(one.allowNewSession);
    const isSteady = one.power === 'running' || one.power === 'deallocated';
    if (kind === 'pass' && isSteady && one.provisioningState === 'Succeeded') {
      expect(later?.power, 'the power of a tagged machine').toBe(one.power);
    }
  }
  expect(after.users.cutOff.filter(({ why }) => why === 'deallocate')).toEqual([]);
}

async function acted(cloud: Cloud, target: PoolTruth['hosts'][number], kind: string): Promise<void> {
  const { name, instanceId, tags } = target;
  const { virtualMachines, virtualMachineScaleSets: sets } = cloud.compute;
  const flag = async (allowNewSession: boolean) => {
    await cloud.desktops.sessionHosts.update(GROUP, POOL, name, { sessionHost: { allowNewSession } });
  };
  const tagged = async (all: Record<string, string>) => {
    await virtualMachines.update(GROUP, instanceId, { tags: all }).submitted();
  };
  const { [TAG]: _, ...others } = tags;
  const acts: Record<string, () => Promise<unknown>> = {
    drain: async () => await flag(false),
    undrain: async () => await flag(true),
    tag: async () => await tagged({ ...tags, [TAG]: 'by test' }),
    untag: async () => await tagged(others),
    restart: async () => await virtualMachines.restart(GROUP, instanceId).submitted(),
    reimage: async () => {
      const vmScaleSetReimageInput = { instanceIds: [instanceId] };
      await sets.reimage(GROUP, 'vmss-flex', { vmScaleSetReimageInput }).submitted();
    },
  };
  // What Azure refuses in this state is refused.
  await acts[kind]?.().catch(() => {});
}

/** With nothing in its way, autoscale brings on what the morning wants. */
async function settled(cloud: Cloud): Promise<void> {
  for (const { instanceId } of (await cloud.truth(POOL)).hosts) {
    await cloud.compute.virtualMachines
      .update(GROUP, instanceId, { tags: {} })
      .submitted()
      .catch(() => {});
  }
  const day = 24 * 60;
  const now = new Date(cloud.clock.now());
  const minutes = now.getUTCHours() * 60 + now.getUTCMinutes();
  // Ten o'clock in Berlin's winter.
  await cloud.pass(((9 * 60 - minutes + 2 * day) % day) + day);
  const { hosts } = await cloud.truth(POOL);
  expect(hosts.filter(({ power }) => power === 'running').length).toBeGreaterThanOrEqual(3);
}
