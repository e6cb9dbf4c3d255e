import { type BadRequest, example, type Json } from './bad-requests.ts';

const set = 'image-sets/win11-avd';
const channel = `${set}/channels/production`;
const version = `${set}/versions/9.9.9`;
const release = 'releases/win11-avd.9.9.9';
const approval = 'approvals/win11-avd.9.9.9.production.1';
const policy = example('channel');
const gate = example('gate');
const copy = example('place-copy');
const check = { name: 'image', kind: 'health', which: 'ImageVersion' };
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const override = { checks: ['image'], reason: 'known', expiresAt: inDays(1) };
const reason = { reason: 'why not' };
const stale = { 'if-match': '"7"' };

const invalid = (what: string, request: BadRequest[1], target: string): BadRequest => [
  what,
  request,
  400,
  'ValidationFailed',
  target,
];
const unknown = (what: string, request: BadRequest[1], target: string): BadRequest => [
  what,
  request,
  404,
  'NotFound',
  target,
];
const gated = (change: Json) => ['PUT', `${channel}/gate`, { checks: [{ ...check, ...change }] }] as const;

/** What may be wrong with requests for channels, gates, approvals, releases, retention, places and the end of versions. */
export const badPublishingRequests: readonly BadRequest[] = [
  unknown('the channels of an unknown set', ['GET', 'image-sets/nowhere/channels'], 'nowhere'),
  unknown('a channel that the set has not', ['GET', `${set}/channels/pilot`], 'pilot'),
  unknown('the history of such a channel', ['GET', `${set}/channels/pilot/history`], 'pilot'),
  invalid('a channel in capitals', ['PUT', `${set}/channels/Production`, policy], 'channel'),
  invalid('an unknown entry', ['PUT', channel, { ...policy, entry: 'open' }], 'entry'),
  invalid('a soak of less than nothing', ['PUT', channel, { ...policy, soakHours: -1 }], 'soakHours'),
  invalid('a quorum of nobody', ['PUT', channel, { approval: { quorum: 0 } }], 'approval.quorum'),
  invalid('a misspelt policy of a channel', ['PUT', channel, { soakHour: 1 }], 'soakHour'),
  invalid('an ETag that is none', ['PUT', channel, policy, { 'if-match': 'seven' }], 'If-Match'),
  [
    'a policy decided on another revision',
    ['PUT', channel, policy, stale],
    412,
    'PreconditionFailed',
    'If-Match',
  ],
  invalid('a promotion of nothing', ['POST', `${channel}/promote`, {}], 'version'),
  invalid('a promotion of a word', ['POST', `${channel}/promote`, { version: 'latest' }], 'version'),
  unknown(
    'a promotion of an unknown version',
    ['POST', `${channel}/promote`, { version: '9.9.9' }],
    'version',
  ),
  [
    'a promotion decided on another revision',
    ['POST', `${channel}/promote`, { version: '9.9.9' }, stale],
    412,
    'PreconditionFailed',
    'If-Match',
  ],
  invalid('a rollback without a reason', ['POST', `${channel}/rollback`, {}], 'reason'),
  ['a rollback to nothing', ['POST', `${channel}/rollback`, reason], 409, 'NoRollbackTarget', 'production'],
  ['a retry of nothing', ['POST', `${channel}/retry`, {}], 409, 'InvalidPhase', 'production'],

  unknown('the gate of an unknown channel', ['PUT', `${set}/channels/pilot/gate`, gate], 'pilot'),
  invalid('a gate without checks', ['PUT', `${channel}/gate`, { checks: [] }], 'checks'),
  invalid('an unknown kind of check', gated({ kind: 'hope' }), 'checks.0.kind'),
  invalid('an unknown health check', gated({ which: 'Mood' }), 'checks.0.which'),
  invalid('a check without a name', gated({ name: undefined }), 'checks.0.name'),
  invalid(
    'a check named twice',
    ['PUT', `${channel}/gate`, { checks: [check, { ...check, which: 'Agent' }] }],
    'checks.1.name',
  ),
  invalid(
    'a key in the address of a check',
    gated({ kind: 'external', which: undefined, url: 'https://a.example/?code=1' }),
    'checks.0.url',
  ),
  [
    'a gate decided on another revision',
    ['PUT', `${channel}/gate`, gate, stale],
    412,
    'PreconditionFailed',
    'If-Match',
  ],
  invalid('a validation in no channel', ['POST', `${version}/validate`, {}], 'channel'),
  unknown(
    'a validation in an unknown channel',
    ['POST', `${version}/validate`, { channel: 'pilot' }],
    'pilot',
  ),
  unknown('an unknown validation', ['GET', 'validations/win11-avd.9.9.9.test.1'], 'win11-avd.9.9.9.test.1'),
  unknown(
    'the cancellation of an unknown validation',
    ['POST', 'validations/nothing/cancel', reason],
    'nothing',
  ),
  unknown(
    'a link of an unknown validation',
    ['POST', 'validations/nothing/checks/image/link', {}],
    'nothing',
  ),
  unknown(
    'a report with a link that nobody gave',
    ['POST', 'external-checks/abc', { outcome: 'passed', evidence: 'fine' }],
    'token',
  ),
  invalid(
    'a report of no outcome',
    ['POST', 'external-checks/abc', { outcome: 'good', evidence: 'fine' }],
    'outcome',
  ),

  unknown('an unknown approval', ['GET', approval], 'win11-avd.9.9.9.production.1'),
  invalid('an approval that is none', ['GET', 'approvals/mine'], 'approval'),
  invalid('an approval by its id without a reason', ['POST', `${approval}/approve`, {}], 'reason'),
  unknown(
    'the rejection of an unknown approval',
    ['POST', `${approval}/reject`, reason],
    'win11-avd.9.9.9.production.1',
  ),

  unknown('an unknown release', ['GET', release], 'win11-avd.9.9.9'),
  unknown('why an unknown release waits', ['GET', `${release}/explain`], 'win11-avd.9.9.9'),
  invalid('a release that is none', ['GET', 'releases/mine'], 'release'),
  invalid('the pause of a release without a reason', ['POST', `${release}/pause`, {}], 'reason'),
  unknown('going on with an unknown release', ['POST', `${release}/resume`, {}], 'win11-avd.9.9.9'),
  unknown('the stop of an unknown release', ['POST', `${release}/stop`, reason], 'win11-avd.9.9.9'),
  unknown('the rollback of an unknown release', ['POST', `${release}/rollback`, reason], 'win11-avd.9.9.9'),
  unknown('an override in an unknown release', ['POST', `${release}/override`, override], 'win11-avd.9.9.9'),
  invalid('an override of nothing', ['POST', `${release}/override`, { ...override, checks: [] }], 'checks'),
  invalid(
    'an override without a reason',
    ['POST', `${release}/override`, { ...override, reason: ' ' }],
    'reason',
  ),
  invalid(
    'an override without an end',
    ['POST', `${release}/override`, { ...override, expiresAt: undefined }],
    'expiresAt',
  ),

  unknown('the retention of an unknown set', ['GET', 'image-sets/nowhere/retention'], 'nowhere'),
  unknown('a run of it', ['POST', 'image-sets/nowhere/retention/run', {}], 'nowhere'),
  invalid(
    'a retention that keeps none',
    ['PUT', 'image-sets/other', { ...example('image-set'), retention: { keepLast: 0 } }],
    'retention.keepLast',
  ),
  invalid('a change of a version to nothing', ['PATCH', version, {}], 'notes'),
  invalid('an end of life that is no date', ['PATCH', version, { endOfLifeDate: 'soon' }], 'endOfLifeDate'),
  unknown('notes of an unknown version', ['PATCH', version, { notes: 'fine' }], '9.9.9'),
  unknown('who uses an unknown version', ['GET', `${version}/usage`], '9.9.9'),
  unknown('where an unknown version comes from', ['GET', `${version}/ancestry`], '9.9.9'),
  invalid('what changed since a word', ['GET', `${version}/diff?base=before`], 'base'),
  invalid('a revocation without a reason', ['POST', `${version}/revoke`, {}], 'reason'),
  unknown('a revocation of an unknown version', ['POST', `${version}/revoke`, reason], '9.9.9'),
  unknown('the deletion of an unknown version', ['DELETE', version], '9.9.9'),

  unknown('a place of an unknown set', ['PUT', 'image-sets/nowhere/places/branch', copy], 'nowhere'),
  invalid('the name of a place in capitals', ['PUT', `${set}/places/Branch`, copy], 'place'),
  invalid('a place in no way', ['PUT', `${set}/places/branch`, { ...copy, how: 'rent' }], 'how'),
  invalid('a copy in no region', ['PUT', `${set}/places/branch`, { ...copy, regions: [] }], 'regions'),
  invalid(
    'a grant to no tenant',
    ['PUT', `${set}/places/sales`, { ...example('place-grant'), shareWith: 'tenant' }],
    'tenantId',
  ),
  [
    'a copy of what Azure cannot copy',
    ['PUT', `${set}/places/branch`, copy],
    409,
    'UnsupportedSource',
    'how',
  ],
  unknown('an unknown place', ['GET', `${set}/places/branch`], 'branch'),
  unknown('the end of an unknown place', ['DELETE', `${set}/places/branch`], 'branch'),
  unknown('the copies of an unknown version', ['GET', `${version}/copies`], '9.9.9'),
  unknown('another try of an unknown copy', ['POST', `${version}/copies/branch/retry`, {}], '9.9.9'),
];

