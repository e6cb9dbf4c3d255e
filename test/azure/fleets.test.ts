import { afterEach, describe, expect, it } from 'vitest';
import { fleetKinds } from '../../shared/azure/fleet-kinds.ts';
import { fleets, hostMachines } from '../../shared/azure/fleets.ts';
import { toInstant } from '../../shared/instant.ts';
import { type Cloud, openCloud } from './support/cloud.ts';
import { compute, shownMachine } from './support/desktop-machine.ts';
import { scriptedArm, type Shown } from './support/scripted-arm.ts';

describe('the way in which Azure keeps machines', () => {
  let cloud: Cloud;
  afterEach(async () => await cloud.close());
  const open = async () => {
    cloud = await openCloud({ testHosts: 2, productionHosts: 2, people: 0, flexHosts: 2 });
    const kinds = fleetKinds(cloud.azure);
    const set = (scaleSet: string) => ({
      subscriptionId: cloud.subscriptionId,
      resourceGroup: 'rg-desktops',
      scaleSet,
    });
    return {
      machines: hostMachines(cloud.azure, cloud.now, kinds),
      fleets: fleets(cloud.azure, cloud.now, kinds),
      uniform: set('vmss-test'),
      flexible: set('vmss-flex'),
      asked: () => cloud.asked().map(({ method, path }) => `${method} ${path.split('/providers/').at(-1)}`),
    };
  };

  it('costs a Uniform scale set no call, neither to list its machines nor to look at one', async () => {
    const { machines, uniform, asked } = await open();
    await machines.read({ ...uniform, instanceId: '0' });
    await machines.list(uniform);
    await machines.setTag({ ...uniform, instanceId: '0' }, 'a', 'b');
    expect(asked().some((one) => /virtualMachineScaleSets\/vmss-test$/i.test(one))).toBe(false);
    expect(asked()).toHaveLength(4);
  });

  it('is asked of a Flexible scale set once, or told by its model', async () => {
    const first = await open();
    const [machine] = await first.machines.list(first.flexible);
    const at = { ...first.flexible, instanceId: machine?.instanceId ?? '' };
    await first.machines.read(at);
    await first.machines.list(first.flexible);
    const models = () => first.asked().filter((one) => /virtualMachineScaleSets\/vmss-flex$/i.test(one));
    expect(models()).toHaveLength(1);
    await cloud.close();
    const second = await open();
    expect((await second.fleets.model(second.flexible))?.kind).toBe('flexible');
    await second.fleets.list(second.flexible);
    expect(second.asked()).toHaveLength(2);
  });

  it('has a Flexible machine reimaged alone, by its name, through its scale set', async () => {
    const { machines, flexible } = await open();
    const [machine] = await machines.list(flexible);
    const instanceId = machine?.instanceId ?? '';
    await machines.reimage({ ...flexible, instanceId });
    expect(cloud.sent.findLast(({ method }) => method === 'POST')).toMatchObject({
      url: expect.stringMatching(/virtualMachineScaleSets\/vmss-flex\/reimage/),
      body: { instanceIds: [instanceId] },
    });
    await expect(machines.reimage({ ...flexible, instanceId: '' })).rejects.toThrow('without its name');
    await expect(machines.applyModel({ ...flexible, instanceId: '' })).rejects.toThrow('without its name');
  });

  it('is no more where there is no such scale set', async () => {
    const { machines, fleets: all, uniform } = await open();
    const none = { ...uniform, scaleSet: 'vmss-none' };
    expect(await all.model(none)).toBeUndefined();
    await expect(machines.list(none)).rejects.toMatchObject({ code: 'AzureRefused' });
    expect(await machines.read({ ...none, instanceId: 'vm' })).toBeUndefined();
    expect(await machines.read({ ...none, instanceId: '7' })).toBeUndefined();
  });
});

describe('machines that stand alone, at a glance', () => {
  let arm: Awaited<ReturnType<typeof scriptedArm>>;
  afterEach(async () => await arm.close());
  const fleet = { subscriptionId: 's-1', resourceGroup: 'rg-vms' };
  const now = () => toInstant(Date.parse('2026-01-01T01:00:00.000Z'));
  const running = { statuses: [{ code: 'PowerState/running' }] };
  const ready = { vmAgent: { statuses: [{ displayStatus: 'Ready' }] } };
  const status = (name: string, instanceView: Record<string, unknown>) => ({
    id: `${compute}/virtualMachines/${name}`.toUpperCase(),
    name,
    location: 'westeurope',
    properties: { instanceView },
  });
  const machine = (name: string, properties: Record<string, unknown> = {}) => ({
    ...shownMachine(properties),
    id: `${compute}/virtualMachines/${name}`,
    name,
  });
  const open = async (
    listed: readonly unknown[],
    statuses: readonly unknown[],
    more: Record<string, Shown> = {},
  ) => {
    arm = await scriptedArm({
      '/rg-vms/providers/Microsoft.Compute/virtualMachines': { value: listed },
      '/s-1/providers/Microsoft.Compute/virtualMachines': { value: statuses },
      ...more,
    });
    return { machines: hostMachines(arm.azure, now), fleets: fleets(arm.azure, now) };
  };

  it('have their power from the list of states, whatever the case of their ids, and none of a scale set is theirs', async () => {
    const { machines } = await open(
      [machine('a'), machine('b'), machine('c', { virtualMachineScaleSet: { id: 'x' } })],
      [
        status('a', { ...running, ...ready }),
        status('b', { statuses: [{ code: 'PowerState/deallocated' }] }),
      ],
    );
    const found = await machines.list(fleet);
    expect(found.map(({ instanceId, power, agentReady }) => [instanceId, power, agentReady])).toEqual([
      ['a', 'running', true],
      ['b', 'deallocated', false],
    ]);
    expect(arm.sent).toHaveLength(2);
  });

  it('are asked one by one for their agent only where the list does not tell, and they are new', async () => {
    const { machines } = await open(
      [machine('old', { timeCreated: '2025-12-01T00:00:00Z' }), machine('new')],
      [status('old', running), status('new', running)],
      { '/virtualMachines/new/instanceView': { ...running, vmAgent: { statuses: [] } } },
    );
    const found = await machines.list(fleet);
    expect(found.map(({ instanceId, agentReady }) => [instanceId, agentReady])).toEqual([
      ['old', true],
      ['new', false],
    ]);
    expect(arm.sent).toHaveLength(3);
  });

  it('are where most of them are, or else where their resource group is', async () => {
    const elsewhere = { ...machine('c'), location: 'North Europe' };
    const many = await open([machine('a'), elsewhere, machine('b')], []);
    expect(await many.fleets.model(fleet)).toMatchObject({
      kind: 'stand-alone',
      location: 'westeurope',
      imageVersionId: '',
    });
    await arm.close();
    const none = await open([], [], { '/resourceGroups/rg-vms': { location: 'uksouth' } });
    expect((await none.fleets.model(fleet))?.location).toBe('uksouth');
    expect(await none.machines.list(fleet)).toEqual([]);
    expect(await none.fleets.model({ ...fleet, resourceGroup: 'rg-none' })).toBeUndefined();
  });
});
