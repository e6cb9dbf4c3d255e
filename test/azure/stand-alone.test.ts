import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOINER } from '../../infra/local/arm/compute/directory.ts';
import { lock } from '../../infra/local/arm/core/locks.ts';
import { withhold } from '../../infra/local/arm/core/rights.ts';
import { fleets, hostMachines } from '../../shared/azure/fleets.ts';
import { hostPools } from '../../shared/azure/host-pools.ts';
import { sessionHosts } from '../../shared/azure/session-hosts.ts';
import { madeByTag } from '../../shared/hosts/machine.ts';
import { Steps } from '../simulation/bed.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

describe('machines that stand alone', () => {
  let cloud: Cloud;
  let steps: Steps;
  beforeEach(async () => {
    cloud = await openCloud({ testHosts: 1, productionHosts: 1, people: 0, vmHosts: 3 });
    const { azure, now, subscriptionId } = cloud;
    steps = new Steps(
      {
        machines: hostMachines(azure, now),
        fleets: fleets(azure, now),
        sessionHosts: sessionHosts(azure, now),
        hostPools: hostPools(azure),
        pool: { subscriptionId, resourceGroup: 'rg-desktops', hostPool: 'hp-vms' },
        fleet: { subscriptionId, resourceGroup: 'rg-vms' },
        joinSecret: { Password: JOINER.password },
        pass: async (minutes) => cloud.pass(minutes),
        close: cloud.close,
      },
      'stand-alone',
    );
  });
  afterEach(async () => {
    const bodies = await wrongBodies(cloud.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
    await cloud.close();
  });
  const compute = () => cloud.azure.compute(cloud.subscriptionId);
  const shown = async (name: string) => await compute().virtualMachines.get('rg-vms', name);
  const partsIn = async () => {
    const found: string[] = [];
    for await (const { name } of compute().disks.listByResourceGroup('rg-vms')) found.push(name ?? '');
    const nics = `/subscriptions/${cloud.subscriptionId}/resourceGroups/rg-vms/providers/Microsoft.Network/networkInterfaces`;
    const all = (await cloud.azure.list(cloud.subscriptionId, nics, '2022-11-01')) as { name: string }[];
    return [...found, ...all.map(({ name }) => name)].toSorted();
  };

  it('keep their network interface, and the data disk with all that is on it', async () => {
    const { machines } = steps.bed;
    const before = await shown('avdvm-1');
    const machine = await machines.read(steps.at({ instanceId: 'avdvm-1' }));
    if (!machine) throw new Error('it is not there');
    const parts = await partsIn();
    await steps.renew(machine);
    const after = await shown('avdvm-1');
    const disksOf = ({ storageProfile }: typeof before) =>
      storageProfile?.dataDisks?.map(({ lun, managedDisk }) => [lun, managedDisk?.id?.toLowerCase()]);
    expect(disksOf(before)).toHaveLength(1);
    expect(disksOf(after)).toEqual(disksOf(before));
    const nicsOf = ({ networkProfile }: typeof before) =>
      networkProfile?.networkInterfaces?.map(({ id }) => id?.toLowerCase());
    expect(nicsOf(after)).toEqual(nicsOf(before));
    // The old OS disk went, and a new one came.
    expect(await partsIn()).toHaveLength(parts.length);
    expect((await machines.standAlone.blueprint(steps.at(machine)))?.notBeside).toMatch(/data disks/);
  });

  it('leave nothing behind when what was made beside one is taken away', async () => {
    const { machines } = steps.bed;
    const parts = await partsIn();
    const [beside, like] = [steps.at({ instanceId: 'avdvm-9' }), steps.at({ instanceId: 'avdvm-0' })];
    const machine = await machines.read(like);
    const blueprint = await machines.standAlone.blueprint(like);
    if (!machine || !blueprint) throw new Error('it is not there');
    const { imageVersionId } = machine;
    const tags = { [madeByTag]: 'work-1' };
    await machines.standAlone.create(beside, { blueprint, as: 'beside', imageVersionId, tags });
    await steps.settled(beside);
    expect((await partsIn()).length).toBeGreaterThan(parts.length);
    await machines.standAlone.removeWithParts(beside);
    await steps.until(async () => (await machines.read(beside)) === undefined);
    expect(await partsIn()).toEqual(parts);
  });

  it('are deleted only with leave: a refusal of Azure is told as what it is', async () => {
    const { standAlone } = steps.bed.machines;
    const machine = steps.at({ instanceId: 'avdvm-0' });
    cloud.next({ fault: '409', code: 'ScopeLocked', message: 'There is a lock.', method: 'DELETE' });
    await expect(standAlone.remove(machine)).rejects.toMatchObject({ code: 'ResourceLocked' });
    expect(await steps.bed.machines.read(machine)).toBeDefined();
  });

  it('tell of locks on their group and its subscription, and of none that lies elsewhere', async () => {
    const { bed } = steps;
    const subscription = `/subscriptions/${cloud.subscriptionId}`;
    const locks = async () => (await bed.fleets.model(bed.fleet))?.locks;
    expect(await locks()).toEqual([]);
    const { world } = cloud.arm;
    lock(world, { name: 'theirs', level: 'CanNotDelete', scope: `${subscription}/resourceGroups/rg-images` });
    lock(world, { name: 'keep', level: 'CanNotDelete', scope: `${subscription}/resourceGroups/RG-vms` });
    lock(world, { name: 'audit', level: 'ReadOnly', scope: subscription });
    expect(await locks()).toEqual([
      'lock keep (CanNotDelete) on resource group rg-vms',
      'lock audit (ReadOnly) on the subscription',
    ]);
    const machine = steps.at({ instanceId: 'avdvm-0' });
    await expect(bed.machines.standAlone.remove(machine)).rejects.toMatchObject({ code: 'ResourceLocked' });
    const vms = `${subscription}/resourceGroups/rg-vms/providers/Microsoft.Compute/virtualMachines`;
    lock(world, { name: 'mine', level: 'CanNotDelete', scope: `${vms}/avdvm-1` });
    const lockedBy = async (instanceId: string) =>
      (await bed.machines.standAlone.blueprint(steps.at({ instanceId })))?.locked?.match(/lock \w+/g);
    expect(await locks()).toHaveLength(2);
    expect([await lockedBy('avdvm-0'), await lockedBy('avdvm-1')]).toEqual([
      ['lock keep', 'lock audit'],
      ['lock keep', 'lock audit', 'lock mine'],
    ]);
    // Who may not read them finds out when Azure refuses.
    withhold(world, `${subscription}/providers/Microsoft.Authorization`, 'read');
    expect(await locks()).toEqual([]);
    // That Azure has no time now says nothing of locks.
    cloud.next({ fault: '503', path: 'Microsoft.Authorization/locks' });
    await expect(locks()).rejects.toMatchObject({ code: 'AzureUnavailable' });
  });

  it.each([
    [
      'a quota',
      '409',
      'OperationNotAllowed',
      'exceeding approved Total Regional Cores quota',
      'QuotaExceeded',
    ],
    ['no room', '409', 'AllocationFailed', 'We do not have sufficient capacity.', 'AllocationFailed'],
    ['a size that is not to be had', '409', 'SkuNotAvailable', 'Not available.', 'SkuUnavailable'],
    ['a throttle', '429', 'TooManyRequests', 'Later.', 'Throttled'],
  ] as const)(
    'are refused with %s as what it is, and asked for once',
    async (_, fault, code, message, ours) => {
      const { standAlone, read } = steps.bed.machines;
      const blueprint = await standAlone.blueprint(steps.at({ instanceId: 'avdvm-0' }));
      const imageVersionId = (await read(steps.at({ instanceId: 'avdvm-0' })))?.imageVersionId ?? '';
      if (!blueprint) throw new Error('it is not there');
      cloud.next({ fault, code, message, method: 'PUT', path: '/virtualMachines/avdvm-9' });
      const wanted = { blueprint, as: 'beside' as const, imageVersionId, tags: { [madeByTag]: 'w' } };
      const made = standAlone.create(steps.at({ instanceId: 'avdvm-9' }), wanted);
      await expect(made).rejects.toMatchObject({ code: ours });
      expect(cloud.sent.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    },
  );

  it('are found by whoever asks again after the answer was lost', async () => {
    const { standAlone, read } = steps.bed.machines;
    const [beside, like] = [steps.at({ instanceId: 'avdvm-9' }), steps.at({ instanceId: 'avdvm-0' })];
    const [blueprint, machine] = [await standAlone.blueprint(like), await read(like)];
    if (!machine || !blueprint) throw new Error('it is not there');
    const { imageVersionId } = machine;
    const wanted = { blueprint, as: 'beside' as const, imageVersionId, tags: { [madeByTag]: 'work-1' } };
    cloud.next({ fault: 'lost-reply', method: 'PUT', path: '/virtualMachines/avdvm-9' });
    await expect(standAlone.create(beside, wanted)).rejects.toMatchObject({ code: 'AzureUnavailable' });
    await standAlone.create(beside, wanted);
    expect((await steps.settled(beside)).tags[madeByTag]).toBe('work-1');
    expect(cloud.sent.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });
});
