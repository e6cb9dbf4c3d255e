import { describe, expect, it } from 'vitest';
import { type AvdUse, avdUse, recommendedFor } from '../../shared/images/browse.ts';
import { marketplaceRequests } from '../../shared/images/browse-requests.ts';

const desktop = 'MicrosoftWindowsDesktop';
const server = 'MicrosoftWindowsServer';

describe('what AVD can do with an image of the marketplace', () => {
  const uses: [publisher: string, offer: string, sku: string, use: Partial<AvdUse> | undefined][] = [
    [desktop, 'windows-11', 'win11-24h2-avd', { operatingSystem: 'Windows 11 Enterprise multi-session' }],
    [desktop, 'windows-11', 'win11-24h2-avd', { suits: ['pooled', 'personal'], hasMicrosoft365: false }],
    [desktop, 'windows-11', 'win11-24h2-ent', { isMultiSession: false, suits: ['personal'] }],
    [desktop, 'office-365', 'win11-24h2-avd-m365', { hasMicrosoft365: true, release: '24h2' }],
    [desktop, 'windows-10', 'win10-22h2-avd-g2', { operatingSystem: 'Windows 10 Enterprise multi-session' }],
    [desktop, 'windows-10', '20h2-evd', { isMultiSession: true }],
    [desktop, 'windows-11', 'win11-24h2-pro', undefined],
    [desktop, 'windows-11', 'win11-24h2-entn', undefined],
    [desktop, 'windows-10', 'win10-21h2-ent-ltsc', undefined],
    [server, 'WindowsServer', '2022-datacenter-azure-edition', { operatingSystem: 'Windows Server 2022' }],
    [server, 'WindowsServer', '2022-datacenter-azure-edition-core', undefined],
    ['Canonical', 'ubuntu-24_04-lts', 'server', undefined],
  ];
  for (const [publisher, offer, sku, use] of uses) {
    it(`${offer} ${sku}: ${use === undefined ? 'nothing' : JSON.stringify(use)}`, () => {
      const found = avdUse(publisher, offer, sku);
      if (use === undefined) expect(found).toBeUndefined();
      else expect(found).toMatchObject(use);
    });
  }

  it('recommends the newest: multi-session for pooled, single-session for personal pools, without Office', () => {
    const skus = [
      'win11-23h2-avd',
      'win11-24h2-avd',
      'win11-24h2-avd-m365',
      'win11-24h2-ent',
      'win11-23h2-ent',
    ];
    const use = (sku: string) => avdUse(desktop, 'windows-11', sku);
    expect(recommendedFor('pooled', skus, use)).toBe('win11-24h2-avd');
    expect(recommendedFor('personal', skus, use)).toBe('win11-24h2-ent');
    expect(recommendedFor('personal', ['win11-24h2-avd'], use)).toBeUndefined();
  });
});

describe('browsing the marketplace', () => {
  const place = { subscriptionId: 's', location: 'westeurope' };
  const market = marketplaceRequests({
    publishers: async () => [desktop, 'Canonical'],
    offers: async (_, publisher) => (publisher === desktop ? ['windows-11', 'windows-tools'] : undefined),
    skus: async (_, __, offer) => (offer === 'windows-11' ? ['win11-24h2-pro', 'win11-24h2-avd'] : ['other']),
    versions: async () => [],
  });

  it('shows what AVD can use, or all there is', async () => {
    expect(await market.publishers(place, { all: false })).toEqual([{ name: desktop, isForAvd: true }]);
    expect(await market.publishers(place, { all: true })).toHaveLength(2);
    expect(await market.offers(place, desktop, { all: false })).toEqual([
      { name: 'windows-11', isForAvd: true },
    ]);
    expect(await market.skus(place, desktop, 'windows-11', { all: false })).toMatchObject([
      { name: 'win11-24h2-avd', isMultiSession: true, recommendedFor: ['pooled'] },
    ]);
  });

  it('says what is not there', async () => {
    await expect(market.offers(place, 'nobody', { all: false })).rejects.toMatchObject({ code: 'NotFound' });
  });
});
