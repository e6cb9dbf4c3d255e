import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GROUP, openCloud, type Cloud, type PoolTruth } from './support/cloud.ts';
import { personalPool } from './support/personal.ts';

const POOL = 'hp-own';

const step = fc.record({
  kind: fc.constantFrom('pass', 'drain', 'undrain', 'logOff', 'deallocate', 'restart', 'reimage', 'forget'),
  host: fc.integer({ min: 0, max: 3 }),
  minutes: fc.integer({ min: 1, max: 120 }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

test('Whatever is done to personal desktops, each is one user’s and takes nobody else.', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 20 }),
      fc.boolean(),
      fc.boolean(),
      async (script, isDirect, startVMOnConnect) => {
        const cloud = await openCloud({ testHosts: 0, productionHosts: 0, people: 0, flexHosts: 1 });
        cloud.arm.world.throttle.enabled = false;
        try {
          const assignment = isDirect ? 'Direct' : 'Automatic';
          await personalPool(cloud, POOL, { hosts: 4, people: 3, assignment, startVMOnConnect });
          let before = await cloud.truth(POOL);
          for (const one of script) {
            await carriedOut(cloud, before, one);
            const after = await cloud.truth(POOL);
            check(before, after, isDirect);
            before = after;
          }
        } finally {
          await cloud.close();
        }
      },
    ),
    { numRuns: 15 },
  );
});

async function carriedOut(cloud: Cloud, truth: PoolTruth, { kind, host, minutes }: Step): Promise<void> {
  const target = truth.hosts[host];
  if (kind === 'pass' || !target) return await cloud.pass(minutes);
  const { name, instanceId, sessions } = target;
  const { sessionHosts, userSessions } = cloud.desktops;
  const { virtualMachines, virtualMachineScaleSets: sets } = cloud.compute;
  const vmScaleSetReimageInput = { instanceIds: [instanceId] };
  const acts: Record<typeof kind, () => Promise<unknown>> = {
    drain: () => sessionHosts.update(GROUP, POOL, name, { sessionHost: { allowNewSession: false } }),
    undrain: () => sessionHosts.update(GROUP, POOL, name, { sessionHost: { allowNewSession: true } }),
    logOff: () => Promise.all(sessions.map(({ id }) => userSessions.delete(GROUP, POOL, name, String(id)))),
    deallocate: () => virtualMachines.deallocate(GROUP, instanceId).submitted(),
    restart: () => virtualMachines.restart(GROUP, instanceId).submitted(),
    reimage: () => sets.reimage(GROUP, 'vmss-flex', { vmScaleSetReimageInput }).submitted(),
    forget: () => sessionHosts.delete(GROUP, POOL, name, { force: true }),
  };
  // What Azure refuses in this state is refused; the truth has to hold all the same.
  await acts[kind]().catch(() => {});
  await cloud.pass(1);
}

function check(before: PoolTruth, after: PoolTruth, isDirect: boolean): void {
  const owners = after.hosts.map(({ assignedUser }) => assignedUser).filter((user) => user !== null);
  expect(new Set(owners).size, 'nobody has two').toBe(owners.length);
  for (const [index, host] of after.hosts.entries()) {
    expect(host.sessions.length).toBeLessThanOrEqual(1);
    for (const { user } of host.sessions) expect(user, 'only its user signs in').toBe(host.assignedUser);
    const earlier = before.hosts[index];
    const newcomers = host.sessions.filter(({ id }) => !earlier?.sessions.some((one) => one.id === id));
    const closed = earlier?.allowNewSession === false && host.allowNewSession === false;
    if (closed) expect(newcomers, 'nobody signs in to a draining desktop').toEqual([]);
    const stays = earlier?.registered === true && host.registered && earlier.assignedUser !== null;
    if (stays) expect(host.assignedUser, 'a desktop stays its user’s').toBe(earlier.assignedUser);
  }
  if (isDirect) expect(after.users.astray).toEqual([]);
  const usable = after.hosts.filter((host) => host.usable).length;
  expect(after.capacity.lowest).toBeLessThanOrEqual(usable);
}
