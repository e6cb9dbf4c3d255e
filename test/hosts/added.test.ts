import { describe, expect, it } from 'vitest';
import { unequippedTag } from '../../shared/hosts/tag.ts';
import { newVersion, oldVersion, tag } from '../support/small-azure.ts';
import { domainJoin, evenTempered } from '../support/small-machine.ts';
import { alone, planAlone } from './one-host.ts';

describe('a host that is added beside others', () => {
  const plan = {
    ...planAlone(),
    task: 'add' as const,
    like: 'avd-0',
    name: 'avd-1',
    sessionHost: '',
    machine: { subscriptionId: 's', resourceGroup: 'g', instanceId: 'avd-1' },
  };

  it('is made after another, and takes users once it is healthy', async () => {
    const { azure, bring } = alone({ extensions: [domainJoin], priorTag: 'ours' });
    expect(await bring(plan)).toMatchObject({ phase: 'done' });
    expect(azure.fleet.get('avd-1')).toMatchObject({
      machine: { imageVersionId: newVersion },
      parts: ['avd-1-nic'],
    });
    expect(azure.desktop.isOpen('avd-1')).toBe(true);
    expect(azure.fleet.get('avd-1')?.machine.tags[tag]).toBeUndefined();
    expect(azure.fleet.get('avd-0')?.machine.imageVersionId).toBe(oldVersion);
  });

  it.each([[30], [200], [420], [600], [700]])(
    'R11: is taken away again with all it had, if it is aborted after %i seconds',
    async (seconds) => {
      const { azure, bring, hostApi, world } = alone();
      azure.vms.createSeconds = () => 150;
      world.start(async () => await hostApi.abort('r.1', { by: 'ann', reason: 'enough' }), seconds);
      const host = await bring(plan, 'r.1');
      // Once users may be on it, it is one of the pool.
      if (host.phase !== 'done') {
        expect(host).toMatchObject({ phase: 'put-back' });
        await world.passUntil(() => false, { days: 1 / 24 });
        expect(azure.fleet.has('avd-1')).toBe(false);
        expect([...azure.vms.parts.keys()]).not.toContain('avd-1-nic');
        expect(azure.desktop.isRegistered('avd-1')).toBe(false);
      }
      expect(azure.wrongs).toEqual([]);
    },
  );

  it('is taken away again if it is ill, once whoever came to it has left', async () => {
    const { azure, bring, world } = alone();
    azure.vms.temperOfNew = () => ({ ...evenTempered, isIll: true });
    azure.onChange = (what, instanceId) => {
      if (what === 'registered') azure.desktop.seat('ana', instanceId, 1_000_000);
    };
    const host = await bring(plan);
    expect(host).toMatchObject({ phase: 'failed', failure: { code: 'HealthCheckFailed' } });
    expect(host.facts.told).toMatchObject([{ user: 'ana' }]);
    await world.passUntil(() => false, { days: 1 / 24 });
    expect(azure.fleet.has('avd-1')).toBe(false);
    expect(azure.wrongs).toEqual([]);
  });

  it('R4: is off before it is taken away, where its agent is being installed: it could come at any moment', async () => {
    const powers: (string | undefined)[] = [];
    const { azure, bring, hostApi, world } = alone({}, (azure) => {
      azure.installSeconds = () => 600;
      const { standAlone } = azure.machines;
      const removeWithParts: typeof standAlone.removeWithParts = async (machine) => {
        powers.push(azure.fleet.get('avd-1')?.machine.power);
        await standAlone.removeWithParts(machine);
      };
      azure.machines = { ...azure.machines, standAlone: { ...standAlone, removeWithParts } };
    });
    const stop = async () => {
      if (azure.fleet.get('avd-1')?.commands.size === 1)
        await hostApi.abort('r.1', { by: 'ann', reason: 'enough' });
      else world.start(stop, 30);
    };
    world.start(stop, 30);
    expect(await bring(plan, 'r.1')).toMatchObject({ phase: 'put-back' });
    expect(powers).toEqual(['deallocated']);
    await world.passUntil(() => false, { days: 1 / 24 });
    expect(azure.desktop.isRegistered('avd-1')).toBe(false);
    expect(azure.wrongs).toEqual([]);
  });

  it('inherits neither drain nor exclusion of the machine that it is made after', async () => {
    const { azure, bring } = alone({ isDrained: true });
    const state = azure.fleet.get('avd-0');
    if (state)
      state.machine = { ...state.machine, tags: { team: 'desktops', [tag]: 'goldsmith:closed,off' } };
    expect(await bring(plan)).toMatchObject({ phase: 'done' });
    const { power, tags } = azure.fleet.get('avd-1')?.machine ?? {};
    expect([azure.desktop.isOpen('avd-1'), power, tags?.[tag], tags?.['team']]).toEqual([
      true,
      'running',
      undefined,
      'desktops',
    ]);
  });

  it('is not made after a machine that never got its extensions', async () => {
    const { azure, bring } = alone();
    const state = azure.fleet.get('avd-0');
    if (state) state.machine = { ...state.machine, tags: { [unequippedTag]: 'Monitor' } };
    const host = await bring(plan);
    expect(host).toMatchObject({ phase: 'failed', failure: { code: 'NotReplaceable' } });
    expect(azure.fleet.has('avd-1')).toBe(false);
  });

  it('leaves a machine alone that has its name', async () => {
    const { azure, bring } = alone();
    azure.add('1');
    expect(await bring(plan)).toMatchObject({ phase: 'failed', failure: { code: 'NameTaken' } });
    expect(azure.fleet.get('avd-1')?.machine.vmId).toBe('vm-avd-1');
    expect(azure.desktop.isOpen('avd-1')).toBe(true);
    expect(azure.wrongs).toEqual([]);
  });
});

describe('a host that is retired', () => {
  const plan = { ...planAlone(), task: 'retire' as const };

  it('R5: is emptied as any other, and gone with all it had', async () => {
    const { azure, bring } = alone();
    azure.desktop.seat('ana', 'avd-0', 1_000_000);
    const host = await bring(plan);
    expect(host).toMatchObject({ phase: 'done', facts: { told: [{ user: 'ana' }] } });
    expect(azure.fleet.size).toBe(0);
    expect(azure.vms.parts.size).toBe(0);
    expect(azure.desktop.isRegistered('avd-0')).toBe(false);
    expect(azure.wrongs).toEqual([]);
  });
});
