import { describe, expect, it } from 'vitest';
import { DefineImageSet, RequestVersion } from '../../shared/images/request-bodies.ts';
import { plan } from './versions.ts';

describe('the body that defines an image set', () => {
  const [first] = plan.regions;
  const subnetId =
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/build';
  const bench = { ...plan.bench, subnetId };
  const right = { ...plan, bench };
  const marketplace = 'marketplace' in plan.source ? plan.source.marketplace : undefined;
  const logTo = (query: string) => ({
    containerUri: `https://stimages.blob.core.windows.net/logs${query}`,
    identityId:
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i',
    identityClientId: '00000000-0000-0000-0000-0000000000aa',
  });

  const wrong: [title: string, change: object, target: string][] = [
    ['a field that it does not know', { colour: 'blue' }, ''],
    ['a gallery name with a dash', { gallery: { ...plan.gallery, name: 'gal-desktops' } }, 'gallery.name'],
    ['no region', { regions: [] }, 'regions'],
    ['a region twice', { regions: [first, first] }, 'regions'],
    ['more replicas than Azure allows', { regions: [{ ...first, replicas: 101 }] }, 'regions.0.replicas'],
    ['a step name twice', { recipe: [plan.recipe[0], plan.recipe[0]] }, 'recipe.1.name'],
    [
      'a shallow version that is copied elsewhere',
      { replicationMode: 'Shallow', regions: plan.regions },
      'regions',
    ],
    [
      'a shallow version with two replicas',
      { replicationMode: 'Shallow', regions: [{ ...first, replicas: 2 }] },
      'regions.0.replicas',
    ],
    [
      'a log container with a signature',
      { bench: { ...bench, log: logTo('?sig=abc') } },
      'bench.log.containerUri',
    ],
    ['a bench for nobody', { bench: { ...bench, maxBuilds: 0 } }, 'bench.maxBuilds'],
    ['a numbering that it does not know', { numbering: 'roman' }, 'numbering'],
    ['an end of life after no days', { endOfLifeDays: 0 }, 'endOfLifeDays'],
    [
      'Trusted Launch on generation V1',
      { definition: { ...plan.definition, hyperVGeneration: 'V1' } },
      'definition.securityType',
    ],
    [
      'a source version that is neither exact nor latest',
      { source: { marketplace: { ...marketplace, version: '26100' } } },
      'source.marketplace.version',
    ],
  ];
  it('takes what is right', () => expect(DefineImageSet.safeParse(right).error).toBeUndefined());

  for (const [title, change, target] of wrong) {
    it(`refuses ${title}, and says where`, () => {
      const { error } = DefineImageSet.safeParse({ ...right, ...change });
      expect(error?.issues.map(({ path }) => path.join('.'))).toContain(target);
    });
  }
});

describe('the body that requests a version', () => {
  const wrong: [title: string, body: object, target: string][] = [
    ['a number and a bump', { number: '1.4.0', bump: 'minor' }, 'number'],
    ['a number that is none', { number: '1.4' }, 'number'],
    ['a number that Azure cannot hold', { number: '1.4.2147483648' }, 'number'],
    ['revision 0 of a recipe', { recipe: 0 }, 'recipe'],
    ['a priority that it does not know', { priority: 'urgent' }, 'priority'],
    ['a waiver without a reason', { waivers: [{ rule: 'pending-reboot', reason: '' }] }, 'waivers.0.reason'],
    ['a waiver of no rule', { waivers: [{ rule: 'luck', reason: 'because I say so' }] }, 'waivers.0.rule'],
  ];
  it.each(wrong)('refuses %s, and says where', (_, body, target) => {
    const { error } = RequestVersion.safeParse(body);
    expect(error?.issues.map(({ path }) => path.join('.'))).toContain(target);
  });
  it('needs nothing', () => {
    expect(RequestVersion.parse({})).toEqual({ priority: 'normal', notes: '', waivers: [], release: true });
  });
});
