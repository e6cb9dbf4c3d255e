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
import version from '../../examples/version.json' with { type: 'json' };

/** Bodies of requests by the name of the endpoint: the files in `examples/`, which the tests send. */
export const examples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'approve-version': { approval },
  'define-host-pool': { 'host-pool-test': testPool, production: productionPool, careful: carefulPool },
  'define-image-set': { 'image-set': imageSet },
  'pause-rollout': { pause },
  'plan-rollout': { plan },
  'promote-channel': { promotion },
  'put-channel': { channel },
  'put-freeze': { freeze },
  'put-gate': { gate },
  'put-place': { copy: placeOfCopies, grant: placeOfGrants },
  'put-region': { region },
  'request-version': { version },
  'roll-back-channel': { rollback },
  'start-rollout': { rollout },
};
