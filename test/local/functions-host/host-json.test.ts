import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyLocalSettings, appSettings } from '../../../infra/local/functions-host/app-settings.ts';
import { hostJson, readHostJson } from '../../../infra/local/functions-host/host-json.ts';
import { temporaryFolder } from './host-process.ts';

describe('host.json', () => {
  it('need not say more than its version', () => {
    expect(hostJson({ version: '2.0' })).toEqual({
      functions: undefined,
      functionTimeout: 30 * 60_000,
      extensionBundle: undefined,
      http: { routePrefix: 'api', maxOutstandingRequests: undefined, customHeaders: {} },
      serviceBus: {
        maxConcurrentCalls: 16 * availableParallelism(),
        autoCompleteMessages: true,
        maxAutoLockRenewalDuration: 300_000,
      },
      notFollowed: [],
    });
  });

  it('is read for what it says', () => {
    const extensions = {
      http: { routePrefix: '/v1/', maxOutstandingRequests: 20 },
      serviceBus: {
        maxConcurrentCalls: 4,
        autoCompleteMessages: false,
        maxAutoLockRenewalDuration: '1.00:00:30',
        prefetchCount: 5,
      },
    };
    expect(hostJson({ version: '2.0', functionTimeout: '-1', extensions, concurrency: {} })).toMatchObject({
      functionTimeout: Infinity,
      http: { routePrefix: 'v1', maxOutstandingRequests: 20 },
      serviceBus: {
        maxConcurrentCalls: 4,
        autoCompleteMessages: false,
        maxAutoLockRenewalDuration: 86_430_000,
      },
      notFollowed: ['concurrency', 'extensions.serviceBus.prefetchCount'],
    });
  });

  const wrong: [content: object, why: string][] = [
    [{}, '"version" must be "2.0", not undefined'],
    [{ version: 2 }, '"version" must be "2.0", not 2'],
    [{ version: '2.0', functionTimeout: '5m' }, 'functionTimeout must read hh:mm:ss'],
    [{ version: '2.0', functionTimeout: '00:61:00' }, 'is not a length of time'],
    [{ version: '2.0', functionTimeout: '00:00:00' }, 'must be longer than nothing'],
    [{ version: '2.0', functions: 'all' }, 'must be a list of names'],
    [{ version: '2.0', extensions: { http: { routePrefix: 5 } } }, '"routePrefix" must be a string'],
    [
      { version: '2.0', extensions: { serviceBus: { maxConcurrentCalls: '4' } } },
      '"maxConcurrentCalls" must be a number',
    ],
    [{ version: '2.0', extensionBundle: { id: 'x' } }, 'needs an "id" and a "version"'],
  ];
  it.each(wrong)('is refused as %j', (content, why) => {
    expect(() => hostJson(content as Record<string, unknown>)).toThrow(why);
  });

  it('gives way to settings named after it', () => {
    using folder = temporaryFolder();
    writeFileSync(
      join(folder.path, 'host.json'),
      '{"version":"2.0","extensions":{"http":{"routePrefix":"a"}}}',
    );
    const env = {
      AzureFunctionsJobHost__extensions__HTTP__RoutePrefix: '',
      AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: '2',
    };
    expect(readHostJson(folder.path, env)).toMatchObject({
      http: { routePrefix: '' },
      serviceBus: { maxConcurrentCalls: 2 },
    });
  });

  it('must be there', () => {
    using folder = temporaryFolder();
    expect(() => readHostJson(folder.path, {})).toThrow('host.json cannot be read');
  });
});

describe('local.settings.json', () => {
  const apply = (content: unknown, env: NodeJS.ProcessEnv = {}) => {
    using folder = temporaryFolder();
    mkdirSync(folder.path, { recursive: true });
    writeFileSync(
      join(folder.path, 'local.settings.json'),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
    return { warnings: applyLocalSettings(folder.path, env), env };
  };

  it('fills in what the environment does not have', () => {
    const Values = { A: 'file', B: 'file', C: null, D: 5, E: true };
    const { env } = apply(
      { IsEncrypted: false, Values, ConnectionStrings: { Db: 'x' } },
      { A: 'environment' },
    );
    expect(env).toEqual({ A: 'environment', B: 'file', D: '5', E: 'true', ConnectionStrings__Db: 'x' });
    expect(appSettings(env).connectionString('Db', 'test')).toBe('x');
  });

  it('is not needed', () => {
    using folder = temporaryFolder();
    expect(applyLocalSettings(folder.path, {})).toEqual([]);
  });

  it('is told what of it has no effect', () => {
    expect(apply({ IsEncrypted: false, Host: { CORS: '*' } }).warnings).toEqual([
      'local.settings.json: Host.CORS has no effect here.',
    ]);
  });

  const wrong: [content: unknown, why: string][] = [
    [{ Values: {} }, 'say "IsEncrypted": false'],
    [{ IsEncrypted: true }, 'say "IsEncrypted": false'],
    ['{', 'is not JSON'],
    [{ IsEncrypted: false, Values: { A: { B: 1 } } }, 'the value of A must be text'],
  ];
  it.each(wrong)('is refused as %j', (content, why) => {
    expect(() => apply(content)).toThrow(why);
  });
});
