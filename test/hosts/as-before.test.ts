import { describe, expect, it } from 'vitest';
import type { HostPlan } from '../../shared/hosts/course.ts';
import { newVersion, tag } from '../support/small-azure.ts';
import { evenTempered } from '../support/small-machine.ts';
import { one, planAlone, planWith } from './one-host.ts';

const ways = [
  ['uniform', '0', planWith()],
  ['flexible', 'avd-0', named(planWith(), 'flexible')],
  ['stand-alone', 'avd-0', planAlone()],
] as const;

function named(plan: HostPlan, way: 'flexible'): HostPlan {
  return { ...plan, way, machine: { ...plan.machine, instanceId: 'avd-0' } };
}

const of = (
  kind: (typeof ways)[number][0],
  given: Parameters<typeof one>[0] = {},
  type: 'Pooled' | 'Personal' = 'Pooled',
) =>
  one(given, (azure) => {
    azure.kind = kind;
    azure.desktop.type = type;
  });

describe.each(ways)('a host of kind %s', (kind, instanceId, plan) => {
  it('R10: that was off is off again in the end, and takes users when it is started', async () => {
    const { azure, bring } = of(kind, { isOff: true });
    expect(await bring(plan)).toMatchObject({ phase: 'done' });
    expect(azure.fleet.get(instanceId)?.machine).toMatchObject({
      power: 'deallocated',
      imageVersionId: newVersion,
    });
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.wrongs).toEqual([]);
  });

  it('R10: that was off stays on for whoever is on it by then', async () => {
    const { azure, bring } = of(kind, { isOff: true });
    azure.onChange = (what) => {
      if (what === 'registered') azure.desktop.seat('ana', 'avd-0', 1_000_000);
    };
    expect(await bring(plan)).toMatchObject({ phase: 'done' });
    expect(azure.fleet.get(instanceId)?.machine.power).toBe('running');
    expect(azure.wrongs).toEqual([]);
  });

  it('R10: that is somebody’s desktop is his again before anybody can come', async () => {
    const { azure, bring, calls } = of(kind, { user: 'ana@example.com' }, 'Personal');
    expect(await bring(plan)).toMatchObject({ phase: 'done' });
    expect(azure.desktop.userOf('avd-0')).toBe('ana@example.com');
    const [assigned] = calls('assign');
    const opened = calls('setAllowNewSession').find(({ given }) => given[2] === true);
    expect((assigned?.at ?? '') <= (opened?.at ?? '')).toBe(true);
    expect(Object.keys(azure.fleet.get(instanceId)?.machine.tags ?? {}).join()).not.toMatch(/assigned/);
  });

  it('R10: is nobody’s if its user was given another desktop meanwhile, and says who has which', async () => {
    const { azure, bring, hostApi, seen } = of(kind, { user: 'ana@example.com' }, 'Personal');
    azure.add('1');
    azure.onChange = (what) => {
      if (what === 'registered') azure.desktop.assign('avd-1', 'ana@example.com');
    };
    expect(await bring(plan)).toMatchObject({
      phase: 'done',
      facts: { givenMeanwhile: { user: 'ana@example.com', desktop: 'avd-1' } },
    });
    const [standing] = await hostApi.standings('r');
    const told = 'ana@example.com was given avd-1 meanwhile, and avd-0 is nobody’s';
    expect(standing).toMatchObject({ outcome: 'done', why: `on the version; ${told}` });
    const news = (await seen.hosts.history('r.0')).map(({ event }) => ('news' in event ? event.news : ''));
    expect(news.join()).toMatch(/keeps it/);
    expect([azure.desktop.userOf('avd-0'), azure.desktop.isOpen('avd-0')]).toEqual(['', true]);
    expect(Object.keys(azure.fleet.get(instanceId)?.machine.tags ?? {}).join()).not.toMatch(/assigned/);
  });

  it('R10: that is somebody’s desktop is his again though an earlier rollout left it in quarantine, off before', async () => {
    const given = { user: 'ana@example.com', isOff: true, priorTag: 'ours' };
    const { azure, bring } = of(kind, { ...given, temper: { ...evenTempered, isIll: true } }, 'Personal');
    expect(await bring(plan)).toMatchObject({ phase: 'quarantined' });
    expect(azure.desktop.userOf('avd-0')).toBe('');
    const state = azure.fleet.get(instanceId);
    if (state) state.temper = evenTempered;
    expect(await bring({ ...plan, rollout: 'again' }, 'again.0')).toMatchObject({ phase: 'done' });
    expect(azure.desktop.userOf('avd-0')).toBe('ana@example.com');
    expect(azure.fleet.get(instanceId)?.machine).toMatchObject({
      power: 'deallocated',
      tags: { team: 'desktops', [tag]: 'ours' },
    });
    expect(azure.wrongs).toEqual([]);
  });
});

describe('a host of a Flexible scale set', () => {
  const flexible = named(planWith(), 'flexible');

  it('takes the model first, and is reimaged only where that gave it no new disk', async () => {
    const plain = of('flexible');
    expect(await plain.bring(flexible)).toMatchObject({ phase: 'done' });
    expect([plain.calls('applyModel').length, plain.calls('reimage').length]).toEqual([1, 0]);
    const { azure, bring, calls } = of('flexible', { temper: { ...evenTempered, keepsDisk: true } });
    expect(await bring(flexible)).toMatchObject({ phase: 'done', facts: { updated: true } });
    expect([calls('applyModel').length, calls('reimage').length]).toEqual([1, 1]);
    expect(azure.fleet.get('avd-0')).toMatchObject({ reimages: 1 });
  });

  it('R13: is not on the version for what it says of itself, as long as its disk is the old one', async () => {
    const { azure, bring } = of('flexible', { temper: { ...evenTempered, keepsDisk: true, breaksOff: 99 } });
    expect(await bring(flexible)).toMatchObject({ phase: 'quarantined', failure: { code: 'ReimageFailed' } });
    expect(azure.fleet.get('avd-0')).toMatchObject({ reimages: 0, machine: { imageVersionId: newVersion } });
    expect(azure.desktop.isOpen('avd-0')).toBe(false);
  });
});
