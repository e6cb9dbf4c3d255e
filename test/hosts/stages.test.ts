import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { Machines } from '../../shared/hosts/machine.ts';
import { secondsBetween } from '../../shared/instant.ts';
import { link } from '../support/fleet.ts';
import { evenTempered, newVersion, oldVersion, tag } from '../support/small-azure.ts';
import { atFirst, noAnswer, one, planWith } from './one-host.ts';

const staying = { ...link.policy.sessions, atGraceEnd: 'wait' as const, waitHours: 2 };

describe('a host that is brought to a version', () => {
  it.each([
    ['open', false, ''],
    ['drained by somebody', true, ''],
    ['excluded by somebody', false, 'maintenance'],
    ['drained and excluded', true, 'maintenance'],
  ])('R10: is afterwards as it was before: %s', async (_, isDrained, priorTag) => {
    const { azure, bring } = one({ isDrained, priorTag });
    expect(await bring()).toMatchObject({ phase: 'done' });
    expect(azure.fleet.get('0')?.machine).toMatchObject({
      imageVersionId: newVersion,
      tags: priorTag === '' ? { team: 'desktops' } : { team: 'desktops', [tag]: priorTag },
    });
    expect(azure.desktop.isOpen('avd-0')).toBe(!isDrained);
  });

  it('R10: is as it was before an earlier rollout left it in quarantine', async () => {
    const { azure, bring } = one({ temper: { ...evenTempered, isIll: true }, priorTag: 'maintenance' });
    expect(await bring()).toMatchObject({ phase: 'quarantined', failure: { code: 'HealthCheckFailed' } });
    expect(azure.desktop.isOpen('avd-0')).toBe(false);
    expect(azure.fleet.get('0')?.machine.tags[tag]).toBe('goldsmith:open:maintenance');
    const state = azure.fleet.get('0');
    if (state) state.temper = evenTempered;
    expect(await bring(planWith(), 'again.0')).toMatchObject({ phase: 'done' });
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.fleet.get('0')?.machine.tags[tag]).toBe('maintenance');
  });

  it('R10: goes back to its quarantine when the rollout that took it on is aborted', async () => {
    const { azure, world, hostApi, bring } = one({ temper: { ...evenTempered, isIll: true } });
    expect(await bring()).toMatchObject({ phase: 'quarantined' });
    world.start(async () => await hostApi.abort('again.0', { by: 'ana', reason: 'not today' }), 600);
    expect(await bring(planWith({ minDrainMinutes: 60 }), 'again.0')).toMatchObject({ phase: 'put-back' });
    expect(azure.desktop.isOpen('avd-0')).toBe(false);
    expect(azure.fleet.get('0')?.machine.tags[tag]).toBe('goldsmith:open');
    // And what it was before all that is still known to whoever brings it up in the end.
    const state = azure.fleet.get('0');
    if (state) state.temper = evenTempered;
    expect(await bring(planWith(), 'third.0')).toMatchObject({ phase: 'done' });
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.fleet.get('0')?.machine.tags[tag]).toBeUndefined();
  });

  it('R10: is started if it was off, found though the plan does not name its session host, and off again in the end', async () => {
    const { azure, bring, calls } = one({ isOff: true });
    expect(await bring({ ...planWith(), sessionHost: '' })).toMatchObject({ phase: 'done' });
    expect(azure.fleet.get('0')?.machine.power).toBe('deallocated');
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(calls('start').length).toBeGreaterThan(0);
  });

  it('R4: is left by its users for the drain time before it is reimaged', async () => {
    const { bring, calls } = one();
    await bring(planWith({ minDrainMinutes: 7 }));
    const [drained] = calls('setAllowNewSession');
    const [reimaged] = calls('reimage');
    expect(secondsBetween(drained?.at ?? '', reimaged?.at ?? '')).toBeGreaterThanOrEqual(7 * 60);
  });

  it('R5: tells its users once, in words, and logs off after the grace whom it told', async () => {
    const { azure, bring, calls } = one();
    azure.desktop.arrive('ann', 1_000_000);
    const host = await bring();
    expect(host).toMatchObject({ phase: 'done', facts: { told: [{ user: 'ann', confirmed: true }] } });
    expect(host.facts.loggedOff).toMatchObject([{ user: 'ann' }]);
    expect(calls('sendMessage').map(({ given }) => given[3])).toEqual([
      {
        title: 'Update of avd-0',
        body: expect.stringMatching(/^Please log off by 12:1\d UTC\.$/) as unknown,
      },
    ]);
    const [told] = calls('sendMessage');
    const [loggedOff] = calls('logOff');
    expect(secondsBetween(told?.at ?? '', loggedOff?.at ?? '')).toBeGreaterThanOrEqual(10 * 60);
    expect(host.spent.users).toBeGreaterThanOrEqual(10 * 60);
  });

  it('R5: is given up and put back where users may stay', async () => {
    const { azure, bring, calls } = one();
    azure.desktop.arrive('ann', 1_000_000);
    const host = await bring(planWith({ sessions: staying }));
    expect(host).toMatchObject({ phase: 'deferred', failure: { code: 'UsersStayed' } });
    expect(calls('logOff')).toEqual([]);
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.fleet.get('0')?.machine).toMatchObject({
      imageVersionId: oldVersion,
      tags: { team: 'desktops' },
    });
  });

  it('is not asked a second time to be reimaged while the first request may be on its way', async () => {
    const { azure, bring, calls } = one(
      {},
      atFirst(1, (late, world) => {
        world.after(250, late);
        throw noAnswer;
      }),
    );
    expect(await bring()).toMatchObject({ phase: 'done' });
    expect(calls('reimage')).toHaveLength(1);
    expect(azure.fleet.get('0')?.reimages).toBe(1);
  });

  it('is asked again if the request was lost for good', async () => {
    const { azure, bring, calls } = one(
      {},
      atFirst(1, () => {
        throw noAnswer;
      }),
    );
    expect(await bring()).toMatchObject({ phase: 'done' });
    const [first, second] = calls('reimage');
    expect(secondsBetween(first?.at ?? '', second?.at ?? '')).toBeGreaterThanOrEqual(290);
    expect(azure.fleet.get('0')?.reimages).toBe(1);
  });

  it('is brought up to the model where a reimage gives it the old image again', async () => {
    const { azure, bring, calls } = one({ temper: { ...evenTempered, keepsImage: true } });
    expect(await bring()).toMatchObject({ phase: 'done' });
    expect([calls('reimage').length, calls('applyModel').length]).toEqual([1, 1]);
    expect(azure.fleet.get('0')).toMatchObject({ reimages: 2, machine: { imageVersionId: newVersion } });
  });

  it('is past its return once it has a new disk, whatever is on it', async () => {
    const { azure, bring, hostApi, world } = one(
      { temper: { ...evenTempered, keepsImage: true } },
      (azure) => {
        const applyModel = async () => await Promise.reject(new AppError('AzureBusy', 'not now'));
        azure.machines = { ...azure.machines, applyModel };
      },
    );
    const abort = () => {
      // Back in `empty`, because somebody lifted the drain in that very moment.
      void azure.desktop.sessionHosts.setAllowNewSession(planWith().pool, 'avd-0', true);
      world.after(60, () => void hostApi.abort('r.0', { by: 'somebody', reason: 'no more' }));
    };
    const whenReplaced = () => {
      if (azure.fleet.get('0')?.reimages === 1) abort();
      else world.after(30, whenReplaced);
    };
    world.after(60, whenReplaced);
    expect(await bring()).toMatchObject({ phase: 'quarantined' });
    expect(azure.desktop.isOpen('avd-0')).toBe(false);
  });

  it('is not reimaged for ever where nothing proves it', async () => {
    const { azure, bring, calls } = one({}, (azure) => {
      const { read, list } = azure.machines;
      const osDiskId = 'always the same';
      const alike: Pick<Machines, 'read' | 'list'> = {
        read: async (machine) => {
          const found = await read(machine);
          return found && { ...found, osDiskId };
        },
        list: async (scaleSet) => Array.from(await list(scaleSet), (found) => ({ ...found, osDiskId })),
      };
      azure.machines = { ...azure.machines, ...alike };
    });
    expect(await bring()).toMatchObject({ phase: 'quarantined', failure: { code: 'ReimageFailed' } });
    expect(calls('reimage')).toHaveLength(6);
    expect(azure.desktop.isOpen('avd-0')).toBe(false);
  });

  it('waits as often as Azure throttles, which is no failure', async () => {
    const { bring, calls } = one(
      {},
      atFirst(6, () => {
        throw new AppError('Throttled', 'too many', { retryAfterSeconds: 60 });
      }),
    );
    expect(await bring()).toMatchObject({ phase: 'done' });
    expect(calls('reimage')).toHaveLength(7);
  });

  it('is put back if Azure will never reimage it', async () => {
    const { azure, bring } = one(
      {},
      atFirst(99, () => {
        throw new AppError('AzureRefused', 'not with these rights');
      }),
    );
    expect(await bring()).toMatchObject({
      phase: 'failed',
      stage: 'reimage',
      failure: { code: 'AzureRefused' },
    });
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
  });

  it('R10: is as it was though a request lands after it was put back', async () => {
    const { azure, bring, hostApi, world } = one({}, (azure, world) => {
      const { setTag } = azure.machines;
      let isFirst = true;
      const late: Machines['setTag'] = async (...given) => {
        if (!isFirst) return await setTag(...given);
        isFirst = false;
        world.after(60, () => void setTag(...given));
        throw noAnswer;
      };
      azure.machines = { ...azure.machines, setTag: late };
    });
    world.start(async () => await hostApi.abort('r.0', { by: 'ann', reason: 'enough' }), 5);
    expect(await bring()).toMatchObject({ phase: 'put-back', reason: 'enough' });
    await world.passUntil(() => false, { days: 1 / 24 });
    expect(azure.fleet.get('0')?.machine.tags).toEqual({ team: 'desktops' });
  });

  it('R13: is quarantined if it comes back on another version', async () => {
    const { azure, bring } = one();
    azure.model = `${newVersion}9`;
    expect(await bring()).toMatchObject({ phase: 'quarantined', failure: { code: 'ReimageFailed' } });
  });

  it('X8: keeps its registration token nowhere, whatever the installer writes', async () => {
    const { bring, calls, hostApi } = one({ temper: { ...evenTempered, installsFail: 1 } });
    const host = await bring();
    expect(host).toMatchObject({ phase: 'done', facts: { registrationFailures: 1 } });
    const tries = calls('startRunCommand').map(
      ({ given }) => given[1] as { name: string; protectedParameters: object; script: string },
    );
    expect(tries.map(({ name }) => name)).toEqual(['register-1-r', 'register-2-r']);
    for (const { protectedParameters, script } of tries) {
      expect(JSON.stringify(protectedParameters)).toContain('eyJ');
      expect(script).not.toContain('eyJ');
    }
    const kept = JSON.stringify([host, await hostApi.history('r.0')]);
    expect(kept).toContain('the installer failed with REGISTRATIONTOKEN=');
    expect(kept).not.toMatch(/eyJ|secret\d/);
  });

  it('leaves no script behind', async () => {
    const { azure, bring } = one({ temper: { ...evenTempered, installsFail: 2 } });
    await bring();
    expect([...(azure.fleet.get('0')?.commands.keys() ?? [])]).toEqual([]);
  });

  it('is quarantined after three tries to register, each with a token of its own', async () => {
    const { bring, calls } = one({ temper: { ...evenTempered, installsFail: 1, installsSilently: 9 } });
    expect(await bring()).toMatchObject({ phase: 'quarantined', failure: { code: 'RegistrationFailed' } });
    expect(calls('startRunCommand')).toHaveLength(3);
    expect(calls('registrationToken')).toHaveLength(3);
  });

  it('is given the time to upgrade its agent, and checked twice a minute apart', async () => {
    const { bring } = one({ temper: { ...evenTempered, upgradeMinutes: 45 } });
    const host = await bring();
    expect(host).toMatchObject({ phase: 'done' });
    expect(host.facts.checks?.every(({ outcome }) => outcome === 'passed')).toBe(true);
    const { firstHealthyAt = '', healthySince } = host.facts;
    expect(healthySince).toBe(firstHealthyAt);
    expect('at' in host && secondsBetween(firstHealthyAt, host.at)).toBeGreaterThanOrEqual(60);
  });

  it('has failed if its machine vanishes, at whatever time', async () => {
    const { azure, bring, world } = one();
    world.after(10, () => azure.vanish('0'));
    expect(await bring()).toMatchObject({ phase: 'failed', failure: { code: 'HostVanished' } });
  });
});
