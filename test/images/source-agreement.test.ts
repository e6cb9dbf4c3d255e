import { describe, expect, it } from 'vitest';
import { type Case, walkThrough } from './source-case.ts';
import { notUsable } from './source-state-cases.ts';
import { otherThanDefined, plan, planned, supported } from './source-trait-cases.ts';
import { plan as anyPlan } from './versions.ts';
import { walk } from './walk.ts';

describe('before anything is created, a version is refused for', () => {
  for (const [title, refusal] of Object.entries({ ...otherThanDefined, ...notUsable })) {
    it(`${title}: ${refusal.code}`, async () => {
      const walked = walkThrough(refusal);
      const found = await walked.look('resolve');
      const { code, says } = refusal;
      expect(found).toMatchObject({
        status: 'failed',
        failure: { code, message: expect.stringMatching(says) },
      });
      expect(walked.bench.left()).toEqual({ things: [], versions: [], missing: [] });
      expect(walked.bench.counts).toEqual({ created: 0, restarted: 0, captured: 0 });
    });
  }
});

describe('a version is not refused for', () => {
  const taken: Readonly<Record<string, Omit<Case, 'code' | 'says'>>> = {
    'a purchase plan that is the source’s': {
      from: 'gallery version',
      plan: planned('gold'),
      found: { galleryVersion: { plan } },
    },
    'a purchase plan that the source brings and the set does not mention': {
      from: 'marketplace',
      found: { marketplace: { plan } },
    },
    'a purchase plan of a VHD, which cannot say': {
      from: 'VHD, straight',
      plan: { ...planned('gold'), ...supported },
    },
    'a gallery version of elsewhere that has a copy here': {
      from: 'gallery version',
      found: { galleryVersion: { location: 'eastus' } },
    },
    'a disk of unknown processor': { from: 'disk, copied', found: { disk: { architecture: undefined } } },
    'an OS disk of 2 TB that is only copied within its region': {
      from: 'disk, imported',
      plan: { replicationMode: 'Shallow' },
      found: { disk: { sizeGB: 2048 } },
    },
  };
  for (const [title, it_] of Object.entries(taken)) {
    it(title, async () => {
      expect(await walkThrough({ ...it_, code: '', says: /./ }).look('resolve')).toMatchObject({
        status: 'done',
      });
    });
  }
});

describe('a source that was resolved', () => {
  it('V3: is not looked up again, so that a retry starts from the same bytes', async () => {
    const walked = walk(anyPlan);
    await walked.look('resolve');
    const { source } = walked.version().facts;
    expect(source).toMatchObject({ kind: 'marketplace', exact: { version: '26100.1.1' } });
    const again = walk(anyPlan, () => ({ marketplace: { exactVersion: async () => undefined } }));
    again.learn(source ? { source } : {});
    expect(await again.look('resolve')).toMatchObject({ status: 'done' });
  });

  it('carries its purchase plan to machine and definition', async () => {
    const walked = walkThrough({
      from: 'marketplace',
      found: { marketplace: { plan } },
      code: '',
      says: /./,
    });
    for (const stage of ['resolve', 'prepare', 'provision'] as const) await walked.stage(stage);
    expect(walked.version().facts.source).toMatchObject({ plan });
    expect(await walked.bench.ports.gallery.findDefinition({} as never)).toMatchObject({
      purchasePlan: plan,
    });
  });
});
