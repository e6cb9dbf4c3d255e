import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { ensureAdmitted, leavingBench, leftBench, waitingForQuota } from '../../shared/images/admit.ts';
import {
  type BenchPlaces,
  type BenchPlacesEvent,
  benchPlacesLife,
  type Priority,
} from '../../shared/images/bench-places.ts';
import type { SizeInRegion } from '../../shared/images/capacity.ts';
import type { Version } from '../../shared/images/image.ts';
import { benchPlaces } from '../../shared/images/places.ts';
import type { ResolvedSource } from '../../shared/images/source.ts';
import { done, type EnsureVersionStage, running } from '../../shared/images/stage.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { after, noon } from './versions.ts';

const source: ResolvedSource = {
  kind: 'marketplace',
  way: 'image',
  exact: { publisher: 'p', offer: 'o', sku: 's', version: '1.2.3' },
  osState: 'Generalized',
  dataDisks: [{ lun: 0, from: { empty: { sizeGB: 64 } } }],
};
const lent = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm-golden';
const size: SizeInRegion = {
  known: true,
  vCPUs: 4,
  family: 'standardDSv5Family',
  generations: ['V1', 'V2'],
  architecture: 'x64',
  trustedLaunch: true,
  maxDataDisks: 8,
  quota: [
    { name: 'Total Regional vCPUs', used: 10, limit: 100 },
    { name: 'Standard DSv5 Family vCPUs', used: 10, limit: 20 },
  ],
};

interface Who {
  readonly set?: string;
  readonly number?: Version['number'];
  readonly priority?: Priority;
  readonly way?: ResolvedSource['way'];
  readonly attempt?: number;
}

function version({ set = 'win11', number = '1.0.0', priority = 'normal', way = 'image', attempt }: Who = {}) {
  const { requested, ...rest } = after();
  const exact = way === 'in-place' ? { id: lent } : source.exact;
  const facts = { source: { ...source, way, exact }, ...(attempt !== undefined && { attempt }) };
  return { ...rest, set, number, requested: { ...requested, priority }, facts } as Version;
}

/** A subscription with so many places, in a region where the size is as said. */
function bench(most: number, found: Partial<SizeInRegion> = {}) {
  const now = () => noon;
  const store = new WorkflowStore<BenchPlaces, BenchPlacesEvent>('places', memoryRows(), memoryRows());
  const idle = async () => await Promise.reject(new Error('it calls for nothing'));
  const engine = new Engine({ workflow: benchPlacesLife, store, perform: idle, wake: async () => {}, now });
  const places = benchPlaces(engine, most, now);
  let asked = 0;
  const capacity = {
    find: async () => {
      asked += 1;
      return { ...size, ...found };
    },
  };
  const look = async (stage: EnsureVersionStage, work: Version, minutes = 0) =>
    await stage({ id: '', work, now: minutesAfter(noon, minutes), since: noon, intent: undefined });
  return {
    ask: async (who: Who = {}, minutes = 0) =>
      await look(ensureAdmitted(places, capacity), version(who), minutes),
    asked: () => asked,
    giveUp: async (who: Who = {}) => {
      const broken = async () => await Promise.reject(new AppError('AzureUnavailable', 'no answer'));
      await look(leftBench(places, broken), version(who)).catch(() => {});
    },
    leave: async (who: Who = {}) =>
      await look(
        leavingBench(places, async () => done()),
        version(who),
      ),
    stay: async (who: Who = {}) =>
      await look(
        leavingBench(places, async () => running('the VM to be deleted', 20)),
        version(who),
      ),
  };
}

