import { describe, expect, it } from 'vitest';
import type { Version } from '../../shared/images/image.ts';
import { type Copies, ensureReplicated } from '../../shared/images/replicate.ts';
import type { Facts } from '../../shared/images/version.ts';
import type { EnsureStage } from '../../shared/workflow/look.ts';
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

type Standing = Awaited<ReturnType<Copies['want']>>;
type Copy = Standing['copies'][number];
const copy = (name: string, state: Copy['state'], more: Partial<Copy> = {}): Copy => ({
  name,
  state,
  percent: state === 'completed' ? 100 : 40,
  required: true,
  ...more,
});
const copies = (...copies: Copy[]): Copies => ({ want: async () => ({ isGone: false, copies }) });
const captured = { imageVersionId: '/v' };

describe('replication', () => {
  it.each(['ReplicationFailed', 'ReplicationStalled'] as const)(
    'of which a required region is given up: %s, and which',
    async (code) => {
      const failure = { code, message: 'northeurope stands still', remedy: '' };
      const stage = ensureReplicated(
        copies(copy('westeurope', 'completed'), copy('northeurope', 'blocking', { failure })),
      );
      expect(await look(stage, captured)).toMatchObject({
        status: 'failed',
        failure: { code, message: 'northeurope stands still' },
        facts: { regions: { northeurope: { state: 'blocking' } } },
      });
    },
  );

  it('of a version that is gone: ReplicationFailed', async () => {
    const gone: Copies = { want: async () => ({ isGone: true, copies: [] }) };
    expect(await look(ensureReplicated(gone), captured)).toMatchObject({
      failure: { code: 'ReplicationFailed' },
    });
  });

  it('tells the history of a region that is complete, once', async () => {
    const stage = ensureReplicated(
      copies(copy('westeurope', 'completed'), copy('northeurope', 'replicating', { percent: 90 })),
    );
    const first = await look(stage, captured);
    expect(first).toMatchObject({
      status: 'running',
      news: 'westeurope completed',
      waitingFor: 'northeurope (90 %)',
    });
    const again = await look(stage, { ...captured, ...('facts' in first && first.facts) });
    expect(again).not.toHaveProperty('news');
  });

  it('goes on without a region that is not required', async () => {
    const optional = { required: false };
    const stage = ensureReplicated(
      copies(
        copy('westeurope', 'completed'),
        copy('northeurope', 'stalled', optional),
        copy('uksouth', 'abandoned', optional),
      ),
    );
    expect(await look(stage, captured)).toMatchObject({
      status: 'done',
      facts: { regions: { northeurope: { state: 'stalled', required: false } } },
    });
  });

  it('wants the region of the bench, whatever the set says of it', async () => {
    let asked: Parameters<Copies['want']>[0] | undefined;
    const stage = ensureReplicated({
      want: async (wanted) => {
        asked = wanted;
        return { isGone: false, copies: [] };
      },
    });
    await look(stage, captured);
    expect(asked).toMatchObject({
      version: { source: 'westeurope', imageVersionId: '/v', isShallow: false },
      regions: { westeurope: { required: true, replicas: 1 }, northeurope: { required: true } },
      stageAt: noon,
    });
  });
});
