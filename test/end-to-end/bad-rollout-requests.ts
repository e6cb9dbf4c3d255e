import { type BadRequest, example, type Json } from './bad-requests.ts';

const pool = example('host-pool-careful');
const withPolicy = (change: Json) => ({ ...pool, policy: { ...(pool['policy'] as Json), ...change } });
const window = { start: '20:00', end: '05:00', timeZone: 'Europe/Berlin', days: ['Sat'] };
const put = (change: Json) => ['PUT', 'host-pools/other', withPolicy(change)] as const;
const freeze = { scope: { kind: 'all' }, reason: 'a fair', until: '2099-01-01T00:00:00Z' };
const startPath = 'host-pools/production/rollouts';
const invalid = (what: string, request: BadRequest[1], target: string): BadRequest => [
  what,
  request,
  400,
  'ValidationFailed',
  target,
];

/** What may be wrong with requests for plans, pauses, freezes and the policy of a rollout. */
export const badRolloutRequests: readonly BadRequest[] = [
  invalid('a wave of no hosts', put({ waves: [{ upTo: 0 }] }), 'policy.waves.0.upTo'),
  invalid('a wave of more than all', put({ waves: [{ upTo: '120%' }] }), 'policy.waves.0.upTo'),
  invalid(
    'a wave that bakes before its time',
    put({ waves: [{ upTo: 1, bakeMinutes: -1 }] }),
    'policy.waves.0.bakeMinutes',
  ),
  invalid(
    'a window in no zone',
    put({ windows: [{ ...window, timeZone: 'Berlin' }] }),
    'policy.windows.0.timeZone',
  ),
  invalid('a window at no time', put({ windows: [{ ...window, end: '25:00' }] }), 'policy.windows.0.end'),
  invalid('a window on no day', put({ windows: [{ ...window, days: [] }] }), 'policy.windows.0.days'),
  invalid('taking a rollout back without a reason', ['POST', 'rollouts/nowhere/rollback', {}], 'reason'),
  [
    'taking an unknown rollout back',
    ['POST', 'rollouts/nowhere/rollback', { reason: 'r' }],
    404,
    'NotFound',
    'nowhere',
  ],
  invalid('a plan for no version', ['POST', 'host-pools/production/plan', {}], 'version'),
  [
    'a plan for an unknown version',
    ['POST', 'host-pools/production/plan', { version: '9.9.9' }],
    404,
    'NotFound',
    'version',
  ],
  [
    'a plan for an unknown pool',
    ['POST', 'host-pools/nowhere/plan', { version: '1.0.0' }],
    404,
    'NotFound',
    'nowhere',
  ],
  invalid(
    'a rollout by a plan that is none',
    ['POST', startPath, { version: '1.0.0', planHash: 'abc' }],
    'planHash',
  ),
  invalid('a pause without a reason', ['POST', 'rollouts/nowhere/pause', {}], 'reason'),
  invalid(
    'a pause until some time',
    ['POST', 'rollouts/nowhere/pause', { reason: 'r', until: 'noon' }],
    'until',
  ),
  [
    'a pause of an unknown rollout',
    ['POST', 'rollouts/nowhere/pause', { reason: 'r' }],
    404,
    'NotFound',
    'nowhere',
  ],
  ['going on with an unknown rollout', ['POST', 'rollouts/nowhere/resume', {}], 404, 'NotFound', 'nowhere'],
  ['why an unknown rollout waits', ['GET', 'rollouts/nowhere/explain'], 404, 'NotFound', 'nowhere'],
  [
    'where the time of an unknown rollout went',
    ['GET', 'rollouts/nowhere/timeline'],
    404,
    'NotFound',
    'nowhere',
  ],
  invalid('a freeze with a name that is none', ['PUT', 'freezes/Year-End', freeze], 'freeze'),
  invalid(
    'a freeze of nothing',
    ['PUT', 'freezes/fair', { ...freeze, scope: { kind: 'image-set' } }],
    'scope.name',
  ),
  invalid('a freeze without an end', ['PUT', 'freezes/fair', { ...freeze, until: undefined }], 'until'),
  invalid(
    'a freeze that is over',
    ['PUT', 'freezes/fair', { ...freeze, until: '2001-01-01T00:00:00Z' }],
    'until',
  ),
  [
    'a freeze of a host pool that is not there',
    ['PUT', 'freezes/fair', { ...freeze, scope: { kind: 'host-pool', name: 'productoin' } }],
    404,
    'NotFound',
    'scope.name',
  ],
  ['an unknown freeze', ['GET', 'freezes/fair'], 404, 'NotFound', 'fair'],
];
