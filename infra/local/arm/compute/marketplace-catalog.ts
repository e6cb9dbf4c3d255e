import type { Plan } from './image.ts';

/** One SKU of the marketplace and its versions, oldest first. */
export interface MarketplaceSku {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  readonly versions: readonly string[];
  readonly osType: 'Windows' | 'Linux';
  readonly generation: 'V1' | 'V2';
  readonly securityType?: 'TrustedLaunchSupported' | 'TrustedLaunchAndConfidentialVmSupported';
  readonly plan?: Plan;
  /** `x64` where it is not said. */
  readonly architecture?: 'Arm64';
  /** 127 where it is not said. */
  readonly sizeInGB?: number;
  /** Regions the newest version has not reached yet: `latest` is not the same everywhere. */
  readonly newestNotIn?: readonly string[];
}

const desktop = {
  publisher: 'MicrosoftWindowsDesktop',
  osType: 'Windows',
  generation: 'V2',
  securityType: 'TrustedLaunchSupported',
} as const;

/** What can be bought here: enough of the real marketplace to build session hosts from. */
export const CATALOG: readonly MarketplaceSku[] = [
  {
    ...desktop,
    offer: 'windows-11',
    sku: 'win11-24h2-avd',
    versions: ['26100.6584.250904', '26100.6899.251011'],
    newestNotIn: ['japaneast', 'australiaeast'],
  },
  {
    ...desktop,
    offer: 'windows-11',
    sku: 'win11-23h2-avd',
    versions: ['22631.5909.250904', '22631.6060.251011'],
  },
  {
    ...desktop,
    offer: 'office-365',
    sku: 'win11-24h2-avd-m365',
    versions: ['26100.6584.250905', '26100.6899.251012'],
  },
  {
    publisher: 'MicrosoftWindowsDesktop',
    osType: 'Windows',
    offer: 'windows-10',
    sku: 'win10-22h2-avd',
    generation: 'V1',
    versions: ['19045.6332.250904', '19045.6456.251011'],
  },
  {
    publisher: 'MicrosoftWindowsServer',
    osType: 'Windows',
    generation: 'V2',
    securityType: 'TrustedLaunchSupported',
    offer: 'WindowsServer',
    sku: '2022-datacenter-azure-edition',
    versions: ['20348.4171.250903', '20348.4294.251009'],
  },
  {
    publisher: 'Canonical',
    osType: 'Linux',
    generation: 'V2',
    securityType: 'TrustedLaunchSupported',
    offer: 'ubuntu-24_04-lts',
    sku: 'server',
    versions: ['24.04.202509030', '24.04.202510010'],
    sizeInGB: 30,
  },
  {
    publisher: 'Canonical',
    osType: 'Linux',
    generation: 'V2',
    architecture: 'Arm64',
    offer: 'ubuntu-24_04-lts',
    sku: 'server-arm64',
    versions: ['24.04.202509030', '24.04.202510010'],
    sizeInGB: 30,
  },
  {
    publisher: 'center-for-internet-security-inc',
    osType: 'Windows',
    generation: 'V2',
    offer: 'cis-windows-desktop',
    sku: 'cis-windows-11-l1-gen2',
    versions: ['1.0.12', '1.0.14'],
    plan: {
      publisher: 'center-for-internet-security-inc',
      product: 'cis-windows-desktop',
      name: 'cis-windows-11-l1-gen2',
    },
  },
];
