import { describe, expect, it } from 'vitest';
import type { Reading } from '../../shared/gates/course.ts';
import type { CheckPlan, ComparePlan, Probe, ProbePlan } from '../../shared/gates/gate.ts';
import { isLike, judgedComparison, judgedProbe } from '../../shared/gates/judge.ts';
import { readingOf } from '../../shared/gates/reading.ts';
import { channel, gateLab, gateOf, previous, versionId, wanted } from './gate-lab.ts';
import { answered } from './small-hosts.ts';

const planned = (probe: Probe): ProbePlan => ({
  kind: 'probe',
  hosts: 'all',
  timeoutMinutes: 10,
  probe,
});
const measured = (value: number, more: object = {}): Reading => ({
  outcome: 'measured',
  measured: value,
  evidence: 'of 3',
  ...more,
});
const none: Reading = { outcome: 'inconclusive', evidence: 'nobody' };
const broken: Reading = { outcome: 'errored', evidence: 'kaputt' };
const signIn = planned({ signIn: { maxSeconds: 30, last: 5, waitMinutes: 0 } });
const memory = planned({ memory: { maxMb: 4000 } });
const script = (more: object) => planned({ script: { text: '', reads: 'number', ...more } });

describe('a probe', () => {
  it.each<
    [what: string, plan: ProbePlan, readings: Record<string, Reading>, outcome: string, measured?: number]
  >([
    [
      'is within its threshold on every host',
      memory,
      { a: measured(3000), b: measured(4000) },
      'passed',
      4000,
    ],
    ['is beyond it on one', memory, { a: measured(3000), b: measured(4001) }, 'failed', 4001],
    ['could not be measured on one', memory, { a: measured(3000), b: none }, 'inconclusive', 3000],
    ['went wrong everywhere', memory, { a: broken, b: broken }, 'errored'],
    ['went wrong on one', memory, { a: measured(1), b: broken }, 'errored', 1],
    ['found a sign-in on one host and none on another', signIn, { a: measured(12), b: none }, 'passed', 12],
    ['found no sign-in anywhere', signIn, { a: none, b: none }, 'inconclusive'],
    ['found a sign-in, and went wrong elsewhere', signIn, { a: measured(12), b: broken }, 'errored', 12],
    ['is slow where it is known', signIn, { a: measured(31), b: none }, 'failed', 31],
    ['is as low as it must not be', script({ min: 5 }), { a: measured(4), b: measured(9) }, 'failed', 4],
    ['is as it must be', script({ equals: 5 }), { a: measured(5) }, 'passed', 5],
    ['is between', script({ min: 1, max: 5 }), { a: measured(3) }, 'passed', 3],
    [
      'finds nothing that should not be there',
      planned({ processes: { absent: ['x'] } }),
      { a: measured(0) },
      'passed',
      0,
    ],
    ['misses something', planned({ applications: { present: [] } }), { a: measured(1) }, 'failed', 1],
  ])('that %s', (_, plan, readings, outcome, value) => {
    const finding = judgedProbe(plan, readings);
    expect(finding.outcome).toBe(outcome);
    expect(finding.measured).toBe(value);
    expect(finding.evidence).not.toBe('');
  });
});

