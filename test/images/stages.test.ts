import { describe, expect, it } from 'vitest';
import type { Version } from '../../shared/images/image.ts';
import { ensureReplicated } from '../../shared/images/replicate.ts';
import type { Channels } from '../../shared/images/roll-out.ts';
import { ensureValidated } from '../../shared/images/validate.ts';
import type { Facts } from '../../shared/images/version.ts';
import type { EnsureStage } from '../../shared/workflow/look.ts';
import { smallBench } from './small-bench.ts';
import { after, noon } from './versions.ts';

/** One look at a stage of a version that knows these facts. */
async function look(stage: EnsureStage<Version, Facts>, facts: Partial<Facts> = {}) {
  const version = after();
  return await stage({
    id: 'win11.1.0.0',
    work: { ...version, facts },
    now: noon,
    since: noon,
    intent: undefined,
  });
}

const { gallery } = smallBench(() => noon).ports;
const version = (change: object) => ({
  ...gallery,
  findVersion: async () => ({
    id: 'v',
    provisioningState: 'Creating',
    excludeFromLatest: true,
    owner: 'win11.1.0.0',
    regions: {},
    ...change,
  }),
});
const checked = (outcome: 'passed' | 'failed' | 'inconclusive'): Channels => ({
  ensureRolledOut: async () => ({ status: 'done', rollouts: [] }),
  stopRollouts: async () => ({ status: 'done' }),
  checkHosts: async () => [{ name: 'DomainTrustCheck', host: 'h', outcome, evidence: 'no trust' }],
});

describe('replication', () => {
  it('that fails in a region: ReplicationFailed', async () => {
    const regions = { northeurope: { state: 'failed', percent: 3 } };
    expect(await look(ensureReplicated(version({ regions })))).toMatchObject({
      status: 'failed',
      failure: { code: 'ReplicationFailed' },
    });
  });

  it('of a version that is gone: ReplicationFailed', async () => {
    expect(await look(ensureReplicated(gallery))).toMatchObject({ failure: { code: 'ReplicationFailed' } });
  });

  it('tells the history of a region that is complete, once', async () => {
    const regions = {
      westeurope: { state: 'completed', percent: 100 },
      northeurope: { state: 'replicating', percent: 90 },
    } as const;
    const stage = ensureReplicated(version({ regions }));
    const first = await look(stage);
    expect(first).toMatchObject({
      status: 'running',
      news: 'westeurope completed',
      waitingFor: 'northeurope (90 %)',
    });
    const again = await look(stage, 'facts' in first && first.facts ? first.facts : {});
    expect(again).not.toHaveProperty('news');
  });
});

describe('validation', () => {
  const known = { imageVersionId: 'v' };

  it('P1: when a check of a host has failed: HealthCheckFailed', async () => {
    const found = await look(ensureValidated(checked('failed')), known);
    expect(found).toMatchObject({ status: 'failed', failure: { code: 'HealthCheckFailed' } });
  });

  it('P1: waits while a check is inconclusive', async () => {
    const found = await look(ensureValidated(checked('inconclusive')), known);
    expect(found).toMatchObject({ status: 'running', waitingFor: 'DomainTrustCheck on h: no trust' });
  });

  it('is done when every check has passed', async () => {
    expect(await look(ensureValidated(checked('passed')), known)).toMatchObject({ status: 'done' });
  });
});
