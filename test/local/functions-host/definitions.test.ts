import { describe, expect, it } from 'vitest';
import { appSettings } from '../../../infra/local/functions-host/app-settings.ts';
import { defineFunctions } from '../../../infra/local/functions-host/function-definition.ts';
import type { RegisteredFunction } from '../../../infra/local/functions-host/functions-core.ts';
import { hostJson } from '../../../infra/local/functions-host/host-json.ts';
import type { RpcBinding } from '../../../infra/local/functions-host/rpc.ts';

const bundle = { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[4.0.0, 5.0.0)' };

type Bindings = Record<string, Partial<RpcBinding>>;

function registered(name: string, bindings: Bindings, more: object = {}): RegisteredFunction {
  const all = Object.entries(bindings).map(([binding, options]) => [
    binding,
    { direction: 'in', ...options },
  ]);
  return {
    metadata: { name, bindings: Object.fromEntries(all) as Record<string, RpcBinding>, ...more },
    callback: () => {},
  };
}
const http = (name: string, options: object = {}) =>
  registered(name, {
    trigger: { type: 'httpTrigger', methods: ['GET'], ...options },
    $return: { type: 'http', direction: 'out' },
  });
const queue = (options: object = {}) =>
  registered('q', {
    message: { type: 'serviceBusTrigger', queueName: 'orders', connection: 'Bus', ...options },
  });
const timer = (options: object = {}, more: object = {}) =>
  registered('t', { tick: { type: 'timerTrigger', schedule: '0 0 * * * *', ...options } }, more);

const warnings: string[] = [];
function define(
  functions: RegisteredFunction[],
  { host = {}, env = {} }: { host?: object; env?: Record<string, string> } = {},
) {
  return defineFunctions(functions, {
    settings: appSettings({ Bus: 'Endpoint=sb://x', ...env }),
    hostJson: hostJson({ version: '2.0', extensionBundle: bundle, ...host }),
    warn: (message) => warnings.push(message),
  });
}

describe('the functions of an app', () => {
  it('are tried in the order of the alphabet', () => {
    const names = define([http('beta'), http('Alpha'), http('gamma')]).map(({ name }) => name);
    expect(names).toEqual(['Alpha', 'beta', 'gamma']);
  });

  it('are only those that host.json lists, if it lists any', () => {
    const all = [http('one'), http('two')];
    expect(define(all, { host: { functions: ['TWO'] } }).map(({ name }) => name)).toEqual(['two']);
    expect(() => define(all, { host: { functions: ['three'] } })).toThrow('none of the names');
  });

  it('may share a route if their methods differ', () => {
    const get = http('get', { route: 'x' });
    expect(define([get, http('put', { route: 'X', methods: ['PUT'] })])).toHaveLength(2);
    expect(() => define([get, http('other', { route: 'X' })])).toThrow(
      "conflicts with the route defined by function 'get'",
    );
    expect(() => define([get, http('any', { route: 'x', methods: [] })])).toThrow('conflicts with the route');
  });

  it('know what settings stand for', () => {
    const env = { Queue: 'orders-eu', When: '0 5 * * * *', AzureWebJobsBus: 'Endpoint=sb://prefixed' };
    const [q, t] = define([queue({ queueName: '%Queue%' }), timer({ schedule: '%When%' })], { env });
    expect(q?.trigger).toMatchObject({ queueName: 'orders-eu', connectionString: 'Endpoint=sb://prefixed' });
    expect(t?.trigger.type === 'timerTrigger' && t.trigger.schedule.next(0)).toBe(300_000);
  });

  it('are disabled by a setting', () => {
    const off = (env: Record<string, string>) => define([http('f')], { env })[0]?.disabled;
    expect(off({})).toBe(false);
    expect(off({ 'AzureWebJobs.f.Disabled': 'True' })).toBe(true);
    expect(off({ AzureWebJobs_f_Disabled: '1' })).toBe(true);
    expect(off({ 'AzureWebJobs.f.Disabled': 'no' })).toBe(false);
  });

  it('are warned that retry does nothing for them', () => {
    define([registered('h', { trigger: { type: 'httpTrigger' } }, { retryOptions: {} })]);
    expect(warnings.at(-1)).toContain('"retry" has no effect on a httpTrigger');
  });

  const refused: [
    what: string,
    functions: RegisteredFunction[],
    why: string,
    context?: Parameters<typeof define>[1],
  ][] = [
    ['a name that begins with a digit', [http('1st')], 'not a valid function name'],
    ['a name with a space', [http('a b')], 'not a valid function name'],
    ['a name of 129 letters', [http('a'.repeat(129))], 'not a valid function name'],
    ['the name host', [http('Host')], 'not a valid function name'],
    [
      'two names that differ in case only',
      [http('a', { route: 'x' }), http('A', { route: 'y' })],
      'must be unique',
    ],
    [
      'a binding with a strange name',
      [registered('f', { 'a-b': { type: 'httpTrigger' } })],
      "binding name 'a-b' is invalid",
    ],
    [
      'no trigger',
      [registered('f', { out: { type: 'http', direction: 'out' } })],
      'must have exactly one trigger',
    ],
    [
      'two triggers',
      [registered('f', { a: { type: 'httpTrigger' }, b: { type: 'timerTrigger' } })],
      'must have exactly one trigger',
    ],
    ['another kind of trigger', [registered('f', { a: { type: 'blobTrigger' } })], "has no 'blobTrigger'"],
    [
      'another kind of input',
      [registered('f', { a: { type: 'httpTrigger' }, b: { type: 'blob' } })],
      "no binding 'blob'",
    ],
    [
      'a topic as output',
      [
        registered('f', {
          a: { type: 'httpTrigger' },
          b: { type: 'serviceBus', direction: 'out', topicName: 't' },
        }),
      ],
      'topics are not supported',
    ],
    ['an unknown authLevel', [http('f', { authLevel: 'system' })], 'its authLevel is none of'],
    ['an unknown method', [http('f', { methods: ['FETCH'] })], "method 'FETCH' is unknown"],
    [
      'a route below admin',
      [http('f', { route: 'Administration' })],
      'conflicts with one or more built in routes',
    ],
    ['a route that is none', [http('f', { route: '{a' })], 'is invalid'],
    ['a topic', [queue({ queueName: undefined, topicName: 't' })], 'topics are not supported'],
    ['sessions', [queue({ isSessionsEnabled: true })], 'sessions are not supported'],
    ['batches', [queue({ cardinality: 'many' })], 'batches (cardinality) are not supported'],
    ['a stream', [queue({ dataType: 'stream' })], "dataType 'stream' is not supported"],
    [
      'sdkBinding',
      [queue({ properties: { supportsDeferredBinding: 'true' } })],
      'sdkBinding is not supported',
    ],
    [
      'a queue without the extension bundle',
      [queue()],
      'names no extensionBundle',
      { host: { extensionBundle: undefined } },
    ],
    [
      'a queue of an unset name',
      [queue({ queueName: '%Nowhere%' })],
      "'%Nowhere%' does not resolve to a value",
    ],
    [
      'a connection that is not set',
      [queue({ connection: 'Other' })],
      "connection string 'Other' is missing",
    ],
    [
      'a connection by identity',
      [queue({ connection: 'Id' })],
      'there is none on this machine',
      { env: { Id__fullyQualifiedNamespace: 'x.servicebus.windows.net' } },
    ],
    ['a schedule that is none', [timer({ schedule: 'daily' })], "'daily' was not recognized"],
    ['a schedule of an unset name', [timer({ schedule: '%When%' })], "'%When%' does not resolve to a value"],
    ['a timer that retries', [timer({}, { retryOptions: { maxRetryCount: 1 } })], '"retry" is not supported'],
    ['options of the wrong type', [timer({ runOnStartup: 'yes' })], 'its runOnStartup must be true or false'],
  ];
  it.each(refused)('are refused: %s', (_what, functions, why, context) => {
    expect(() => define(functions, context)).toThrow(why);
  });
});
