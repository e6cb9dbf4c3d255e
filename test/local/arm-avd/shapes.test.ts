import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { SUBSCRIPTION } from '../../../infra/local/arm/fleet.ts';
import { openCloud } from './support/cloud.ts';

interface Validator {
  readonly loadTypes: () => unknown;
  readonly validate: (
    types: unknown,
    type: string,
    version: string,
    body: unknown,
    how: { response: boolean },
  ) => readonly { readonly level: string; readonly path: string; readonly message: string }[];
}

/** Azure's own types lie beside this repository, not in it; without them only the answers themselves are asked for. */
const file = join(import.meta.dirname, '../../../../shared/arm-types/validate-arm-body.mjs');

test('What the simulator answers holds against Azure’s own types, and tells nothing write-only.', async () => {
  const cloud = await openCloud({ testHosts: 1, productionHosts: 1, people: 3 });
  const validator = existsSync(file) ? ((await import(pathToFileURL(file).href)) as Validator) : undefined;
  const types = validator?.loadTypes();
  const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-desktops/providers`;
  const pool = `${group}/Microsoft.DesktopVirtualization/hostPools/hp-production`;
  const flexible = `${group}/Microsoft.Compute/virtualMachineScaleSets/vmss-flex`;
  const members = `$filter='virtualMachineScaleSet/id' eq '${flexible}'&$expand=instanceView`;
  const instance = `${group}/Microsoft.Compute/virtualMachineScaleSets/vmss-production/virtualMachines/0`;
  await cloud.token('hp-production');
  await cloud.run('vmss-production', '0', { secret: 'word' }, 1);
  try {
    for (const [path, type, version] of [
      [`${group}/Microsoft.Compute/virtualMachineScaleSets`, 'virtualMachineScaleSets', '2026-04-01'],
      [`${instance}?$expand=instanceView`, 'virtualMachineScaleSets/virtualMachines', '2026-04-01'],
      [`${instance}/runCommands`, 'virtualMachineScaleSets/virtualMachines/runCommands', '2026-04-01'],
      [flexible, 'virtualMachineScaleSets', '2026-04-01'],
      [`${group}/Microsoft.Compute/virtualMachines?${members}`, 'virtualMachines', '2026-04-01'],
      [pool, 'hostPools', '2024-04-03'],
      [`${pool}/sessionHosts`, 'hostPools/sessionHosts', '2024-04-03'],
      [`${pool}/userSessions`, 'hostPools/sessionHosts/userSessions', '2024-04-03'],
    ] as const) {
      const [namespace] = /Microsoft\.\w+/.exec(path) ?? [];
      const url = `${cloud.arm.url}${path}${path.includes('?') ? '&' : '?'}api-version=${version}`;
      const reply = await fetch(url, { headers: { authorization: 'Bearer test' } });
      expect(reply.status, path).toBe(200);
      const body = (await reply.json()) as { value?: unknown[] };
      const one = body.value?.[0] ?? body;
      const found = validator?.validate(types, `${namespace}/${type}`, version, one, { response: true });
      expect(found?.filter(({ level }) => level === 'error') ?? [], type).toEqual([]);
    }
  } finally {
    await cloud.close();
  }
});
