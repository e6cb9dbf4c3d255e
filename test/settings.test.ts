import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clockOf, settings } from '../shared/settings.ts';
import { localEnvironment } from './support/azure.ts';

const inAzure = {
  Tables__endpoint: 'https://gold.table.core.windows.net',
  ServiceBus__fullyQualifiedNamespace: 'gold.servicebus.windows.net',
  PublicUrl: 'https://gold.azurewebsites.net',
};
const busInAzure = 'Endpoint=sb://gold.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=geheim';

describe('the settings', () => {
  it('are those of an identity in Azure', () => {
    expect(settings(inAzure)).toEqual({
      tables: { endpoint: 'https://gold.table.core.windows.net' },
      serviceBus: { namespace: 'gold.servicebus.windows.net' },
      publicUrl: 'https://gold.azurewebsites.net',
      teamsWebhook: undefined,
      allowPrivateReceivers: false,
      mostBuilds: 10,
      local: undefined,
    });
  });

  it('may be connection strings instead', () => {
    const tables =
      'DefaultEndpointsProtocol=https;AccountName=gold;AccountKey=a2V5;EndpointSuffix=core.windows.net';
    const both = settings({ ...inAzure, Tables: tables, ServiceBus: busInAzure });
    expect(both.tables).toEqual({ connectionString: tables });
    expect(both.serviceBus).toEqual({ connectionString: busInAzure });
  });

  it('are a local cloud when all of it is on this machine', () => {
    const { local } = settings({ ...localEnvironment, LocalClock: '1000/2000/60' });
    expect(local).toEqual({
      armEndpoint: 'http://127.0.0.1:1',
      clock: { realMs: 1000, virtualMs: 2000, speed: 60 },
    });
  });

  it('take an empty value for none', () => {
    expect(settings({ ...inAzure, TeamsWebhook: '', LocalClock: '' }).teamsWebhook).toBeUndefined();
  });

  it.each<[title: string, environment: Record<string, string>, complaint: RegExp]>([
    ['no tables', { ...inAzure, Tables__endpoint: '' }, /Tables is missing/],
    ['no service bus', { ...inAzure, ServiceBus__fullyQualifiedNamespace: '' }, /ServiceBus is missing/],
    ['a limit of nothing', { ...inAzure, MostBuilds: '0' }, /MostBuilds must be a whole number/],
    ['no public URL', { ...inAzure, PublicUrl: '' }, /PublicUrl is missing/],
    ['a public URL that is none', { ...inAzure, PublicUrl: 'gold' }, /PublicUrl is not a URL/],
    ['a webhook that is none', { ...inAzure, TeamsWebhook: 'teams' }, /TeamsWebhook is not a URL/],
    [
      'a webhook in the clear, in Azure',
      { ...inAzure, TeamsWebhook: 'http://x.y/z' },
      /TeamsWebhook must be https/,
    ],
    ['tables in the clear', { ...inAzure, Tables__endpoint: 'http://x.y' }, /Tables__endpoint is not a URL/],
    ['a clock in Azure', { ...inAzure, LocalClock: '1/1/60' }, /LocalClock is refused/],
    ['a simulator in Azure', { ...inAzure, ArmEndpoint: 'http://127.0.0.1:1' }, /ArmEndpoint is refused/],
    ['key roles that are no JSON', { ...inAzure, KeyRoles: '[' }, /KeyRoles is not JSON/],
    [
      'a role that there is not',
      { ...inAzure, KeyRoles: JSON.stringify([{ name: 'ci', sha256: 'a'.repeat(64), role: 'root' }]) },
      /KeyRoles cannot be used: look at 0.role \(One of reader, /,
    ],
    [
      'a key with a field that there is not',
      {
        ...inAzure,
        KeyRoles: JSON.stringify([{ name: 'ci', sha256: 'a'.repeat(64), role: 'reader', set: 1 }]),
      },
      /look at 0 \(There is no field set here\)/,
    ],
    [
      'several mistakes in one list, all of which are told',
      {
        ...inAzure,
        KeyRoles: JSON.stringify([
          { name: 'c i', sha256: 'a'.repeat(64), role: 'reader' },
          { name: 'cd', sha256: 'b', role: 'root' },
        ]),
      },
      /look at 0\.name \(up to 40 .*\), 1\.sha256 \(64 hex.*\), 1\.role \(One of reader, /,
    ],
    [
      'more mistakes than anybody reads at once',
      { ...inAzure, RoleAssignments: JSON.stringify(Array.from({ length: 12 }, () => ({ role: 'root' }))) },
      /look at 0\.principal .* and 14 more/,
    ],
    [
      'an assignment to a name',
      { ...inAzure, RoleAssignments: '[{"principal":"ana","role":"reader"}]' },
      /RoleAssignments cannot be used: look at 0.principal \(the id of /,
    ],
    ['a clock that is none', { ...localEnvironment, LocalClock: 'fast' }, /LocalClock must read/],
    [
      'a clock that stands still',
      { ...localEnvironment, LocalClock: '1/1/0' },
      /LocalClock must have a speed/,
    ],
    [
      'a faster clock beside a real service bus',
      { ...localEnvironment, ServiceBus: busInAzure, LocalClock: '1/1/60' },
      /LocalClock is refused/,
    ],
    [
      'a faster clock beside real tables',
      { ...localEnvironment, Tables: 'AccountName=gold;AccountKey=a2V5', LocalClock: '1/1/60' },
      /LocalClock is refused/,
    ],
    [
      'a faster clock and a simulator elsewhere',
      { ...localEnvironment, ArmEndpoint: 'http://10.0.0.1:80', LocalClock: '1/1/60' },
      /ArmEndpoint is refused.*LocalClock is refused/,
    ],
    [
      'an emulator that is not on this machine',
      { ...localEnvironment, ServiceBus: `${busInAzure};UseDevelopmentEmulator=true`, LocalClock: '1/1/60' },
      /LocalClock is refused/,
    ],
  ])('stop the start at %s, and name it', (_, environment, complaint) => {
    expect(() => settings(environment)).toThrow(complaint);
  });

  it('keep what is secret out of their complaints', () => {
    expect(() => settings({ ...inAzure, ServiceBus: 'geheim', LocalClock: '1/1/60' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('geheim') }),
    );
  });

  it('are all in the sample, which points at a local cloud', () => {
    const sample = JSON.parse(readFileSync('local.settings.sample.json', 'utf8')) as {
      IsEncrypted: boolean;
      Values: Record<string, string>;
    };
    expect(sample.IsEncrypted).toBe(false);
    expect(settings(sample.Values).local).toBeDefined();
    const known = ['Tables', 'Tables__endpoint', 'ServiceBus', 'ServiceBus__fullyQualifiedNamespace'];
    const all = [
      ...known,
      'ArmEndpoint',
      'LocalClock',
      'TeamsWebhook',
      'AllowPrivateReceivers',
      'PublicUrl',
      'MostBuilds',
    ];
    all.push('AuditDays', 'EventDays', 'KeyRoles', 'RoleAssignments');
    all.push('APPLICATIONINSIGHTS_CONNECTION_STRING', 'OTEL_EXPORTER_OTLP_ENDPOINT');
    const ours = Object.keys(sample.Values).filter((name) => !/^(FUNCTIONS|AzureWebJobs)/.test(name));
    expect(ours.toSorted()).toEqual(all.toSorted());
  });
});

describe('the clock', () => {
  it('is the real one in Azure', () => {
    const clock = clockOf(settings(inAzure));
    expect(Math.abs(Date.parse(clock.now()) - Date.now())).toBeLessThan(1000);
    expect(clock.realMsUntil(new Date(Date.now() + 60_000).toISOString())).toBeGreaterThan(59_000);
  });

  it('runs faster where it may', () => {
    const started = Date.parse('2030-01-01T00:00:00Z');
    const LocalClock = `${Date.now() - 1000}/${started}/60`;
    const clock = clockOf(settings({ ...localEnvironment, LocalClock }));
    const virtual = Date.parse(clock.now());
    expect(virtual - started).toBeGreaterThanOrEqual(60_000);
    expect(virtual - started).toBeLessThan(600_000);
    expect(clock.realMsUntil(new Date(virtual + 60_000).toISOString())).toBeLessThanOrEqual(1000);
    expect(clock.realMsUntil(new Date(started).toISOString())).toBeLessThan(0);
  });
});
