import { describe, expect, it } from 'vitest';
import type { Instance } from '../../shared/rollouts/fleet.ts';
import { viewsOf } from '../../shared/rollouts/reading.ts';

const now = '2026-01-01T00:00:00.000Z';

function viewOf(machine: Partial<Instance>, allowNewSession = true) {
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
    allowNewSession,
    sessions: 0,
    assignedUser: '',
  };
  const imageVersionId = '/galleries/g/images/i/versions/1.1.0';
  const of = { records: {}, imageVersionId, heartbeatMinutes: 5, now };
  return viewsOf({ instances: [instance], sessionHosts: [sessionHost], ...of })[0];
}

describe('a reading of a host', () => {
  it.each([
    ['deallocated', true, true],
    ['stopped', true, true],
    ['starting', true, true],
    ['running', true, undefined],
    ['starting', false, undefined],
  ] as const)('that is %s, with allowNewSession %s: whoever starts hosts has it: %s', (power, allows, is) => {
    expect(viewOf({ power }, allows)?.isStartable).toBe(is);
  });

  it('names it as its host pool does where Azure knows no name of its guest', () => {
    expect(viewOf({})?.name).toBe('avd-1');
    expect(viewOf({ computerName: '' })?.name).toBe('avd-1');
  });
});
