import { TableClient, TableServiceClient } from '@azure/data-tables';
import { expect, it } from 'vitest';
import { type BenchCloud, openBenchCloud } from './bench-cloud.ts';

const vault = 'https://kv-images.vault.azure.net/secrets';
/** Any part of the secrets that the local vault holds under these names. */
const licence = { secretUri: `${vault}/app-licence` };
const builder = { user: 'builder', password: { secretUri: `${vault}/builder-password` } };
const parts = /LIC-7Q|2M-93X|XK-4410|0-ZETA|Brick-By|By-Brick|2209!/;

const secretParameters = { Licence: licence };
const recipes = {
  'secret-told': [
    {
      name: 'tells',
      script: 'param($Licence)\nWrite-Output "it is $Licence, $Licence$Licence"',
      secretParameters,
    },
    {
      name: 'as-builder',
      script: 'param($Licence)\nWrite-Output $Licence',
      secretParameters,
      runAs: builder,
    },
    {
      name: 'downloaded',
      script: {
        uri: 'https://downloads.contoso.example/configure.ps1',
        sha256: 'f82674dba8fc8ce91ad61fce8ec70ef5f1fae684af6e3cb8b60afdb4c64d102b',
      },
      secretParameters: { Site: licence },
    },
  ],
  'secret-thrown': [
    {
      name: 'throws',
      script: 'param($Licence)\nthrow "bad licence $Licence"',
      secretParameters,
      runAs: builder,
      retries: 1,
    },
  ],
  // So much that Azure cuts its beginning off, somewhere.
  'secret-cut': [
    {
      name: 'repeats',
      script: 'param($Licence)\nforeach ($i in 1..400) { Write-Output $Licence }\nexit 5',
      secretParameters,
    },
  ],
};

it('X8: what a recipe is told in confidence is nowhere but in the vault', { timeout: 60_000 }, async () => {
  const cloud = await openBenchCloud();
  try {
    const users = { builder: 'Brick-By-Brick-2209!' };
    await cloud.arm('POST', '/local/dirt', { vm: '^gm-secret-', users });
    const names = Object.keys(recipes) as (keyof typeof recipes)[];
    await Promise.all(names.map(async (name) => await cloud.build(name, { recipe: recipes[name] })));
    const ended = await Promise.all(names.map(async (name) => await cloud.over(name)));
    expect(ended.map(({ status }) => status)).toEqual(['available', 'failed', 'failed']);
    expect(JSON.stringify(ended)).toContain('bad licence ***');

    const rows = await rowsOf(cloud);
    expect(rows.length).toBeGreaterThan(50);
    const told = await Promise.all(
      names.map(async (name) => await cloud.api.get<object>(`image-sets/${name}/versions/1.0.0/history`)),
    );
    const said = { rows, told, ended, printed: cloud.printed, asked: await cloud.requests() };
    for (const [where, texts] of Object.entries(said)) {
      const found = texts.map((text) => JSON.stringify(text)).filter((text) => parts.test(text));
      expect(found, where).toEqual([]);
    }
  } finally {
    await cloud.local.stop();
  }
});

/** Every row of every table. */
async function rowsOf({ local }: BenchCloud): Promise<object[]> {
  const options = { allowInsecureConnection: true };
  const { connectionString } = local.tables;
  const rows: object[] = [];
  for await (const { name = '' } of TableServiceClient.fromConnectionString(
    connectionString,
    options,
  ).listTables()) {
    const table = TableClient.fromConnectionString(connectionString, name, options);
    for await (const row of table.listEntities()) rows.push(row);
  }
  return rows;
}
