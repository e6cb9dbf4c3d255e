import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BenchCloud,
  group,
  leftOf,
  openBenchCloud,
  type Resource,
  script,
  type Seen,
  somebodyElse,
} from './bench-cloud.ts';
import { cases } from './broken-builds.ts';

const compute = `${group}/Microsoft.Compute`;
const copyOfGolden = { source: { vm: { id: `${compute}/virtualMachines/vm-golden` } } };
const locked = { fault: '409', method: 'DELETE', code: 'ScopeLocked', message: 'Somebody locked it.' };
const limit = { timeout: 60_000 };

/** Many ask at once, and Azure throttles: what it refused is asked for again. */
const isMaking = ({ method, status }: { method: string; status: number }) => method === 'PUT' && status < 300;

describe('builds of all kinds at once', () => {
  let cloud: BenchCloud;
  let before: readonly Resource[];
  let since = 0;
  const changed = async (where: string) =>
    (await cloud.requests(where)).filter(({ method, n }) => method !== 'GET' && n > since);
  const names = (asked: readonly { method: string; path: string }[]) =>
    asked.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);

  beforeAll(async () => {
    cloud = await openBenchCloud({ MostBuilds: '60' });
    await cloud.arm('PUT', '/local/quota', { cores: 2000, familyCores: 2000, virtualMachines: 500 });
    const others = somebodyElse(cloud);
    await others.machine('vm-lent');
    await others.machine('gm-same-vm-1-0-0');
    await others.machine('vm-other', 'gm-same-nic-1-0-0-nic');
    await others.disk('gm-same-disk-1-0-0-os');
    await others.disk('gm-same-copy-1-0-0-os-copy');
    await others.snapshot('gm-same-snap-1-0-0-os-snap');
    await sleep(1000);
    before = await cloud.resources();
    since = (await cloud.requests()).length;
    for (const [name, { fault, dirt }] of Object.entries(cases)) {
      if (fault) await cloud.fault(fault(name));
      if (dirt !== undefined) await cloud.arm('POST', '/local/dirt', { vm: `^gm-${name}-`, is: [dirt] });
    }
    for (const path of ['images/capture-fails/versions', 'virtualMachines/gm-retried-1-0-0\\?']) {
      await cloud.fault({ fault: 'fail-operation', method: 'PUT', path, nth: 1 });
    }
    await Promise.all(Object.entries(cases).map(async ([name, { wish }]) => await cloud.build(name, wish)));
    await cloud.build('capture-fails');
    await cloud.build('retried');
  }, 60_000);
  afterAll(async () => await cloud.local.stop());

  describe.concurrent('each', () => {
    it('never touch what has their names and is not theirs', limit, async () => {
      const sets = { vm: {}, nic: {}, disk: {}, copy: copyOfGolden, snap: copyOfGolden };
      await Promise.all(
        Object.entries(sets).map(async ([kind, wish]) => {
          await cloud.build(`same-${kind}`, wish);
          const end = await cloud.over(`same-${kind}`);
          expect(end).toMatchObject({ status: 'failed', failure: { code: 'ForeignResource' } });
          expect(end.leftovers).toBeUndefined();
        }),
      );
      const there = new Set((await cloud.resources()).map(({ id }) => id));
      expect(before.filter(({ id }) => !there.has(id))).toEqual([]);
      expect(leftOf(before, await cloud.resources()).filter((id) => id.includes('/gm-same-'))).toEqual([]);
      const touched = names(await changed('gm-same-|vm-other'));
      expect(touched).toEqual(['PUT gm-same-copy-1-0-0-os-snap', 'DELETE gm-same-copy-1-0-0-os-snap']);
    });

    it(
      'take turns on a machine that is lent to them, and one that is taken back disturbs nobody',
      limit,
      async () => {
        const lent = {
          source: { vm: { id: `${compute}/virtualMachines/vm-lent`, inPlace: true } },
          recipe: [script('long', "Write-Output 'long'\nStart-Sleep -Seconds 600"), script('short')],
        };
        await cloud.build('lent-a', lent);
        await cloud.until('lent-a', ({ stage }) => stage === 'customise');
        await cloud.build('lent-b', lent);
        await cloud.until(
          'lent-b',
          ({ stage, waitingFor = '' }) => stage === 'admit' && waitingFor.includes('vm-lent'),
        );
        await cloud.api.post('image-sets/lent-b/versions/1.0.0/cancel', { reason: 'no longer needed' });
        expect(await cloud.over('lent-b')).toMatchObject({ status: 'canceled' });
        expect(await cloud.over('lent-a')).toMatchObject({ status: 'available', attempt: 1 });
        const started = names(await changed('vm-lent/runCommands')).filter((one) => one.startsWith('PUT'));
        expect(started.map((one) => one.replace(/-[0-9a-f]{8}$/, ''))).toEqual([
          'PUT step-1-long',
          'PUT step-2-short',
          'PUT inspect',
          'PUT sysprep',
        ]);
        const left = (await cloud.resources()).filter(({ id }) => id.includes('vm-lent/runCommands'));
        expect(left).toEqual([]);
      },
    );

    it('wait for the quota, say so, and go on when there is some', limit, async () => {
      await cloud.arm('PUT', '/local/quota', { families: { standardESv5Family: 2 } });
      await cloud.build('quota', { bench: { vmSize: 'Standard_E4s_v5' } });
      const waiting = await cloud.until('quota', ({ waitingFor = '' }) => waitingFor.startsWith('quota'));
      expect(waiting).toMatchObject({
        stage: 'admit',
        waitingFor: expect.stringMatching(/2 of 2 left, 4 needed/),
      });
      await cloud.arm('PUT', '/local/quota', { families: { standardESv5Family: 100 } });
      expect(await cloud.over('quota')).toMatchObject({ status: 'available' });
    });

    it('are refused a size that cannot be had before anything is made', limit, async () => {
      await cloud.arm('POST', '/local/sku-restrictions', {
        size: 'Standard_F8s_v2',
        location: 'northeurope',
      });
      const bench = { vmSize: 'Standard_F8s_v2', location: 'northeurope' };
      await cloud.build('restricted', { bench, set: { regions: [{ name: 'northeurope' }] } });
      expect(await cloud.over('restricted')).toMatchObject({
        status: 'failed',
        stage: 'admit',
        failure: { code: 'SkuUnavailable' },
      });
      expect(await changed('restricted')).toEqual([]);
    });

    it('come in order of priority where places are few', limit, async () => {
      const wish = { bench: { maxBuilds: 1 } };
      await cloud.build('order', wish);
      // Whoever asks first has the place, whatever number he has.
      await cloud.until('order', ({ stage = '' }) => ['prepare', 'provision', 'customise'].includes(stage));
      // One after the other, each takes its eight seconds.
      for (const priority of ['low', 'high']) await cloud.build('order', { ...wish, version: { priority } });
      const last = await cloud.until(
        'order',
        ({ waitingFor = '' }) => waitingFor.includes('taken by'),
        '1.1.0',
      );
      expect(last.waitingFor).toMatch(/1 of 1 of order taken by order\.1\.\d\.0/);
      await cloud.until('order', ({ status }) => status === 'available', '1.1.0');
      const made = (await changed('virtualMachines/gm-order-[^/]*$')).filter(isMaking);
      expect(names(made)).toEqual([0, 2, 1].map((minor) => `PUT gm-order-1-${minor}-0`));
    });

    it('can be canceled at any moment until they are available', { timeout: 90_000 }, async () => {
      const ends = await Promise.all(
        Array.from({ length: 8 }, async (_, at) => {
          const name = `canceled-${at}`;
          await cloud.build(name, at % 2 === 0 ? {} : copyOfGolden);
          await sleep(at * 700 + Math.random() * 700);
          const reason = 'at a random moment';
          const path = `image-sets/${name}/versions/1.0.0/cancel`;
          const why = await cloud.api.post(path, { reason }).catch((refused: Error) => refused);
          const end = await cloud.over(name);
          // The last may have been too late.
          if (why instanceof Error) expect(why.message).toContain('is available');
          expect(end).toMatchObject({ status: why instanceof Error ? 'available' : 'canceled' });
          const resources = await cloud.resources();
          expect(resources.filter(({ id }) => id.includes(`/gm-${name}-`))).toEqual([]);
          // What was captured before stays, dark; what was not quite is taken away.
          const captured = resources.filter(({ id }) => id.includes(`/${name}/versions/`));
          expect(captured).toHaveLength(end.imageVersionId === undefined ? 0 : 1);
          return end.status;
        }),
      );
      expect(ends.filter((status) => status === 'canceled').length).toBeGreaterThan(4);
    });

    it('that cannot be taken away are shown, and go in the end', { timeout: 90_000 }, async () => {
      const unlock = await cloud.fault(
        { ...locked, path: String.raw`virtualMachines/gm-locked-vm-1-0-0\?` },
        { ...locked, path: 'images/locked-image/versions' },
      );
      await cloud.build('locked-vm');
      await cloud.build('locked-image', {
        recipe: [],
        source: { managedImage: { id: `${compute}/images/img-win2022` } },
        definition: { securityType: 'TrustedLaunchSupported' },
      });
      await cloud.until('locked-image', ({ waitingFor = '' }) =>
        /^(?:image version|the capture)/.test(waitingFor),
      );
      const reason = 'it takes for ever';
      await cloud.api.post('image-sets/locked-image/versions/1.0.0/cancel', { reason });
      const image = await cloud.over('locked-image');
      expect(image.leftovers).toEqual([expect.stringMatching(/images\/locked-image\/versions\/1\.0\.0$/)]);
      expect(await cloud.over('locked-vm')).toMatchObject({ status: 'available' });
      const shown = await cloud.api.get<{ value: { version: string; why: string }[] }>('leftovers');
      expect(shown.value.map(({ version }) => version).toSorted()).toEqual([
        'locked-image.1.0.0',
        'locked-vm.1.0.0',
      ]);
      expect(shown.value[0]?.why).toContain('Somebody locked it.');
      await unlock();
      for (;;) {
        const { value } = await cloud.api.get<{ value: unknown[] }>('leftovers');
        if (value.length === 0) break;
        await sleep(250);
      }
      const resources = await cloud.resources();
      expect(leftOf(before, resources).filter((id) => id.includes('/gm-locked-'))).toEqual([]);
      expect(resources.filter(({ id }) => id.includes('/locked-image/versions/'))).toEqual([]);
      expect(await changed('vm-golden')).toEqual([]);
    });

    for (const [name, { ends }] of Object.entries(cases)) {
      it(`${name}: ends so, and leaves nothing`, limit, async () => {
        expect(await cloud.over(name)).toMatchObject(ends);
        const mine = leftOf(before, await cloud.resources()).filter((id) => id.includes(`/gm-${name}-1-0-0`));
        expect(mine).toEqual([]);
      });
    }

    it('are held when the capture fails, and captured again without being built again', limit, async () => {
      const name = 'capture-fails';
      const held = await cloud.over(name);
      expect(held).toMatchObject({ status: 'held', stage: 'capture', failure: { code: 'CaptureFailed' } });
      await cloud.api.post<Seen>(`image-sets/${name}/versions/1.0.0/retry`, {});
      expect(await cloud.over(name)).toMatchObject({ status: 'available', attempt: 1 });
      const made = (await changed(`virtualMachines/gm-${name}-[^/]*$`)).filter(isMaking);
      expect(names(made)).toEqual([`PUT gm-${name}-1-0-0`]);
    });

    it('can be retried: the same number, on a bench of its own', limit, async () => {
      const name = 'retried';
      expect(await cloud.over(name)).toMatchObject({ status: 'failed', stage: 'provision' });
      await cloud.api.post<Seen>(`image-sets/${name}/versions/1.0.0/retry`, {});
      expect(await cloud.over(name)).toMatchObject({
        version: '1.0.0',
        status: 'available',
        attempt: 2,
      });
    });
  });

  it('V1: have left nothing, stopped nobody’s machine, and had every number once', async () => {
    expect(leftOf(before, await cloud.resources())).toEqual([]);
    expect(await changed('vm-golden')).toEqual([]);
    const { value: sets } = await cloud.api.get<{ value: { name: string }[] }>('image-sets');
    expect(sets.length).toBeGreaterThan(40);
    for (const { name } of sets) {
      const { value } = await cloud.api.get<{ value: Seen[] }>(`image-sets/${name}/versions`);
      const numbers = value.map(({ version }) => version);
      const wanted = name === 'order' ? [0, 1, 2] : [0];
      expect(numbers.toSorted()).toEqual(wanted.map((minor) => `1.${minor}.0`));
    }
  });
});
