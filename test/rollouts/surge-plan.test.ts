import { describe, expect, it } from 'vitest';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import {
  besideOf,
  type FoundModel,
  type FoundStandAlone,
  standAloneBlockers,
  standAloneWarnings,
  surgePlan,
} from '../../shared/rollouts/surge-plan.ts';
import { body } from './pool-of.ts';

const { scaleSet: _, policy, ...where } = body;
const secret = { secretUri: 'https://contoso.vault.azure.net/secrets/join' };
const of = (more: object, alone: object = {}) =>
  DefinePool.parse({
    ...where,
    virtualMachines: { resourceGroup: 'g', ...alone },
    policy: { ...policy, ...more },
  });
const blueprint: FoundModel['blueprint'] = { size: 'Standard_D4s_v5', extensions: [] };
const size = { known: true, vCPUs: 4, quota: [{ name: 'DSv5 Family', used: 90, limit: 100 }] };
const model: FoundModel = { name: 'avd-0', blueprint, size };
const found = (more: Partial<FoundStandAlone>, surge: object = { surge: 2 }): FoundStandAlone => ({
  link: of(surge),
  kind: 'stand-alone',
  hosts: 10,
  todo: 10,
  isPersonal: false,
  locks: [],
  hasNames: true,
  hindered: [],
  model,
  ...more,
});
const joinsEntra = { name: 'entra', type: 'AADLoginForWindows', body: {}, needsSecret: false };
const joins = { name: 'JoinDomain', type: 'JsonADDomainExtension', body: {}, needsSecret: true };

describe('what stands in the way of machines that stand alone', () => {
  it.each([
    ['nothing, where there is room', found({}), []],
    ['nothing of a scale set', found({ kind: 'uniform', hasNames: false }), []],
    ['no vCPUs for as many more', found({}, { surge: 3 }), ['SurgeNotPossible']],
    [
      'a size that the region has not',
      found({ model: { ...model, size: { ...size, known: false } } }),
      ['SurgeNotPossible'],
    ],
    [
      'a size that cannot be had',
      found({ model: { ...model, size: { ...size, restriction: 'NotAvailableForSubscription' } } }),
      ['SurgeNotPossible'],
    ],
    [
      'a machine that no other can be made after',
      found({ model: { ...model, blueprint: { ...blueprint, notBeside: 'It is on a dedicated host.' } } }),
      ['SurgeNotPossible'],
    ],
    ['no names', found({ hasNames: false }), ['SurgeNotPossible']],
    ['desktops that are each one user’s own', found({ isPersonal: true }), ['SurgeNotPossible']],
    [
      'a machine that cannot be made again',
      found({ model: { ...model, blueprint: { ...blueprint, notAgain: 'It is a Spot machine.' } } }, {}),
      ['NotReplaceable'],
    ],
    [
      'a size that cannot be had any more, by which no machine would come back',
      found({ model: { ...model, size: { ...size, restriction: 'NotAvailableForSubscription' } } }, {}),
      ['SkuUnavailable'],
    ],
    [
      'a size that the region does not have any more',
      found({ model: { ...model, size: { ...size, known: false } } }, {}),
      ['SkuUnavailable'],
    ],
    [
      'not a quota that is used up, where each is deleted before it is made again',
      found({ model: { ...model, size: { ...size, quota: [{ name: 'all', used: 9, limit: 9 }] } } }, {}),
      [],
    ],
    ['a lock', found({ locks: ['lock keep (CanNotDelete) on the subscription'] }, {}), ['ResourceLocked']],
    [
      'a lock, with surge',
      found({ locks: ['lock keep (ReadOnly) on the subscription'] }),
      ['ResourceLocked'],
    ],
    [
      'a device in Entra ID, which keeps the next machine of its name from joining',
      found({ model: { ...model, blueprint: { ...blueprint, extensions: [joinsEntra] } } }, {}),
      ['EntraDeviceStays'],
    ],
    [
      'not one that others see to',
      found({
        link: of({}, { entraDevices: 'deleted-by-others' }),
        model: { ...model, blueprint: { ...blueprint, extensions: [joinsEntra] } },
      }),
      [],
    ],
    [
      'not one where machines get new names',
      found({ model: { ...model, blueprint: { ...blueprint, extensions: [joinsEntra] } } }),
      [],
    ],
    [
      'an extension whose secret nobody stated',
      found({ model: { ...model, blueprint: { ...blueprint, extensions: [joins] } } }),
      ['SecretUnusable'],
    ],
    [
      'not one whose secret is stated',
      found({
        link: of({}, { extensions: { JoinDomain: secret } }),
        model: { ...model, blueprint: { ...blueprint, extensions: [joins] } },
      }),
      [],
    ],
  ] as const)('%s', (_, what, codes) => {
    expect(standAloneBlockers(what).map(({ code }) => code)).toEqual(codes);
  });

  it('warns where nobody asked whether there is room', () => {
    expect(standAloneWarnings(found({ model: undefined })).map(({ code }) => code)).toEqual([
      'SurgeNeedsQuota',
    ]);
    expect(standAloneWarnings(found({}))).toEqual([]);
    expect(standAloneWarnings(found({ model: undefined }, {}))).toEqual([]);
  });
});