describe('a place on the bench', () => {
  it('is given while there is one', async () => {
    expect(await bench(1).ask()).toMatchObject({ status: 'done' });
  });

  it('is waited for, and it is said for whom', async () => {
    const { ask, leave } = bench(1);
    await ask({ set: 'a' });
    expect(await ask({ set: 'b' })).toMatchObject({
      status: 'running',
      waitingFor: 'a place on the bench: 1 of 1 taken by a.1.0.0',
    });
    expect(await ask({ set: 'c', priority: 'low' })).toMatchObject({ waitingFor: /1 ahead of it$/ });
    await leave({ set: 'a' });
    expect(await ask({ set: 'c', priority: 'low' })).toMatchObject({ status: 'running' });
    expect(await ask({ set: 'b' })).toMatchObject({ status: 'done' });
  });

  it('is not for a third version of a set that may have two there', async () => {
    const { ask } = bench(10);
    await ask({ number: '1.0.0' });
    await ask({ number: '1.1.0' });
    expect(await ask({ number: '1.2.0' })).toMatchObject({
      status: 'running',
      waitingFor: 'a place on the bench: 2 of 2 of win11 taken by win11.1.0.0, win11.1.1.0',
    });
    expect(await ask({ set: 'other' })).toMatchObject({ status: 'done' });
  });

  it('is kept until the bench is empty', async () => {
    const { ask, stay, leave } = bench(1);
    await ask({ set: 'a' });
    await stay({ set: 'a' });
    expect(await ask({ set: 'b' })).toMatchObject({ status: 'running' });
    await leave({ set: 'a' });
    expect(await ask({ set: 'b' })).toMatchObject({ status: 'done' });
  });

  it('is asked for anew by each attempt', async () => {
    const { ask, leave } = bench(1);
    await ask();
    await leave();
    expect(await ask({ attempt: 2 })).toMatchObject({ status: 'done' });
    expect(await ask({ set: 'b' })).toMatchObject({ status: 'running' });
  });

  it('is not given while another version is built on the machine that is lent to both', async () => {
    const { ask, leave } = bench(10);
    await ask({ set: 'a', way: 'in-place' });
    expect(await ask({ set: 'b', way: 'in-place' })).toMatchObject({
      status: 'running',
      waitingFor: 'vm-golden, on which another version is built',
    });
    await leave({ set: 'a', way: 'in-place' });
    expect(await ask({ set: 'b', way: 'in-place' })).toMatchObject({ status: 'done' });
  });

  it('is free once the bench is given up, whatever becomes of what is left on it', async () => {
    const { ask, giveUp } = bench(1);
    await ask({ set: 'a' });
    await giveUp({ set: 'a' });
    expect(await ask({ set: 'b' })).toMatchObject({ status: 'done' });
  });

  it('is waited for without asking Azure at every look, and nobody waits for a size that there is not', async () => {
    const { ask, asked } = bench(1);
    await ask({ set: 'a' });
    await ask({ set: 'b' });
    expect(asked()).toBe(2);
    for (const minutes of [2, 6, 60]) await ask({ set: 'b' }, minutes);
    expect(asked()).toBe(2);
    const none = bench(1, { known: false });
    await none.ask({ set: 'a' });
    expect(await none.ask({ set: 'b' })).toMatchObject({ failure: { code: 'SkuUnavailable' } });
  });

  it('is not needed where no machine is made', async () => {
    const { ask } = bench(1);
    await ask({ set: 'a' });
    expect(await ask({ set: 'b', way: 'import' })).toMatchObject({ status: 'done' });
  });

  it('is of no use without the quota, which is waited for', async () => {
    const [first] = size.quota;
    const short = { name: 'Standard DSv5 Family vCPUs', used: 18, limit: 20 };
    const { ask } = bench(1, { quota: first ? [first, short] : [short] });
    expect(await ask()).toMatchObject({
      status: 'running',
      waitingFor: 'quota: Standard DSv5 Family vCPUs has 2 of 20 left, 4 needed',
    });
  });

  const refusals: [title: string, found: Partial<SizeInRegion>, says: RegExp][] = [
    ['a size that the region has not', { known: false }, /westeurope has no size Standard_D4s_v5/],
    [
      'a size that is withheld',
      { restriction: 'NotAvailableForSubscription' },
      /NotAvailableForSubscription/,
    ],
    ['a size of another generation', { generations: ['V1'] }, /runs generation V1, not V2/],
    ['a size for another processor', { architecture: 'Arm64' }, /is Arm64, not x64/],
    ['a size for fewer data disks', { maxDataDisks: 0 }, /takes 0 data disks, not 1/],
    ['a size without Trusted Launch', { trustedLaunch: false }, /has no Trusted Launch/],
  ];
  it.each(refusals)('is refused to %s, before anything is made', async (_, found, says) => {
    expect(await bench(1, found).ask()).toMatchObject({
      status: 'failed',
      failure: { code: 'SkuUnavailable', message: says },
    });
  });

  it('goes on when the quota is gone at the last moment: it waits for that too', async () => {
    const spent: EnsureVersionStage = async () => {
      throw new AppError('QuotaExceeded', 'creation of VM x: 409 OperationNotAllowed');
    };
    const broken: EnsureVersionStage = async () => {
      throw new AppError('AzureRefused', 'no');
    };
    const look = { id: '', work: version(), now: noon, since: noon, intent: undefined };
    expect(await waitingForQuota(spent)(look)).toMatchObject({ status: 'running', waitingFor: /^quota: / });
    await expect(waitingForQuota(broken)(look)).rejects.toMatchObject({ code: 'AzureRefused' });
  });
});
