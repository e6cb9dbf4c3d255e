import { describe, expect, it } from 'vitest';
import { baseOf, diffOf } from '../../shared/images/diff.ts';
import type { Version } from '../../shared/images/image.ts';
import type { ImageSetPlan } from '../../shared/images/image-set.ts';
import type { Finding } from '../../shared/images/inspection.ts';
import type { Facts } from '../../shared/images/version.ts';
import type { VersionNumber } from '../../shared/images/version-number.ts';
import { days, keptWorld, put, set } from './kept-world.ts';
import { after, built, canceled, noon, plan } from './versions.ts';

interface More {
  readonly plan?: Partial<ImageSetPlan>;
  readonly facts?: Facts;
  readonly recipe?: { readonly revision: number; readonly hash: string };
  readonly notes?: string;
}
function version(number: VersionNumber, { plan: changed, facts, recipe, notes }: More = {}): Version {
  const one = after(...built());
  const requested = { ...one.requested, ...(recipe && { recipe }), ...(notes !== undefined && { notes }) };
  return { ...one, number, requested, plan: { ...one.plan, ...changed }, facts: { ...one.facts, ...facts } };
}
const diff = (base: Version, other: Version) => diffOf(base, other, [base, other]);
const finding = (rule: string, outcome: Finding['outcome']): Finding => ({
  rule,
  weight: 'required',
  outcome,
  evidence: 'seen',
});
const exact = (build: string) => ({
  source: {
    kind: 'marketplace',
    way: 'image',
    exact: { publisher: 'p', offer: 'o', sku: 's', version: build },
    osState: 'Generalized',
    dataDisks: [],
  } as const,
});

describe('what changed from one version to the next', () => {
  it('is nothing where nothing did', () => {
    expect(diff(version('1.0.0'), version('1.1.0'))).toMatchObject({
      id: 'win11.1.1.0',
      version: '1.1.0',
      base: '1.0.0',
      isBuiltFromBase: false,
      summary: 'Nothing changed that is on record.',
      source: [],
      recipe: [],
      plan: [],
      regions: [],
      findings: [],
      notes: [],
    });
  });

  it('is the exact source, though both asked for latest', () => {
    const [before, now] = [version('1.0.0', { facts: exact('1') }), version('1.1.0', { facts: exact('2') })];
    expect(diff(before, now)).toMatchObject({
      source: [{ what: 'exact', before: 'p:o:s:1', after: 'p:o:s:2' }],
      plan: [],
      summary: 'Changed: another source.',
    });
  });

  it('is the recipe by the names of its steps: new, gone, other, and in another order', () => {
    const [apps, optimise] = plan.recipe;
    if (!apps || !optimise) throw new Error('the recipe has two steps');
    const teams = { ...apps, name: 'teams' };
    const longer = { ...optimise, timeoutMinutes: 90 };
    const [one, two] = [
      { revision: 1, hash: 'abc' },
      { revision: 2, hash: 'def' },
    ];
    const before = version('1.0.0', { recipe: one });
    const now = version('1.1.0', { recipe: two, plan: { recipe: [longer, teams] } });
    expect(diff(before, now).recipe).toEqual([
      { what: 'revision', before: 1, after: 2 },
      { what: 'hash', before: 'abc', after: 'def' },
      { what: 'step apps', before: apps },
      { what: 'step optimise', before: optimise, after: longer },
      { what: 'step teams', after: teams },
    ]);
    const turned = version('1.1.0', { recipe: two, plan: { recipe: plan.recipe.toReversed() } });
    expect(diff(before, turned).recipe.at(-1)).toEqual({
      what: 'order of the steps that both have',
      before: ['apps', 'optimise'],
      after: ['optimise', 'apps'],
    });
  });

  it('is the plan field by field, with the regions beside it', () => {
    const [west] = plan.regions;
    if (!west) throw new Error('the set has regions');
    const bench = { ...plan.bench, vmSize: 'Standard_D8s_v5' };
    const more = { ...west, replicas: 3 };
    const now = version('1.1.0', { plan: { bench, regions: [more], endOfLifeDays: 90 } });
    expect(diff(version('1.0.0'), now)).toMatchObject({
      plan: [
        { what: 'bench.vmSize', before: plan.bench.vmSize, after: 'Standard_D8s_v5' },
        { what: 'endOfLifeDays', after: 90 },
      ],
      regions: [
        { what: 'westeurope', before: west, after: more },
        { what: 'northeurope', before: plan.regions[1] },
      ],
      summary: 'Changed: 2 of plan, 2 of regions.',
    });
  });

  it('says nothing of fields that are only written in another order', () => {
    const reversed = Object.fromEntries(Object.entries(plan.definition).toReversed());
    const now = version('1.1.0', { plan: { definition: reversed as unknown as ImageSetPlan['definition'] } });
    expect(diff(version('1.0.0'), now).plan).toEqual([]);
  });

  it('is what the inspection finds now and did not, and no longer finds', () => {
    const before = version('1.0.0', {
      facts: { findings: [finding('a', 'failed'), finding('b', 'waived'), finding('c', 'passed')] },
    });
    const now = version('1.1.0', {
      facts: { findings: [finding('b', 'waived'), finding('c', 'inconclusive')] },
    });
    const { findings } = diff(before, now);
    expect(findings.map(({ what }) => what)).toEqual(['a', 'c']);
    expect(findings[0]).not.toHaveProperty('after');
    expect(findings[1]).toMatchObject({ after: { outcome: 'inconclusive', evidence: 'seen' } });
  });

  it('is how long things took, and the notes', () => {
    const steps = (seconds: number) => [{ name: 'apps', exitCode: 0, seconds, tail: '', attempts: 1 }];
    const before = version('1.0.0', { facts: { steps: steps(60), benchGoneAt: days(1) }, notes: 'first' });
    const now = version('1.1.0', { facts: { steps: steps(90), benchGoneAt: days(1) }, notes: 'new Teams' });
    expect(diff(before, now)).toMatchObject({
      measured: [{ what: 'step apps', before: 60, after: 90 }],
      notes: [{ what: 'notes', before: 'first', after: 'new Teams' }],
      summary: 'Changed: another note.',
    });
  });

  it('is asked of the newest version before it that was ever finished', () => {
    const never = { ...after(canceled), number: '1.2.0' } as Version;
    const versions = [version('1.10.0'), version('1.9.0'), version('1.1.0'), never];
    expect(baseOf(version('1.10.0'), versions)?.number).toBe('1.9.0');
    expect(baseOf(version('1.3.0'), versions)?.number).toBe('1.1.0');
    expect(baseOf(version('1.1.0'), versions)).toBeUndefined();
  });

  it('is asked by number, and refused where there is nothing to compare with', async () => {
    const world = keptWorld({ now: () => noon, rooms: [] });
    await world.define();
    for (const number of ['1.0.0', '1.1.0', '1.2.0'] as const) await put(world, number);
    expect(await world.keep.diff(set, '1.2.0')).toMatchObject({ base: '1.1.0' });
    expect(await world.keep.diff(set, '1.2.0', '1.0.0')).toMatchObject({ base: '1.0.0' });
    const first = world.keep.diff(set, '1.0.0');
    await expect(first).rejects.toMatchObject({ code: 'NotFound', target: 'base' });
    await expect(world.keep.diff(set, '1.0.0', '9.0.0')).rejects.toMatchObject({ code: 'NotFound' });
  });
});
