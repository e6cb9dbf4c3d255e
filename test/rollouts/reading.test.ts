import { describe, expect, it } from 'vitest';
import type { Instance } from '../../shared/rollouts/fleet.ts';
import type { SessionHostReading } from '../../shared/rollouts/host-pool.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import { maySinceBeOff, viewsOf } from '../../shared/rollouts/reading.ts';

const now = '2026-01-01T00:00:00.000Z';

function readingOf(machine: Partial<Instance>, told: Partial<SessionHostReading> = {}) {
  const instance: Instance = {
    id: '/virtualMachines/set_1a2b',
    instanceId: 'set_1a2b',
    computerName: 'avd-1',
    imageVersionId: '',
    provisioningState: 'Succeeded',
    power: 'running',
    size: '',
    tags: {},
    ...machine,
  };
  const sessionHost = {
    name: 'avd-1.contoso.com',
    resourceId: instance.id.toUpperCase(),
    status: 'Unavailable',
    lastHeartbeat: now,
    allowNewSession: true,
    sessions: 0,
    assignedUser: '',
    ...told,
  };
  const imageVersionId = '/galleries/g/images/i/versions/1.1.0';
  const of = { records: {}, imageVersionId, heartbeatMinutes: 5, now };
  return { instances: [instance], sessionHosts: [sessionHost], ...of };
}

function viewOf(...reading: Parameters<typeof readingOf>) {
  return viewsOf(readingOf(...reading))[0];
}

describe('a reading of a host', () => {
  it.each([
    ['deallocated', true, true],
    ['stopped', true, true],
    ['starting', true, true],
    ['running', true, undefined],
    ['starting', false, undefined],
  ] as const)('that is %s, with allowNewSession %s: whoever starts hosts has it: %s', (power, allows, is) => {
    expect(viewOf({ power }, { allowNewSession: allows })?.isStartable).toBe(is);
  });

  it('names it as its host pool does where Azure knows no name of its guest', () => {
    expect(viewOf({})?.name).toBe('avd-1');
    expect(viewOf({ computerName: '' })?.name).toBe('avd-1');
  });

  const anHourAgo = '2025-12-31T23:00:00.000Z';
  it.each<[title: string, power: Instance['power'], told: Partial<SessionHostReading>, may: boolean]>([
    ['runs, was heard of and gives nobody a place', 'running', {}, true],
    ['is known to be off', 'deallocated', {}, false],
    ['takes users', 'running', { status: 'Available' }, false],
    ['is drained', 'running', { allowNewSession: false }, false],
    ['has been silent for longer than a list is old', 'running', { lastHeartbeat: anHourAgo }, false],
  ])('that %s: it may have been switched off since its machine was listed', (_, power, told, may) => {
    expect(maySinceBeOff(readingOf({ power }, told))).toBe(may);
  });

  it('that is ours says nothing of others', () => {
    const { records, ...reading } = readingOf({});
    expect(records).toEqual({});
    const ours = { instanceId: 'set_1a2b', outcome: 'admitted' } as HostRecord;
    expect(maySinceBeOff({ ...reading, records: { set_1a2b: ours } })).toBe(false);
  });
});