describe('what added hosts cost', () => {
  const took = Array.from({ length: 10 }, (_, index) => ({ users: 600, rest: index < 8 ? 1200 : 3600 }));
  it('is reckoned by how long they are beside the others, in the half and in nine of ten of such rollouts', () => {
    const beside = besideOf(
      Array.from({ length: 6 }, () => ({ hasUsers: true })),
      { took, quietSeconds: 120 },
    );
    expect(beside.p50).toBeGreaterThanOrEqual(3);
    expect(beside.p90).toBeGreaterThan(beside.p50);
    const priced = of({ surge: 2, surgePrice: { perHour: 0.5, currency: 'EUR' } });
    expect(surgePlan(2, { p50: 3, p90: 4.5 }, priced)).toEqual({
      hosts: 2,
      hostHours: { p50: 3, p90: 4.5 },
      cost: { p50: 1.5, p90: 2.25, currency: 'EUR' },
    });
    expect(surgePlan(2, beside, of({ surge: 2 }))).not.toHaveProperty('cost');
  });
  it('is less where nobody has to leave', () => {
    const hours = (hasUsers: boolean) => besideOf([{ hasUsers }], { took, quietSeconds: 120 }).p50;
    expect(hours(false)).toBeLessThan(hours(true));
  });
});

describe('where a pool’s machines are', () => {
  const vms = { virtualMachines: { resourceGroup: 'g' } };
  const set = { scaleSet: { resourceGroup: 'g', name: 'set' } };
  it.each([
    ['both', { ...set, ...vms }, {}, 'virtualMachines'],
    ['neither', {}, {}, 'scaleSet'],
    ['surge of a scale set', set, { surge: 1 }, 'policy.surge'],
    ['hosts of a scale set made again', set, { failedHosts: 'restore' }, 'policy.failedHosts'],
    ['a price of nothing', vms, { surgePrice: { perHour: 1, currency: 'EUR' } }, 'policy.surgePrice'],
    ['a share of nothing', vms, { surge: '0%' }, 'policy.surge'],
    [
      'a price in no currency',
      vms,
      { surge: 1, surgePrice: { perHour: 1, currency: 'euro' } },
      'policy.surgePrice.currency',
    ],
    [
      'a secret that is none',
      { virtualMachines: { resourceGroup: 'g', adminPassword: { secretUri: 'hunter2' } } },
      {},
      'virtualMachines.adminPassword.secretUri',
    ],
    [
      'the secret itself',
      { virtualMachines: { resourceGroup: 'g', extensions: { JoinDomain: 'hunter2' } } },
      {},
      'virtualMachines.extensions.JoinDomain',
    ],
  ])('is refused: %s', (_, machines, more, path) => {
    const { issues = [] } =
      DefinePool.safeParse({ ...where, ...machines, policy: { ...policy, ...more } }).error ?? {};
    expect(issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
  it('is taken', () => {
    const alone = { resourceGroup: 'g', adminPassword: secret, extensions: { JoinDomain: secret } };
    const taken = DefinePool.safeParse({
      ...where,
      virtualMachines: alone,
      policy: { ...policy, surge: '20%' },
    });
    expect(taken.success).toBe(true);
  });
});
