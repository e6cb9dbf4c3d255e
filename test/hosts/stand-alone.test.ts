import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { madeByTag, poolTag, type StandAloneMachines } from '../../shared/hosts/machine.ts';
import { hostView } from '../../shared/hosts/view.ts';
import { secondsBetween } from '../../shared/instant.ts';
import { newVersion, oldVersion, type SmallAzure, tag } from '../support/small-azure.ts';
import { domainJoin, evenTempered, joinSecret } from '../support/small-machine.ts';
import type { World } from '../support/world.ts';
import { alone, noAnswer, planAlone } from './one-host.ts';

/** Gives way to what is done instead of one thing that Azure is asked for. */
const altered =
  <Name extends keyof StandAloneMachines>(
    name: Name,
    instead: (real: StandAloneMachines[Name], world: World) => StandAloneMachines[Name],
  ) =>
  (azure: SmallAzure, world: World) => {
    const { standAlone } = azure.machines;
    const changed = { ...standAlone, [name]: instead(standAlone[name], world) };
    azure.machines = { ...azure.machines, standAlone: changed };
  };

const refusedWith = (code: 'QuotaExceeded' | 'AzureRefused' | 'NameTaken') => async () =>
  await Promise.reject(new AppError(code, 'not so'));

describe('a host whose machine stands alone', () => {
  it('is replaced under its name, with its network interface, data disks, size, tags and extensions', async () => {
    const { azure, bring, world, calls } = alone({ extensions: [domainJoin, 'Monitor'], priorTag: 'ours' });
    const before = azure.fleet.get('avd-0');
    expect(await bring(planAlone())).toMatchObject({ phase: 'done' });
    const after = azure.fleet.get('avd-0');
    expect(after).toMatchObject({
      machine: {
        computerName: 'avd-0',
        size: before?.machine.size,
        imageVersionId: newVersion,
        tags: { team: 'desktops', [tag]: 'ours', [poolTag]: 'g/pool', [madeByTag]: 'r/avd-0' },
      },
      parts: before?.parts,
      reimages: 1,
    });
    expect(after?.machine.vmId).not.toBe(before?.machine.vmId);
    expect(Object.keys(after?.machine.tags ?? {})).toHaveLength(4);
    expect([...(after?.extensions.values() ?? [])].map((one) => one.provisioningState)).toEqual([
      'Succeeded',
      'Succeeded',
    ]);
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    // One after the other, as they were before.
    expect(calls('addExtension').map(({ given }) => (given[1] as { name: string }).name)).toEqual([
      domainJoin,
      'Monitor',
    ]);
    expect(azure.wrongs).toEqual([]);
    await world.passUntil(() => false, { days: 1 / 24 });
  });

  it('R4: leaves its pool before its machine is deleted, empty for the drain time', async () => {
    const { bring, calls } = alone();
    await bring(planAlone({ minDrainMinutes: 7 }));
    const [drained] = calls('setAllowNewSession');
    const removals = calls('remove');
    // The session host first: the broker refuses while anybody is on it.
    expect(removals.map(({ given }) => given.length)).toEqual([2, 1]);
    expect(secondsBetween(drained?.at ?? '', removals[0]?.at ?? '')).toBeGreaterThanOrEqual(7 * 60);
  });

  it('X2: is deleted only once what it takes to make it anew is saved, with disks that outlive it', async () => {
    const saved: string[] = [];
    const { azure, bring, calls, onHostSaved } = alone({ keepsParts: false });
    onHostSaved.push(({ facts }, event) => {
      saved.push(`${event.type} ${facts.blueprint ? 'kept' : ''} ${calls('remove').length}`);
    });
    expect(await bring(planAlone())).toMatchObject({ phase: 'done' });
    expect(saved).toContain('stage-running kept 0');
    expect(saved.indexOf('stage-running kept 0')).toBeLessThan(saved.indexOf('stage-intended kept 0'));
    expect(azure.wrongs).toEqual([]);
  });

  it.each([
    ['cannot be made again', 'NotReplaceable'],
    ['needs a secret that nobody named', 'SecretNotFound'],
    ['needs a secret that is not there', 'SecretNotFound'],
  ])('R13: is put back, and nothing is deleted, where it %s', async (what, code) => {
    const { azure, bring, calls } = alone(
      { extensions: [domainJoin] },
      altered('blueprint', (real) => async (machine) => {
        const found = await real(machine);
        return found && what === 'cannot be made again' ? { ...found, notAgain: 'Unmanaged disks.' } : found;
      }),
    );
    if (what.endsWith('not there')) azure.vault.clear();
    const plan = planAlone();
    const { secrets: _, ...unnamed } = plan;
    const host = await bring(what.endsWith('named') ? unnamed : plan);
    expect(host).toMatchObject({ phase: 'failed', stage: 'remove', failure: { code } });
    expect(calls('remove')).toEqual([]);
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.fleet.get('avd-0')?.machine.tags).toEqual({ team: 'desktops' });
  });

  it('X8: keeps its secrets nowhere', async () => {
    const { azure, bring, calls, hostApi } = alone({ extensions: [domainJoin] });
    azure.vault.set(joinSecret, JSON.stringify({ Password: 'hunter22' }));
    azure.vault.set('https://vault/secrets/admin', 'Passw0rd-of-nobody');
    const plan = planAlone();
    const secrets = { ...plan.secrets, adminPassword: 'https://vault/secrets/admin' };
    const host = await bring({ ...plan, secrets });
    expect(host).toMatchObject({ phase: 'done' });
    expect(calls('create')[0]?.given[1]).toMatchObject({ adminPassword: 'Passw0rd-of-nobody' });
    expect(calls('addExtension')[0]?.given[2]).toEqual({ Password: 'hunter22' });
    const kept = JSON.stringify([host, await hostApi.history('r.0')]);
    expect(kept).not.toMatch(/hunter22|Passw0rd/);
  });

  it('is made again where Azure made a machine that does not run', async () => {
    const { azure, bring, calls } = alone({ temper: { ...evenTempered, createsFail: 2 } });
    expect(await bring(planAlone())).toMatchObject({ phase: 'done', facts: { notCreated: 2 } });
    expect(calls('create')).toHaveLength(3);
    expect(azure.wrongs).toEqual([]);
  });

  it('R13: is quarantined after three machines that do not run, and goes on from what is kept', async () => {
    const { azure, bring, hostApi } = alone({ temper: { ...evenTempered, createsFail: 3 } });
    const host = await bring(planAlone());
    expect(host).toMatchObject({ phase: 'quarantined', stage: 'create', failure: { code: 'CreateFailed' } });
    expect('failure' in host && host.failure.message).toMatch(/Azure says: AllocationFailed: no capacity/);
    const [standing] = await hostApi.standings('r');
    const { blueprint } = standing && 'blueprint' in standing ? standing : {};
    if (!blueprint) throw new Error('nothing was kept');
    expect(await bring({ ...planAlone(), blueprint }, 'r.0~2')).toMatchObject({ phase: 'done' });
    expect(azure.fleet.get('avd-0')?.machine).toMatchObject({
      imageVersionId: newVersion,
      tags: { team: 'desktops' },
    });
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.wrongs).toEqual([]);
  });

  it.each([['QuotaExceeded'], ['AzureRefused']] as const)(
    'R13: whose machine is deleted, and which Azure will not make again (%s), is made by a retry',
    async (code) => {
      let isRefused = true;
      const { azure, bring, hostApi, calls } = alone(
        { isDrained: true, priorTag: 'ours' },
        altered('create', (real) => async (...given) => {
          if (isRefused) await refusedWith(code)();
          await real(...given);
        }),
      );
      const host = await bring(planAlone());
      expect(host).toMatchObject({ phase: 'quarantined', stage: 'create', failure: { code } });
      expect(azure.fleet.has('avd-0')).toBe(false);
      const view = hostView({ instanceId: 'avd-0' }, host);
      expect(view).toMatchObject({ way: 'stand-alone', task: 'update', blueprintKeptAt: host.facts.keptAt });
      expect(view).toMatchObject({ goOn: expect.stringMatching(/retry/) as unknown });
      expect(JSON.stringify(view)).not.toContain('-nic');
      isRefused = false;
      const [standing] = await hostApi.standings('r');
      const { blueprint } = standing && 'blueprint' in standing ? standing : {};
      if (!blueprint) throw new Error('nothing was kept');
      const before = calls('create').length;
      expect(await bring({ ...planAlone(), blueprint }, 'r.0~2')).toMatchObject({ phase: 'done' });
      expect(calls('create')).toHaveLength(before + 1);
      // As it was before all that.
      expect(azure.desktop.isOpen('avd-0')).toBe(false);
      expect(azure.fleet.get('avd-0')?.machine.tags[tag]).toBe('ours');
      expect(JSON.stringify(await hostApi.history('r.0~2'))).not.toContain('-nic');
      expect(azure.wrongs).toEqual([]);
    },
  );

  it('leaves a machine alone that somebody else made under its name', async () => {
    const { azure, bring } = alone(
      {},
      altered('create', () => refusedWith('NameTaken')),
    );
    expect(await bring(planAlone({ failedHosts: 'restore' }))).toMatchObject({
      phase: 'quarantined',
      failure: { code: 'NameTaken' },
    });
    expect(azure.wrongs).toEqual([]);
  });

  it('is not deleted for what a machine lacks that was never finished, unless what it had is known', async () => {
    const { azure, bring, hostApi } = alone({
      extensions: ['Monitor'],
      temper: { ...evenTempered, extensionsFail: 3 },
    });
    const first = await bring(planAlone());
    expect(first).toMatchObject({ phase: 'quarantined', failure: { code: 'EquipFailed' } });
    const [standing] = await hostApi.standings('r');
    const { blueprint } = standing && 'blueprint' in standing ? standing : {};
    if (!blueprint) throw new Error('nothing was kept');
    const other = { ...planAlone(), rollout: 'other' };
    expect(await bring(other, 'other.0')).toMatchObject({
      phase: 'failed',
      failure: { code: 'NotReplaceable', message: expect.stringMatching(/Monitor.*Retry/) as unknown },
    });
    expect(await bring({ ...planAlone(), blueprint }, 'r.0~2')).toMatchObject({ phase: 'done' });
    expect([...(azure.fleet.get('avd-0')?.extensions.keys() ?? [])]).toEqual(['Monitor']);
    expect(azure.wrongs).toEqual([]);
  });

  it('waits until a deletion that nobody answered for can no longer reach the next machine', async () => {
    let isFirst = true;
    const { azure, bring, calls } = alone(
      {},
      altered('remove', (real, world) => async (machine) => {
        if (!isFirst) return await real(machine);
        isFirst = false;
        await real(machine);
        world.after(240, () => void real(machine));
        throw noAnswer;
      }),
    );
    expect(await bring(planAlone())).toMatchObject({ phase: 'done' });
    expect(azure.fleet.get('avd-0')).toMatchObject({ reimages: 1 });
    expect(calls('create')).toHaveLength(1);
  });

  it('is made again from what it came from, where the policy says so, and has failed then', async () => {
    const { azure, bring, calls } = alone({ temper: { ...evenTempered, isIll: true } });
    const host = await bring(planAlone({ failedHosts: 'restore' }));
    expect(host).toMatchObject({
      phase: 'failed',
      stage: 'verify',
      failure: { code: 'HealthCheckFailed' },
    });
    expect(azure.fleet.get('avd-0')?.machine.imageVersionId).toBe(oldVersion);
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(
      calls('create').map(({ given }) => (given[1] as { imageVersionId: string }).imageVersionId),
    ).toEqual([newVersion, oldVersion]);
    expect(azure.wrongs).toEqual([]);
  });
});
