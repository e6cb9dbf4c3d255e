import approval from '../../examples/approval.json' with { type: 'json' };
import channel from '../../examples/channel.json' with { type: 'json' };
import freeze from '../../examples/freeze.json' with { type: 'json' };
import gate from '../../examples/gate.json' with { type: 'json' };
import carefulPool from '../../examples/host-pool-careful.json' with { type: 'json' };
import productionPool from '../../examples/host-pool-production.json' with { type: 'json' };
import testPool from '../../examples/host-pool-test.json' with { type: 'json' };
import imageSet from '../../examples/image-set.json' with { type: 'json' };
import pause from '../../examples/pause.json' with { type: 'json' };
import placeOfCopies from '../../examples/place-copy.json' with { type: 'json' };
import placeOfGrants from '../../examples/place-grant.json' with { type: 'json' };
import plan from '../../examples/plan.json' with { type: 'json' };
import promotion from '../../examples/promotion.json' with { type: 'json' };
import region from '../../examples/region.json' with { type: 'json' };
import rollback from '../../examples/rollback.json' with { type: 'json' };
import rollout from '../../examples/rollout.json' with { type: 'json' };
import schedule from '../../examples/schedule.json' with { type: 'json' };
import subscription from '../../examples/subscription.json' with { type: 'json' };
import version from '../../examples/version.json' with { type: 'json' };

const by = 'ben@contoso.com';

/** Bodies of requests by the name of the endpoint: files in `examples/`, and what is too short for one. Tests send them. */
export const examples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'abort-rollout': { abort: { reason: 'Sign-in fails on the first hosts', by } },
  'approve-approval': { approval },
  'approve-version': { approval },
  'cancel-operation': { cancel: { reason: 'Asked for by mistake', by } },
  'cancel-validation': { cancel: { reason: 'The probe is being mended', by } },
  'cancel-version': { cancel: { reason: 'The recipe lacks the agent', by } },
  'define-host-pool': { 'host-pool-test': testPool, production: productionPool, careful: carefulPool },
  'define-image-set': { 'image-set': imageSet },
  'override-release': {
    override: {
      checks: ['sign-in'],
      reason: 'Known and harmless: mended next month',
      expiresAt: '2026-10-31T21:00:00+01:00',
      by,
    },
  },
  'patch-version': {
    notes: { notes: 'With the agent of October', by },
    'end-of-life': { endOfLifeDate: '2027-04-30T00:00:00Z', by },
  },
  'pause-release': { pause: { reason: 'The board meets until noon', by } },
  'pause-rollout': { pause },
  'plan-rollout': { plan },
  'promote-channel': { promotion },
  'put-back-dead-letters': { 'put-back': { reason: 'The defect is mended', most: 100, by } },
  'put-channel': { channel },
  'put-freeze': { freeze },
  'put-gate': { gate },
  'put-place': { copy: placeOfCopies, grant: placeOfGrants },
  'put-region': { region },
  'put-schedule': { schedule },
  'put-subscription': { subscription },
  'reject-approval': { rejection: { reason: 'Teams crashes at sign-in', by } },
  'reject-version': { rejection: { reason: 'Teams crashes at sign-in', by } },
  'report-external-check': {
    report: { outcome: 'passed', evidence: '212 of 212 tests passed', measured: 212, unit: 'tests' },
  },
  'request-version': { version },
  'revoke-version': { revocation: { reason: 'It loses profiles', rollback: true, by } },
  'roll-back-channel': { rollback },
  'roll-back-rollout': { rollback },
  'rollback-release': { rollback },
  'skip-host': { skip: { reason: 'Somebody looks for a fault on it', by } },
  'skip-schedule': { skip: { reason: 'The month is closed that night', by } },
  'start-rollout': { rollout },
  'stop-release': { stop: { reason: 'A newer one is on its way', by } },
  'validate-version': { validation: { channel: 'test', by } },
};
