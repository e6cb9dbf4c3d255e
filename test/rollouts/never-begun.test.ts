import { expect, it } from 'vitest';
import { endHost } from '../../shared/rollouts/tell-hosts.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import { poolOf, start } from './pool-of.ts';

const revoked = { by: 'ann', reason: 'enough' };
const none = { host: undefined, standings: [], revoked };

/** A rollout of one host that has ended, and a host of it that it had admitted and never told. */
async function admitted() {
  const { asks, azure, end, fleet, seen, world } = await poolOf(1);
  const { id } = await asks.startRollout('pool', start, 'r');
  const [work] = await end();
  const [of] = await asks.hostsOf(id);
  if (!work || !of) throw new Error('nothing was rolled');
  azure.add('7');
  const record: HostRecord = {
    ...of,
    name: 'avd-7',
    instanceId: '7',
    sessionHost: 'avd-7',
    outcome: 'admitted',
  };
  const host = async () => (await seen.hosts.load(`${id}.7`))?.state;
  const { hostApi } = fleet;
  return { azure, hostApi, host, look: { id, work }, record, world };
}

it('a host that was admitted and never told is over as it begins', async () => {
  const { azure, hostApi, host, look, record, world } = await admitted();
  world.start(async () => await endHost(hostApi, look, record, none));
  await world.passUntil(() => false, { days: 1 });
  const work = await host();
  expect(work).toMatchObject({ phase: 'put-back', ...revoked });
  // No look was ever taken at it.
  expect(work?.heardAt).toBe(work?.startedAt);
  expect(azure.fleet.get('7')?.machine.tags).toEqual({ team: 'desktops' });
});

it('is put back like any other where a late look had told it', async () => {
  const { azure, hostApi, host, look, record, world } = await admitted();
  const [other] = await hostApi.standings(look.id);
  const plan = (await hostApi.host(other?.id ?? ''))?.plan;
  if (!plan) throw new Error('no plan');
  const name = 'avd-7';
  const machine = { ...plan.machine, instanceId: '7' };
  world.start(async () => {
    await hostApi.ensureAdmitted(`${look.id}.7`, { ...plan, name, machine, sessionHost: name });
    world.start(async () => await endHost(hostApi, look, record, none), 90);
  });
  await world.passUntil(() => azure.desktop.isOpen(name) === false, { days: 1 });
  expect((await host())?.phase).toBe('running');
  await world.passUntil(() => false, { days: 1 });
  expect(await host()).toMatchObject({ phase: 'put-back', ...revoked });
  expect(azure.desktop.isOpen(name)).toBe(true);
});
