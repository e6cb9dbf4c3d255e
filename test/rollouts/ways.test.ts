import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Way, wayOf, ways } from '../../shared/rollouts/ways.ts';
import { oldVersion } from '../support/small-azure.ts';
import { poolOf } from './pool-of.ts';

const shown: readonly Way[] = [
  ways.uniform,
  ways.flexible,
  ways['stand-alone'],
  wayOf('stand-alone', { surge: 1 }),
];
const row = (name: string, of: (way: Way) => boolean) =>
  `| ${name} | ${shown.map((way) => (of(way) ? 'yes' : 'no')).join(' | ')} |`;

describe('a scale set that Azure upgrades by itself', () => {
  it.each([
    ['uniform', 'Automatic'],
    ['uniform', 'Rolling'],
    ['uniform', undefined],
    ['flexible', 'Automatic'],
  ] as const)('R4: is refused before its model is touched: %s, %s', async (kind, upgradePolicy) => {
    const { azure, end, unplanned } = await poolOf(2, (azure) => {
      azure.kind = kind;
      const { model } = azure.fleets;
      azure.fleets = {
        ...azure.fleets,
        model: async (fleet) => {
          const { upgradePolicy: _, ...found } = (await model(fleet)) ?? {};
          return { ...none, ...found, ...(upgradePolicy !== undefined && { upgradePolicy }) };
        },
      };
    });
    await unplanned();
    expect(await end()).toMatchObject([{ phase: 'failed', failure: { code: 'UpgradePolicyNotManual' } }]);
    expect(azure.model).toBe(oldVersion);
  });
});

const none = { kind: 'uniform', location: '', imageVersionId: '', provisioningState: '' } as const;

describe('what each way can do', () => {
  it('is in the documents as it is in the code', () => {
    const kept = Object.keys(ways.uniform.keeps) as (keyof Way['keeps'])[];
    const rows = [
      ...kept.map((name) => row(name, ({ keeps }) => keeps[name])),
      ...(['surge', 'restore', 'rollback'] as const).map((name) => row(name, (way) => way[name])),
    ];
    const page = readFileSync(new URL('../../docs/rollouts.md', import.meta.url), 'utf8');
    expect(page).toContain(
      `| kept, or possible | \`uniform\` | \`flexible\` | \`stand-alone\` | with \`surge\` |\n|---|---|---|---|---|\n${rows.join('\n')}\n\n`,
    );
  });

  it('is of a scale set the same whatever its policy says', () => {
    expect(wayOf('uniform', {})).toBe(ways.uniform);
    expect(wayOf('stand-alone', {}).keeps.name).toBe(true);
  });
});
