import { describe, expect, it } from 'vitest';
import { poolTag as poolTagOfHosts } from '../../shared/hosts/machine.ts';
import { unequippedTag as unequippedTagOfHosts } from '../../shared/hosts/tag.ts';
import type { Instance } from '../../shared/rollouts/fleet.ts';
import { membersOf, mostlyFrom, mostlyOf, poolTag, unequippedTag } from '../../shared/rollouts/members.ts';
import { goneOf } from '../../shared/rollouts/reading.ts';
import type { PoolLink } from '../../shared/rollouts/pool.ts';
import { link } from '../support/fleet.ts';

const { scaleSet: _, ...where } = link;
const alone: PoolLink = { ...where, virtualMachines: { resourceGroup: 'g' } };
const machine = (instanceId: string, more: Partial<Instance> = {}): Instance => ({
  id: `/g/${instanceId}`,
  instanceId,
  computerName: instanceId,
  size: 'Standard_D4s_v5',
  tags: {},
  imageVersionId: '/versions/1.0.0',
  provisioningState: 'Succeeded',
  power: 'running',
  ...more,
});
const names = (machines: readonly Instance[]) => machines.map(({ instanceId }) => instanceId);

describe('the machines of a pool', () => {
  it('are tagged alike by both rooms', () => {
    expect([poolTag, unequippedTag]).toEqual([poolTagOfHosts, unequippedTagOfHosts]);
  });

  const machines = [
    machine('avd-0'),
    machine('avd-1', { tags: { [poolTag]: 'G/Pool' } }),
    machine('other-0', { tags: { [poolTag]: 'g/other' } }),
    machine('sql-0'),
  ];
  it('are, of a scale set, all', () => {
    expect(membersOf(link, machines, [])).toEqual(machines);
  });
  it('are, of a resource group, those that a session host is on, or that were made for it: no other is touched', () => {
    expect(names(membersOf(alone, machines, [{ resourceId: '/G/AVD-0' }]))).toEqual(['avd-0', 'avd-1']);
    expect(names(membersOf(alone, machines, [{ resourceId: '' }]))).toEqual(['avd-1']);
  });
  it('V5: hold their image whosever they are, but for those of other pools', () => {
    expect(names(mostlyOf(alone, machines))).toEqual(['avd-0', 'avd-1', 'sql-0']);
  });

  const from = (...versions: readonly string[]) =>
    mostlyFrom(
      versions.map((imageVersionId, index) => machine(String(index), { imageVersionId })),
      (instanceId) => (instanceId === '9' ? '/v/1' : '/V/2'),
    );
  it('came from the version that most of them have which are not on the wanted one', () => {
    expect(from('/v/1', '/v/1', '/v/0')).toBe('/v/1');
    expect(from('/v/2', '/v/2', '/v/1')).toBe('/v/1');
    expect(from('/v/2', '')).toBeUndefined();
    const tenth = Array.from({ length: 9 }, () => '/v/2');
    expect(from(...tenth, '/v/1')).toBeUndefined();
    expect(from()).toBeUndefined();
  });

  const nobody = { sessionHost: '', why: '', admittedAt: '', told: 0, loggedOff: 0 };
  const seconds = { users: 0, azure: 0, own: 0 };
  const again = { by: 'ann', reason: '', at: '', was: { outcome: 'quarantined', why: '' } } as const;
  it.each([
    ['under way is in flight', { outcome: 'admitted' }, ['in-flight']],
    [
      'retired is in flight until it has ended',
      { outcome: 'admitted', task: 'retire', for: 'x' },
      ['in-flight'],
    ],
    ['in quarantine is lost', { outcome: 'quarantined' }, ['lost']],
    ['to be tried again is there to be begun', { outcome: 'put-off', again }, ['untouched']],
    ['added and not there yet is none', { outcome: 'admitted', task: 'add' }, []],
    ['retired and lost is not missed', { outcome: 'quarantined', task: 'retire', for: 'x' }, []],
    ['put off and deleted by others is none', { outcome: 'put-off' }, []],
    ['retired is none', { outcome: 'done', task: 'retire', for: 'x' }, []],
  ] as const)('R2: one without a machine that is %s', (_, more, standings) => {
    const records = { a: { instanceId: 'a', name: 'a', ...nobody, seconds, ...more } };
    expect(goneOf(records, []).map(({ standing }) => standing)).toEqual(standings);
    expect(goneOf(records, [machine('a')])).toEqual([]);
  });
});
