import { expect, it } from 'vitest';
import { operationIn } from '../../shared/operations/monitor.ts';
import { ending } from '../../shared/rollouts/ending.ts';
import type { Rollout, RolloutEvent } from '../../shared/rollouts/rollout.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import { factsOfRollouts } from '../../shared/wiring/facts-of-desktops.ts';
import { monitorsOfRollouts } from '../../shared/wiring/monitors-of-desktops.ts';
import { evenTempered } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';

it('a rollout that succeeded says whom it left in quarantine, why, and where to look', async () => {
  const { asks, azure, end, insight } = await poolOf(3);
  const ill = azure.fleet.get('1');
  if (ill) ill.temper = { ...evenTempered, isIll: true };
  await asks.definePool('pool', { ...body, policy: { ...body.policy, maxFailed: 1 } });
  const { id } = await asks.startRollout('pool', start, 'r');
  expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
  const { because, youCan } = await insight.explain(id);
  expect(because[0]?.message).toMatch(
    /^every host has come to its end; not on the version: avd-1 \(quarantined: .*DomainTrustCheck/,
  );
  expect(youCan).toContain(`see why hosts failed, and what each needs: GET /rollouts/${id}/hosts`);
  const again = `POST /rollouts/${id}/hosts/avd-1/retry`;
  expect(youCan).toContain(`try avd-1 again: ${again}`);
  const line = { at: '', event: { type: 'requested' } as RolloutEvent };
  const state = await asks.rollout(id);
  const operation = operationIn(monitorsOfRollouts.rollout, { state, history: [line], of: id }, 1);
  const warning = { code: 'HostLost', message: expect.stringContaining(again), target: 'avd-1' };
  expect(operation?.stand).toEqual({ status: 'Succeeded', warnings: [warning] });
  const [told] = [factsOfRollouts['stage-done']].map((tell) =>
    typeof tell === 'function'
      ? tell({ stage: 'roll' } as never, state, { ...state, phase: 'running' } as never, id)
      : [],
  );
  expect(told).toMatchObject([{ type: 'rollout.completed', data: { lost: 1, lostHosts: ['avd-1'] } }]);
});

it('a rollout with surge names the host that it added and could not take away, however it ended', () => {
  const at = '2026-01-05T12:00:00.000Z';
  const record: HostRecord = {
    instanceId: 'avd-4',
    name: 'avd-4',
    sessionHost: 'avd-4',
    outcome: 'failed',
    why: 'a lock keeps its machine',
    admittedAt: at,
    task: 'retire',
    told: 0,
    loggedOff: 0,
    seconds: { users: 0, azure: 0, own: 0 },
  };
  const of = (hosts: readonly HostRecord[]) => {
    const facts = { hosts: Object.fromEntries(hosts.map((one) => [one.instanceId, one])) };
    const link = body;
    const known = { pool: 'pool', link, version: { number: '1.1.0', imageVersionId: '' }, facts };
    const requested = { by: 'ann', at, reason: '' };
    return { ...known, requested, phase: 'succeeded', at } satisfies Rollout;
  };
  const tooMany =
    'there is one host more than before: avd-4 (failed: a lock keeps its machine): drain it, take it out of the pool and delete its machine';
  expect(ending(of([record])).message).toBe(`every host has come to its end; ${tooMany}`);
  const aborted = { ...of([record]), phase: 'aborted' as const, by: 'ann', reason: 'no' };
  expect(ending(aborted).message).toBe(`aborted by ann: no; ${tooMany}`);
  const gone = [
    { ...record, outcome: 'done' as const },
    { ...record, instanceId: 'b', for: 'avd-4' },
  ];
  expect(ending(of(gone)).message).toMatch(/not on the version: avd-4/);
});