describe('a comparison with the version before', () => {
  const compare = (metric: ComparePlan['metric'], more: object = {}): ComparePlan => ({
    kind: 'compare',
    metric,
    tolerancePercent: 20,
    allowed: [],
    hosts: 1,
    timeoutMinutes: 10,
    ...more,
  });
  const before = { number: '1.0.0', measured: 100 };
  const packages = (items: readonly string[], count = items.length) =>
    ({ number: '1.0.0', measured: count, items }) as const;
  const readPackages = (items: readonly string[], count = items.length) => ({
    a: measured(count, { items }),
  });

  it('passes within its tolerance, by the middle of what the hosts say', () => {
    const readings = { a: measured(90), b: measured(120), c: measured(500) };
    expect(judgedComparison(compare('memoryMb'), readings, before)).toMatchObject({
      outcome: 'passed',
      measured: 120,
      threshold: 'at most 120: 20 % more than before',
      evidence: expect.stringContaining('1.0.0: 100'),
    });
    expect(judgedComparison(compare('memoryMb'), { a: measured(121) }, before).outcome).toBe('failed');
    expect(
      judgedComparison(compare('memoryMb'), { a: measured(90), b: measured(151) }, before).measured,
    ).toBe(120.5);
  });

  it('is skipped without a version before, and keeps what it measured for the next', () => {
    const finding = judgedComparison(compare('memoryMb'), { a: measured(90, { unit: 'MB' }) }, undefined);
    expect(finding).toMatchObject({ outcome: 'skipped', measured: 90, unit: 'MB' });
    expect(finding).not.toHaveProperty('hadNoHosts');
  });

  it('P3: is inconclusive where the version before was never measured, or this one cannot be', () => {
    expect(judgedComparison(compare('memoryMb'), { a: measured(1) }, { number: '1.0.0' }).outcome).toBe(
      'inconclusive',
    );
    expect(judgedComparison(compare('memoryMb'), { a: none }, before).outcome).toBe('inconclusive');
    expect(judgedComparison(compare('memoryMb'), { a: broken }, undefined).outcome).toBe('errored');
  });

  it('names the packages that have disappeared, but for those that may', () => {
    const plan = compare('packages', { allowed: ['old *'] });
    const was = packages(['Edge', 'Old Reader 9', 'Teams', 'Zoom']);
    expect(judgedComparison(plan, readPackages(['edge', 'New', 'Teams']), was)).toMatchObject({
      outcome: 'failed',
      evidence: 'not there any more since 1.0.0: Zoom',
    });
    expect(judgedComparison(plan, readPackages(['Edge', 'Teams', 'Zoom']), was)).toMatchObject({
      outcome: 'passed',
      items: ['Edge', 'Teams', 'Zoom'],
    });
  });

  it('P3: cannot tell of a list that was cut, but for what lies before its end', () => {
    const plan = compare('packages');
    const cut = readPackages(['A', 'C'], 9);
    expect(judgedComparison(plan, cut, packages(['A', 'C', 'X']))).toMatchObject({ outcome: 'inconclusive' });
    expect(judgedComparison(plan, cut, packages(['A', 'B', 'C', 'X']))).toMatchObject({
      outcome: 'failed',
      evidence: expect.stringMatching(/: B$/),
    });
  });

  it.each([
    ['Old Reader', 'old*', true],
    ['Old Reader', '*reader', true],
    ['Old Reader', 'o*d r*r', true],
    ['Old Reader', 'old', false],
    ['Old Reader', '*x*', false],
    ['aa', 'a*a*a', false],
    ['C++ (x64)', 'C++ (x64)', true],
  ])('knows %s by %s: %s', (name, pattern, is) => {
    expect(isLike(name, pattern)).toBe(is);
  });

  it('measures the first version, and holds the next against it', async () => {
    const { put, port, pass, hosts, world } = gateLab();
    await put([
      { name: 'memory', kind: 'compare', metric: 'memoryMb', tolerancePercent: 10 },
      { name: 'size', kind: 'compare', metric: 'imageSizeGb', tolerancePercent: 2 },
    ]);
    hosts.scriptFor = () => ({ seconds: 10, end: answered({ measured: 3000, unit: 'MB', evidence: '' }) });
    await port.ensureValidated({ ...wanted, ...previous });
    await pass(5, `${previous.versionId}.test.1`);
    expect(await port.latest(previous.versionId, channel)).toMatchObject({
      status: 'passed',
      checks: [
        { state: 'skipped', measured: 3000 },
        { state: 'skipped', measured: 100, unit: 'GB' },
      ],
    });
    hosts.scriptFor = () => ({ seconds: 10, end: answered({ measured: 3301, unit: 'MB', evidence: '' }) });
    await port.ensureValidated({ ...wanted, previous });
    await pass(5);
    expect(await port.latest(versionId, channel)).toMatchObject({
      status: 'failed',
      checks: [
        { state: 'failed', measured: 3301 },
        { state: 'failed', measured: 104 },
      ],
    });
    world.sizes.clear();
    await port.ensureValidated({ ...wanted, previous, attempt: 2 });
    await pass(5, `${versionId}.test.2`);
    expect((await port.latest(versionId, channel))?.checks[1]).toMatchObject({ state: 'inconclusive' });
  });
});

describe('what a script wrote', () => {
  const run = (more: object = {}) =>
    ({ state: 'Succeeded', exitCode: 0, output: '', error: '', ...more }) as const;
  const custom = (more: object) =>
    gateOf([{ name: 'c', kind: 'probe', script: { text: 'x', max: 1, ...more } }])
      .checks[0] as unknown as CheckPlan;

  const ours: CheckPlan = { name: 'memory', required: true, ...memory };

  it('is nothing while it runs', () => {
    expect(readingOf(ours, run({ state: 'Running', exitCode: undefined }))).toBeUndefined();
    expect(readingOf(ours, run({ state: 'Pending', exitCode: undefined }))).toBeUndefined();
  });

  it('is a number in the last line that is one, or how it ended', () => {
    const number = custom({ reads: 'number', unit: 'ms' });
    expect(readingOf(number, run({ output: '3\r\n12.5\r\nbye\n' }))).toMatchObject({
      measured: 12.5,
      unit: 'ms',
    });
    expect(readingOf(number, run({ output: 'none' }))).toMatchObject({ outcome: 'errored' });
    expect(readingOf(number, run({ output: '3', exitCode: 1, state: 'Failed' }))).toMatchObject({
      outcome: 'errored',
    });
    const exit = custom({ reads: 'exitCode' });
    expect(readingOf(exit, run({ exitCode: 7, state: 'Failed', error: 'seven' }))).toMatchObject({
      outcome: 'measured',
      measured: 7,
      evidence: 'seven',
    });
    expect(readingOf(exit, run({ exitCode: undefined, state: 'Failed' }))).toMatchObject({
      outcome: 'errored',
    });
  });

  it('X8: is kept without what looks like a secret, and no more of it than tells', () => {
    const output = `${'x'.repeat(5000)} sig=abcdef123 token=topsecret`;
    const { evidence = '' } = readingOf(custom({ reads: 'exitCode' }), run({ output })) ?? {};
    expect(evidence).not.toMatch(/abcdef123|topsecret/);
    expect(evidence.length).toBeLessThanOrEqual(600);
  });

  it('is not believed where it is no answer of ours', () => {
    for (const output of [
      '{"measured":1}',
      '{"goldsmith":1}',
      '{"goldsmith":1,"measured":"many"}',
      '{oops',
      '',
    ]) {
      expect(readingOf(ours, run({ output }))).toMatchObject({ outcome: 'errored' });
    }
  });
});
