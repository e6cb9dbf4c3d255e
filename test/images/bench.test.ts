import { describe, expect, it } from 'vitest';
import { emptyBench } from '../../shared/images/empty-bench.ts';
import { benchName } from '../../shared/images/names.ts';
import { planWith } from './small/sources.ts';
import { plan } from './versions.ts';
import { walk } from './walk.ts';

const group = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-images/providers';
const id = (type: string, suffix = '') => `${group}/${type}/gm-win11-1-0-0${suffix}`;
const vm = id('Microsoft.Compute/virtualMachines');
const nic = id('Microsoft.Network/networkInterfaces', '-nic');
const osDisk = id('Microsoft.Compute/disks', '-os');
const snapshot = id('Microsoft.Compute/snapshots', '-os-snap');
const copy = id('Microsoft.Compute/disks', '-os-copy');

describe('before anything is made on the bench', () => {
  it('X2: every part is on record', async () => {
    const walked = walk(planWith(plan, 'disk, copied'));
    await walked.stage('resolve');
    const first = await walked.look('prepare');
    expect(first).toMatchObject({ status: 'running', facts: { benchParts: [snapshot, copy, vm, nic] } });
    expect(walked.bench.left().things).toEqual([]);
  });

  for (const [name, kind, taken] of [
    ['a VM', 'machine', vm],
    ['a NIC', 'nic', nic],
    ['a disk', 'disk', copy],
    ['a snapshot', 'snapshot', snapshot],
  ] as const) {
    it(`${name} of that name that is not ours stops it, and is never touched`, async () => {
      const walked = walk(planWith(plan, 'disk, copied'));
      walked.bench.addForeign(taken, kind);
      await walked.stage('resolve');
      const prepared = await walked.stage('prepare');
      const stopped = prepared.status === 'done' ? await walked.stage('provision') : prepared;
      expect(stopped).toMatchObject({ status: 'failed', failure: { code: 'ForeignResource' } });
      walked.pass(300);
      expect(await walked.stage('clean-up')).toMatchObject({ status: 'done' });
      expect(walked.bench.left().things).toEqual([taken]);
    });
  }

  it('a disk that Azure would name like its own is foreign, tag or no tag', async () => {
    const walked = walk();
    walked.bench.addForeign(osDisk, 'disk', 'win11.1.0.0');
    await walked.stage('resolve');
    expect(await walked.stage('prepare')).toMatchObject({ failure: { code: 'ForeignResource' } });
  });

  it('what carries our tag is ours, from a look that died', async () => {
    const walked = walk(planWith(plan, 'disk, copied'));
    walked.bench.addForeign(snapshot, 'snapshot', 'win11.1.0.0');
    await walked.stage('resolve');
    expect(await walked.stage('prepare')).toMatchObject({ status: 'done' });
  });
});

describe('copies', () => {
  it('that fail end the version with Azure’s reason', async () => {
    const walked = walk(planWith(plan, 'disk, copied'));
    await walked.stage('resolve');
    await walked.look('prepare');
    await walked.look('prepare');
    walked.bench.fail(snapshot, 'CopyFailed: the source went away');
    expect(await walked.stage('prepare')).toMatchObject({
      failure: {
        code: 'SourceCopyFailed',
        message: 'Azure could not make snapshot gm-win11-1-0-0-os-snap: CopyFailed: the source went away.',
      },
    });
    expect(await walked.stage('clean-up')).toMatchObject({ status: 'done' });
    expect(walked.bench.left().things).toEqual([]);
  });
});

describe('an emptied bench', () => {
  const owner = 'win11.1.0.0';

  it('says what is left, and deletes a disk and a NIC that a VM left behind', async () => {
    const walked = walk();
    walked.bench.addForeign(osDisk, 'disk');
    walked.bench.addForeign(nic, 'nic', owner);
    const parts = [osDisk, vm, nic];
    expect(await emptyBench(walked.bench.ports, owner, parts)).toEqual({ left: [osDisk, nic] });
    walked.pass(60);
    expect(await emptyBench(walked.bench.ports, owner, parts)).toEqual({ left: [] });
    expect(walked.bench.left().things).toEqual([]);
  });

  it('leaves alone what has our name and somebody else’s tag, or none', async () => {
    const walked = walk();
    walked.bench.addForeign(osDisk, 'disk', 'somebody');
    walked.bench.addForeign(nic, 'nic');
    walked.bench.addForeign(vm, 'machine', 'win11.2.0.0');
    expect(await emptyBench(walked.bench.ports, owner, [osDisk, vm, nic])).toEqual({ left: [] });
    walked.pass(600);
    expect(walked.bench.left().things.toSorted()).toEqual([osDisk, vm, nic].toSorted());
  });

  it('tries every part, whatever one of them says, and tells the first refusal', async () => {
    const walked = walk();
    for (const one of [osDisk, copy]) walked.bench.addForeign(one, 'disk', owner);
    const { parts, machines } = walked.bench.ports;
    const removed: string[] = [];
    const locked = {
      ...parts,
      remove: async (part: string) => {
        removed.push(part);
        await parts.remove(`${part}-of-nothing`);
      },
    };
    expect((await emptyBench({ machines, parts: locked }, owner, [osDisk, copy])).left).toEqual([
      osDisk,
      copy,
    ]);
    expect(removed).toEqual([osDisk, copy]);
  });

  it('keeps snapshots until nothing is left that is made from them', async () => {
    const walked = walk();
    walked.bench.addForeign(copy, 'disk', owner);
    walked.bench.addForeign(snapshot, 'snapshot', owner);
    await emptyBench(walked.bench.ports, owner, [snapshot, copy]);
    expect(walked.bench.left().things).toEqual([copy, snapshot]);
    walked.pass(60);
    expect((await emptyBench(walked.bench.ports, owner, [snapshot, copy])).left).toEqual([snapshot]);
  });
});

describe('the names of a bench', () => {
  it('are told apart by attempt, and fit into what Azure allows', () => {
    const { version } = walk();
    const named = (set: string, number: `${number}.${number}.${number}`, attempt?: number) =>
      benchName({ ...version(), set, number, facts: attempt === undefined ? {} : { attempt } });
    expect(named('win11', '1.0.0')).toBe('gm-win11-1-0-0');
    expect(named('win11', '1.0.0', 2)).toBe('gm-win11-1-0-0-r2');
    const long = 'a'.repeat(40);
    const names = [1, 2, 3].map((attempt) => named(long, '2147483647.2147483647.2147483647', attempt));
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]{1,60}$/);
  });
});
