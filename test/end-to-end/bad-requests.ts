import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = Record<string, unknown>;

/** A body that the documentation shows. */
export const example = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../examples/${name}.json`), 'utf8')) as Json;
const set = example('image-set');
const pool = example('host-pool-production');
const definition = set['definition'] as Json;
const policy = pool['policy'] as Json;
const bench = set['bench'] as Json;

/** A request that must be refused, and how. */
export type BadRequest = readonly [
  what: string,
  request: readonly [method: string, path: string, body?: unknown, headers?: Record<string, string>],
  status: number,
  code: string,
  target?: string,
];

const anew = 'image-sets/other';
const versions = 'image-sets/win11-avd/versions';
const pools = 'host-pools/other';

export const badRequests: readonly BadRequest[] = [
  ['a body that is not JSON', ['POST', versions, '{"bump":'], 400, 'MalformedJson', 'body'],
  ['a body that is an array', ['POST', versions, []], 400, 'ValidationFailed', 'body'],
  ['a body that is null', ['POST', versions, 'null'], 400, 'ValidationFailed', 'body'],
  [
    'a body of more than a megabyte',
    ['POST', versions, { notes: 'x'.repeat(1_000_001) }],
    413,
    'BodyTooLarge',
    'body',
  ],
  ['an unknown kind of bump', ['POST', versions, { bump: 'huge' }], 400, 'ValidationFailed', 'bump'],
  ['a field that does not exist', ['POST', versions, { bumb: 'minor' }], 400, 'ValidationFailed', 'bumb'],
  ['notes that are no text', ['POST', versions, { notes: 7 }], 400, 'ValidationFailed', 'notes'],
  [
    'a key with a space in it',
    ['POST', versions, {}, { 'idempotency-key': 'a b' }],
    400,
    'ValidationFailed',
    'Idempotency-Key',
  ],
  [
    'a version of an unknown image set',
    ['POST', 'image-sets/nowhere/versions', {}],
    404,
    'NotFound',
    'nowhere',
  ],
  ['the name of a set in capitals', ['PUT', 'image-sets/Win11', set], 400, 'ValidationFailed', 'set'],
  [
    'the name of a set that is too long',
    ['PUT', `image-sets/a${'b'.repeat(40)}`, set],
    400,
    'ValidationFailed',
    'set',
  ],
  ['a set of nothing', ['PUT', anew, {}], 400, 'ValidationFailed', 'subscriptionId'],
  [
    'a subscription that is no GUID',
    ['PUT', anew, { ...set, subscriptionId: 'mine' }],
    400,
    'ValidationFailed',
    'subscriptionId',
  ],
  ['a set without regions', ['PUT', anew, { ...set, regions: [] }], 400, 'ValidationFailed', 'regions'],
  [
    'a region named twice',
    ['PUT', anew, { ...set, regions: [{ name: 'westeurope' }, { name: 'westeurope' }] }],
    400,
    'ValidationFailed',
    'regions',
  ],
  [
    'no replicas',
    ['PUT', anew, { ...set, regions: [{ name: 'westeurope', replicas: 0 }] }],
    400,
    'ValidationFailed',
    'regions.0.replicas',
  ],
  [
    'a region as portals write it',
    ['PUT', anew, { ...set, regions: [{ name: 'West Europe' }] }],
    400,
    'ValidationFailed',
    'regions.0.name',
  ],
  [
    'Trusted Launch on generation 1',
    ['PUT', anew, { ...set, definition: { ...definition, hyperVGeneration: 'V1' } }],
    400,
    'ValidationFailed',
    'definition.securityType',
  ],
  [
    'a subnet that is no id',
    ['PUT', anew, { ...set, bench: { ...bench, subnetId: 'build' } }],
    400,
    'ValidationFailed',
    'bench.subnetId',
  ],
  [
    'a step without an action',
    ['PUT', anew, { ...set, recipe: [{ name: 'a' }] }],
    400,
    'ValidationFailed',
    'recipe.0',
  ],
  [
    'a channel named twice',
    ['PUT', anew, { ...set, channels: ['test', 'test'] }],
    400,
    'ValidationFailed',
    'channels',
  ],
  [
    'a field of a set that does not exist',
    ['PUT', anew, { ...set, colour: 'red' }],
    400,
    'ValidationFailed',
    'colour',
  ],
  ['an unknown image set', ['GET', 'image-sets/nowhere'], 404, 'NotFound', 'nowhere'],
  ['an unknown version', ['GET', `${versions}/9.9.9`], 404, 'NotFound', '9.9.9'],
  ['a version that is no number', ['GET', `${versions}/latest`], 404, 'NotFound', 'latest'],
  ['the history of an unknown version', ['GET', `${versions}/9.9.9/history`], 404, 'NotFound', '9.9.9'],
  [
    'approval of an unknown version',
    ['POST', `${versions}/9.9.9/approve`, { reason: 'fine' }],
    404,
    'NotFound',
    '9.9.9',
  ],
  ['approval without a reason', ['POST', `${versions}/9.9.9/approve`, {}], 400, 'ValidationFailed', 'reason'],
  [
    'a cancellation for the reason of spaces',
    ['POST', `${versions}/9.9.9/cancel`, { reason: '  ' }],
    400,
    'ValidationFailed',
    'reason',
  ],
  [
    'a retry from no stage',
    ['POST', `${versions}/9.9.9/retry`, { fromStage: 'lunch' }],
    400,
    'ValidationFailed',
    'fromStage',
  ],
  ['the name of a pool in capitals', ['PUT', 'host-pools/HP', pool], 400, 'ValidationFailed', 'pool'],
  ['a pool of nothing', ['PUT', pools, {}], 400, 'ValidationFailed', 'subscriptionId'],
  [
    'a pool in no location',
    ['PUT', pools, { ...pool, location: undefined }],
    400,
    'ValidationFailed',
    'location',
  ],
  [
    'a window of no host',
    ['PUT', pools, { ...pool, policy: { ...policy, maxUnavailable: 0 } }],
    400,
    'ValidationFailed',
    'policy.maxUnavailable',
  ],
  [
    'a floor above all places',
    ['PUT', pools, { ...pool, policy: { ...policy, floor: { percent: 101 } } }],
    400,
    'ValidationFailed',
    'policy.floor.percent',
  ],
  [
    'a misspelt policy',
    ['PUT', pools, { ...pool, policy: { ...policy, maxFialed: 1 } }],
    400,
    'ValidationFailed',
    'policy.maxFialed',
  ],
  ['a path that there is not', ['GET', 'image-set/win11-avd'], 404, 'NotFound', '/api/image-set/win11-avd'],
  ['a method that a path does not take', ['PATCH', 'rollouts', {}], 404, 'NotFound', '/api/rollouts'],
  ['an unknown pool', ['GET', 'host-pools/nowhere'], 404, 'NotFound', 'nowhere'],
  [
    'a rollout on an unknown pool',
    ['POST', 'host-pools/nowhere/rollouts', { version: '1.0.0' }],
    404,
    'NotFound',
    'nowhere',
  ],
  [
    'a rollout to an unknown version',
    ['POST', 'host-pools/production/rollouts', { version: '9.9.9' }],
    404,
    'NotFound',
    'version',
  ],
  [
    'a rollout to no version',
    ['POST', 'host-pools/production/rollouts', {}],
    400,
    'ValidationFailed',
    'version',
  ],
  [
    'a rollout to a word',
    ['POST', 'host-pools/production/rollouts', { version: 'latest' }],
    400,
    'ValidationFailed',
    'version',
  ],
  ['an unknown rollout', ['GET', 'rollouts/nowhere'], 404, 'NotFound', 'nowhere'],
  ['the hosts of an unknown rollout', ['GET', 'rollouts/nowhere/hosts'], 404, 'NotFound', 'nowhere'],
  [
    'a stop of an unknown rollout',
    ['POST', 'rollouts/nowhere/abort', { reason: 'why not' }],
    404,
    'NotFound',
    'nowhere',
  ],
];