const building = `${set}/versions/1.0.0`;

/** What may not be asked of a version that is still being built, nor of its release. */
export const tooEarly: readonly BadRequest[] = [
  [
    'a promotion',
    ['POST', `${set}/channels/test/promote`, { version: '1.0.0' }],
    409,
    'VersionNotReady',
    'version',
  ],
  ['a validation', ['POST', `${building}/validate`, { channel: 'test' }], 409, 'InvalidPhase', 'channel'],
  ['a revocation', ['POST', `${building}/revoke`, reason], 409, 'InvalidPhase', '1.0.0'],
  ['a deletion', ['DELETE', building], 409, 'InvalidPhase', '1.0.0'],
  [
    'an end of life',
    ['PATCH', building, { endOfLifeDate: '2099-01-01' }],
    409,
    'InvalidPhase',
    'endOfLifeDate',
  ],
  ['a comparison with what there is not', ['GET', `${building}/diff`], 404, 'NotFound', 'base'],
  [
    'going on with its release',
    ['POST', 'releases/win11-avd.1.0.0/resume', {}],
    409,
    'InvalidPhase',
    'win11-avd.1.0.0',
  ],
  [
    'a rollback of its release',
    ['POST', 'releases/win11-avd.1.0.0/rollback', reason],
    409,
    'InvalidPhase',
    'win11-avd.1.0.0',
  ],
  [
    'an override for years in its release',
    ['POST', 'releases/win11-avd.1.0.0/override', { ...override, expiresAt: inDays(365) }],
    400,
    'ValidationFailed',
    'expiresAt',
  ],
  [
    'an override in its release',
    ['POST', 'releases/win11-avd.1.0.0/override', override],
    409,
    'InvalidPhase',
    'win11-avd.1.0.0',
  ],
];
