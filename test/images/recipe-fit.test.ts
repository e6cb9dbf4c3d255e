import { describe, expect, it } from 'vitest';
import { InspectionPolicy } from '../../shared/images/inspection-body.ts';
import { Recipe } from '../../shared/images/recipe-bodies.ts';
import { inspectionMisfits, recipeMisfits } from '../../shared/images/recipe-fit.ts';

const sha256 = 'a'.repeat(64);
const uri = 'https://contoso.blob.core.windows.net/apps/app.msi';
const install = { uri, sha256, kind: 'msi' };

describe('a recipe does not fit an operating system', () => {
  const misfits: [osType: 'Windows' | 'Linux', field: string, step: unknown][] = [
    ['Linux', '0.windowsUpdates', { name: 'u', windowsUpdates: {} }],
    ['Linux', '0.install', { name: 'i', install }],
    ['Linux', '0.optimise', { name: 'o', optimise: { commit: 'a'.repeat(40), sha256 } }],
    ['Windows', '0.linuxUpdates', { name: 'u', linuxUpdates: {} }],
    ['Windows', '0.file.destination', { name: 'f', file: { uri, sha256, destination: '/etc/motd' } }],
    ['Linux', '0.file.destination', { name: 'f', file: { uri, sha256, destination: 'C:\\a\\b' } }],
  ];
  for (const [osType, field, step] of misfits) {
    it(`with ${field} on ${osType}`, () => {
      const found = recipeMisfits(osType, Recipe.parse([step]));
      expect(found.map(({ path }) => path.join('.'))).toEqual([field]);
    });
  }
});

describe('an inspection policy is refused for', () => {
  const policies: [title: string, field: string, says: RegExp, policy: unknown][] = [
    ['a rule that is none', 'rules.no-virus', /avd-agent/, { rules: { 'no-virus': 'required' } }],
    ['a weight that is none', 'rules.avd-agent', /One of required/, { rules: { 'avd-agent': 'maybe' } }],
    [
      'a waiver without a reason',
      'waivers.0.reason',
      /10 characters/,
      { waivers: [{ rule: 'avd-agent', reason: 'ok' }] },
    ],
    [
      'a waiver of no rule',
      'waivers.0.rule',
      /The rules are/,
      { waivers: [{ rule: 'x', reason: 'a good reason' }] },
    ],
  ];
  for (const [title, field, says, policy] of policies) {
    it(title, () => {
      const said = (InspectionPolicy.safeParse(policy).error?.issues ?? []).map((issue) =>
        JSON.stringify(issue),
      );
      expect(said.join()).toMatch(says);
      const paths = (InspectionPolicy.safeParse(policy).error?.issues ?? []).map(({ path }) =>
        path.join('.'),
      );
      expect(paths.join()).toContain(field);
    });
  }

  it('a rule of another operating system', () => {
    const policy = InspectionPolicy.parse({ rules: { 'azure-agent': 'off' } });
    expect(inspectionMisfits('Windows', policy)).toMatchObject([{ path: ['rules', 'azure-agent'] }]);
    expect(inspectionMisfits('Linux', policy)).toEqual([]);
  });
});
