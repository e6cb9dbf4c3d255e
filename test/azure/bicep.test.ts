import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settings } from '../../shared/settings.ts';

const root = join(import.meta.dirname, '..', '..');
const main = readFileSync(join(root, 'infra/azure/main.bicep'), 'utf8');
const platform = /^(AzureWebJobs|APPLICATIONINSIGHTS_|FUNCTIONS_)/;

describe('the templates for Azure', () => {
  it('declare the queues from the file that the local broker reads', () => {
    expect(main).toContain("loadJsonContent('../queues.json')");
    const queues = JSON.parse(readFileSync(join(root, 'infra/queues.json'), 'utf8')) as object[];
    for (const property of Object.keys(queues[0] ?? {})) expect(main).toContain(`each.${property}`);
  });

  it('set what the app needs, and nothing that it does not know', () => {
    const names = [...main.matchAll(/\{ name: '(\w+)', value:/g)].map(([, name]) => name ?? '');
    const ours = names.filter((name) => !platform.test(name));
    const sample = readFileSync(join(root, 'local.settings.sample.json'), 'utf8');
    for (const name of ours) expect(sample).toContain(`"${name}"`);
    const values: Record<string, string> = {
      Tables__endpoint: 'https://x.table.core.windows.net',
      ServiceBus__fullyQualifiedNamespace: 'x.servicebus.windows.net',
      PublicUrl: 'https://x.azurewebsites.net',
      TeamsWebhook: 'https://x.example/hook',
      KeyRoles: JSON.stringify([{ name: 'ci', sha256: 'a'.repeat(64), role: 'builder', imageSets: ['a'] }]),
      RoleAssignments: '[{"principal":"00000000-0000-4000-8000-000000000001","role":"reader"}]',
    };
    const given = Object.fromEntries(ours.map((name) => [name, values[name]]));
    expect(settings(given).local).toBeUndefined();
  });
});
