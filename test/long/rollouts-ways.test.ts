import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../end-to-end/bad-requests.ts';
import { at, openRolloutCloud, type RolloutCloud, until } from './rollout-cloud.ts';

let cloud: RolloutCloud;

beforeAll(async () => {
  const fleet = { testHosts: 1, productionHosts: 1, personalHosts: 0, people: 6 };
  cloud = await openRolloutCloud({ speed: 400, fleet });
}, 60_000);
afterAll(async () => await cloud?.stop());

const allAre = async (pool: string, version: string, hosts: number) => {
  const { hosts: found } = await cloud.truth(pool);
  expect(found.map((host) => host.imageVersion)).toEqual(Array.from({ length: hosts }, () => version));
  for (const host of found) expect(host).toMatchObject({ usable: true, allowNewSession: true });
};

describe('a pool over a Flexible scale set', () => {
  // Microsoft's documents do not say which of the two it is; the app must not depend on it.
  it.for([
    ['is given its new disk by the upgrade to the model', 'renews', '1.0.0'],
    ['is only told of the model by it, and given the disk by a reimage', 'refers', '1.1.0'],
  ] as const)(
    'is brought along where an instance %s',
    { timeout: 60_000 },
    async ([, flexibleUpgrade, version]) => {
      await cloud.door('POST', 'scale-sets', { flexibleUpgrade });
      const before = (await cloud.truth('flex')).hosts.map(({ name }) => name);
      await cloud.policy('flex', { maxUnavailable: 2 });
      const id = await cloud.start('flex', version);
      expect(await cloud.over(id)).toMatchObject({ status: 'succeeded', hosts: { done: 3 } });
      await allAre('flex', version, 3);
      const after = (await cloud.truth('flex')).hosts;
      expect(after.map(({ name }) => name)).toEqual(before);
      for (const { tags } of after) expect(tags).not.toHaveProperty('goldsmith-exclude');
    },
  );
});

describe('a pool over machines that stand alone', () => {
  const names = ['avdvm-0', 'avdvm-1', 'avdvm-2', 'avdvm-3'];
  const machines = async () =>
    await Promise.all(
      [...names, 'sql-0'].map(async (name) => (await cloud.azure('GET', at.machine('rg-vms', name))).body),
    );

  it(
    'has its machines made anew with what they had, and nobody else has his touched',
    { timeout: 90_000 },
    async () => {
      const before = await machines();
      const since = await cloud.requestsSoFar();
      await cloud.policy('vms', { maxUnavailable: 2, floor: { percent: 50, headroomPercent: 0 } });
      const id = await cloud.start('vms', '1.0.0');
      expect(await cloud.over(id)).toMatchObject({ status: 'succeeded', hosts: { done: 4 } });
      await allAre('vms', '1.0.0', 4);
      const after = await machines();
      for (const [index, machine] of after.entries()) {
        const former = before[index] ?? {};
        const [is, was] = [keptOf(machine), keptOf(former)];
        expect(is).toEqual(was);
        const isTheSame = idOf(machine) === idOf(former);
        expect(isTheSame, names[index] ?? 'sql-0').toBe(index === names.length);
      }
      const { users, capacity } = await cloud.truth('vms');
      expect(users).toMatchObject({ cutOff: [], profilesTorn: [] });
      expect(capacity.lowest).toBeGreaterThanOrEqual(20);
      const onOthers = await cloud.requests(since, 'rg-vms/.*/sql-0');
      expect(onOthers.filter(({ method }) => method !== 'GET')).toEqual([]);
    },
  );

  it(
    'R13: has each machine taken back to the version that it came from, whichever most came from',
    { timeout: 120_000 },
    async () => {
      const imagesNow = async () =>
        Object.fromEntries(
          (await cloud.truth('vms')).hosts.map(({ name, imageVersion }) => [name, imageVersion]),
        );
      await cloud.policy('vms', { maxUnavailable: 1, floor: { percent: 0, headroomPercent: 0 } });
      const halfWay = await cloud.start('vms', '1.1.0');
      await until(async () => (await cloud.hosts(halfWay)).some(({ outcome }) => outcome === 'done'));
      await cloud.ask('POST', `rollouts/${halfWay}/abort`, { reason: 'one is enough for now' });
      await cloud.over(halfWay);
      const before = await imagesNow();
      expect(new Set(Object.values(before))).toEqual(new Set(['1.0.0', '1.1.0']));
      await cloud.policy('vms', { maxUnavailable: 4, floor: { percent: 0, headroomPercent: 0 } });
      const bad = await cloud.start('vms', '1.2.0');
      expect(await cloud.over(bad)).toMatchObject({ status: 'succeeded', hosts: { done: 4 } });
      await allAre('vms', '1.2.0', 4);
      const back = await cloud.ask<{ id: string }>('POST', `rollouts/${bad}/rollback`, {
        reason: 'it is bad',
      });
      expect(await cloud.over(back.id)).toMatchObject({ status: 'succeeded', hosts: { done: 4 } });
      expect(await imagesNow()).toEqual(before);
      for (const { name } of (await cloud.truth('vms')).hosts) expect(before).toHaveProperty(name);
      // As those that come after this expect them.
      const again = await cloud.start('vms', '1.0.0');
      await cloud.over(again);
      await allAre('vms', '1.0.0', 4);
    },
  );

  it(
    'R13: has a host that is ill on the version made again from the version it came from, where the policy says so',
    { timeout: 90_000 },
    async () => {
      await cloud.door('POST', 'hosts/*/health', { check: 'SxSStackListenerCheck', image: '1.1.0' });
      await cloud.policy('vms', { maxUnavailable: 1, maxFailed: 0, failedHosts: 'restore' });
      const id = await cloud.start('vms', '1.1.0');
      expect(await cloud.over(id)).toMatchObject({
        status: 'failed',
        failure: { code: 'BreakerOpen' },
        hosts: { failed: 1 },
      });
      await allAre('vms', '1.0.0', 4);
      await cloud.door('POST', 'hosts/*/health', { check: 'SxSStackListenerCheck', broken: false });
    },
  );
});

