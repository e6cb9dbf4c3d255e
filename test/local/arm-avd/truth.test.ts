import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GROUP, openCloud, type Cloud, type PoolTruth } from './support/cloud.ts';

const POOL = 'hp-production';

type Step =
  | { readonly kind: 'pass'; readonly minutes: number }
  | {
      readonly kind:
        | 'drain'
        | 'undrain'
        | 'tell'
        | 'logOff'
        | 'disconnect'
        | 'restart'
        | 'reimage'
        | 'forget';
      readonly host: number;
    };

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
    fc.record({
      kind: fc.constantFrom('drain' as const, 'undrain' as const, 'tell' as const, 'logOff' as const),
      host: fc.integer({ min: 0, max: 2 }),
    }),
    fc.record({
      kind: fc.constantFrom('disconnect' as const, 'restart' as const, 'reimage' as const, 'forget' as const),
      host: fc.integer({ min: 0, max: 2 }),
    }),
  ),
  { maxLength: 25 },
);

test('Whatever is done to a pool, its people and the truth about it stay consistent.', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 50 }), async (script, seed) => {
      const cloud = await openCloud({ testHosts: 0, productionHosts: 3, people: 18, seed });
      cloud.arm.world.throttle.enabled = false;
      try {
        let before = await cloud.truth(POOL);
        for (const step of script) {
          await carriedOut(cloud, before, step);
          const after = await cloud.truth(POOL);
          check(before, after);
          before = after;
        }
      } finally {
        await cloud.close();
      }
    }),
    { numRuns: 40 },
  );
});

async function carriedOut(cloud: Cloud, truth: PoolTruth, step: Step): Promise<void> {
  if (step.kind === 'pass') return await cloud.pass(step.minutes);
  const host = truth.hosts[step.host];
  if (!host) return;
  const { sessionHosts, userSessions } = cloud.desktops;
  const { virtualMachineScaleSetVMs: instances } = cloud.compute;
  const { name, instanceId, sessions } = host;
  const drain = async (allowNewSession: boolean) =>
    await sessionHosts.update(GROUP, POOL, name, { sessionHost: { allowNewSession } });
  const sendMessage = { messageTitle: 'Leave', messageBody: 'Please.' };
  const acts: Record<typeof step.kind, () => Promise<unknown>> = {
    drain: () => drain(false),
    undrain: () => drain(true),
    tell: () =>
      Promise.all(
        sessions.map(({ id }) => userSessions.sendMessage(GROUP, POOL, name, String(id), { sendMessage })),
      ),
    logOff: () => Promise.all(sessions.map(({ id }) => userSessions.delete(GROUP, POOL, name, String(id)))),
    disconnect: () =>
      Promise.all(sessions.map(({ id }) => userSessions.disconnect(GROUP, POOL, name, String(id)))),
    restart: () => instances.restart(GROUP, 'vmss-production', instanceId).submitted(),
    reimage: () => instances.reimage(GROUP, 'vmss-production', instanceId).submitted(),
    forget: () => sessionHosts.delete(GROUP, POOL, name, { force: true }),
  };
  // What Azure refuses in this state is refused; the truth has to hold all the same.
  await acts[step.kind]().catch(() => {});
}

function check(before: PoolTruth, after: PoolTruth): void {
  const sessions = after.hosts.flatMap((host) => host.sessions);
  const working = sessions.filter(({ state }) => state !== 'LogOff' && state !== 'UserProfileDiskMounted');
  expect(new Set(working.map(({ user }) => user)).size, 'nobody is in two places').toBe(working.length);
  for (const host of after.hosts) expect(host.sessions.length).toBeLessThanOrEqual(10);
  const usable = after.hosts.filter((host) => host.usable).length * 10;
  expect(after.capacity.lowest, 'the lowest is no higher than what is usable now').toBeLessThanOrEqual(
    usable,
  );
  for (const [index, host] of after.hosts.entries()) {
    const earlier = before.hosts[index];
    const closed = earlier?.allowNewSession === false && host.allowNewSession === false;
    const newcomers = host.sessions.filter(({ id }) => !earlier?.sessions.some((one) => one.id === id));
    if (closed) expect(newcomers, 'nobody signs in to a draining host').toEqual([]);
    if (!host.usable && host.status !== 'Available') expect(newcomers).toEqual([]);
    expect(host.reimages).toBeGreaterThanOrEqual(earlier?.reimages ?? 0);
  }
}
