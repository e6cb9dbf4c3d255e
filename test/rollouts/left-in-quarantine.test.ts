import { expect, it } from 'vitest';
import { viewsOf } from '../../shared/rollouts/reading.ts';

const imageVersionId = '/galleries/g/images/i/versions/1.1.0';
const tag = 'goldsmith-exclude';

function viewOf(tags: Record<string, string>) {
  const instance = {
    id: '/virtualMachines/1',
    instanceId: '1',
    computerName: 'host-1',
    imageVersionId,
    provisioningState: 'Succeeded',
    power: 'running' as const,
    size: 'Standard_D4s_v5',
    tags,
  };
  const [view] = viewsOf({
    instances: [instance],
    sessionHosts: [],
    records: {},
    imageVersionId: imageVersionId.toUpperCase(),
    policy: { exclusionTag: tag },
    heartbeatMinutes: 5,
    now: '2026-01-01T00:00:00.000Z',
  });
  return view;
}

it.for([
  ['has no tag', {}, true],
  ['has a tag of somebody else', { [tag]: 'mine' }, true],
  ['an earlier rollout left in quarantine', { [tag]: 'goldsmith:open' }, false],
  ['an earlier rollout left so, with a tag of somebody else kept', { [tag]: 'goldsmith:closed:mine' }, false],
] as const)(
  'R13: only a host that serves its users is passed over as being on the version: one that %s',
  ([, tags, isPassedOver]) => {
    expect(viewOf(tags)).toMatchObject({ isOnVersion: isPassedOver, standing: 'untouched' });
  },
);