describe('a pool over machines that stand alone, with surge', () => {
  const surge = { maxUnavailable: 2, floor: { percent: 100, headroomPercent: 0 } };

  it(
    'has others before it gives up its own, whoever kills the app; what is given up is gone with its parts',
    { timeout: 90_000 },
    async () => {
      // What is on data disks would be lost: such a machine is not given up.
      await takeAway('avdvm-1');
      await cloud.measureAnew('vms');
      await cloud.policy('vms', { ...surge, surge: 2 });
      const id = await cloud.start('vms', '1.1.0');
      for (const stage of ['create', 'register', 'remove']) {
        await until(async () => (await cloud.hosts(id)).some((host) => host.stage === stage));
        await cloud.local.app.kill();
        await cloud.local.app.start();
      }
      expect(await cloud.over(id)).toMatchObject({ status: 'succeeded' });
      await allAre('vms', '1.1.0', 3);
      const { hosts, users, capacity } = await cloud.truth('vms');
      expect(capacity.lowest, 'of three hosts').toBe(30);
      expect(users).toMatchObject({ cutOff: [], profilesTorn: [], turnedAway: [] });
      await expectOnly(hosts);
    },
  );

  it('has what was added taken away again when the rollout is aborted', { timeout: 90_000 }, async () => {
    const disksOf = async () => (await cloud.truth('vms')).hosts.map(({ name, osDisk }) => [name, osDisk]);
    const before = await disksOf();
    const id = await cloud.start('vms', '1.0.0');
    await until(async () => (await cloud.hosts(id)).some(({ stage }) => stage === 'register'));
    await cloud.ask('POST', `rollouts/${id}/abort`, { reason: 'not now' });
    expect(await cloud.over(id)).toMatchObject({ status: 'aborted' });
    expect(await disksOf()).toEqual(before);
    await allAre('vms', '1.1.0', 3);
    await expectOnly((await cloud.truth('vms')).hosts);
  });

  it(
    'has its only host replaced while its users have a place all the time',
    { timeout: 90_000 },
    async () => {
      const [only = '', ...others] = (await cloud.truth('vms')).hosts.map(({ name }) => name);
      for (const name of others) await takeAway(name);
      await cloud.measureAnew('vms');
      await cloud.policy('vms', { ...surge, surge: 1 });
      expect(await cloud.over(await cloud.start('vms', '1.0.0'))).toMatchObject({ status: 'succeeded' });
      const { hosts, capacity } = await cloud.truth('vms');
      expect(capacity.lowest).toBe(10);
      expect(hosts.map(({ name }) => name)).not.toContain(only);
      await allAre('vms', '1.0.0', 1);
    },
  );

  /** Somebody deletes the machine and its session host. */
  async function takeAway(name: string): Promise<void> {
    const { hosts } = await cloud.truth('vms');
    const host = hosts.find((one) => one.name.startsWith(name));
    if (!host) throw new Error(`there is no ${name}`);
    const force = { force: 'true' };
    expect((await cloud.azure('DELETE', at.sessionHost('vms', host), undefined, force)).status).toBe(200);
    expect((await cloud.azure('DELETE', host.resourceId)).status).toBe(202);
    await until(async () => (await cloud.azure('GET', host.resourceId)).status === 404);
  }

  /** In the resource group is nothing but the hosts with what is theirs, and what belongs to others. */
  async function expectOnly(hosts: readonly { readonly name: string }[]): Promise<void> {
    const { value } = await cloud.door<{ value: readonly { id: string }[] }>('GET', 'resources');
    const own = [...hosts.map(({ name }) => name.split('.')[0] ?? ''), 'sql-0', 'avdvm-1'];
    const strange = value.filter(({ id }) => {
      const [, name] = /\/resourceGroups\/rg-vms\/providers\/[^/]+\/[^/]+\/([^/]+)/i.exec(id) ?? [];
      return name !== undefined && !own.some((one) => name.toLowerCase().startsWith(one));
    });
    expect(strange.map(({ id }) => id)).toEqual([]);
  }
});

/** What a machine made anew has still. */
function keptOf(machine: Json) {
  const { hardwareProfile, networkProfile, storageProfile } = machine['properties'] as {
    hardwareProfile: Json;
    networkProfile: { networkInterfaces: readonly { id: string }[] };
    storageProfile: { dataDisks: readonly { lun: number; managedDisk: { id: string } }[] };
  };
  const { 'cost-centre': costCentre, owner } = machine['tags'] as Json;
  return {
    hardwareProfile,
    interfaces: networkProfile.networkInterfaces.map(({ id }) => id),
    disks: storageProfile.dataDisks.map(({ lun, managedDisk }) => [lun, managedDisk.id]),
    zones: machine['zones'],
    tags: { costCentre, owner },
  };
}

function idOf(machine: Json): unknown {
  return (machine['properties'] as Json)['vmId'];
}
