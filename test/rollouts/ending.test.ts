import { expect, it } from 'vitest';
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
});
