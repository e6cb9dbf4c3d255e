import { applyChanges } from './changes.ts';
import { Contents, type Changes } from './contents.ts';
import { install } from './fresh.ts';
import { CATEGORY, type Update } from './updates.ts';

interface Offered {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  readonly osType: 'Windows' | 'Linux';
}

/** Store packages every new user of a client gets. */
const CLIENT_APPS = [
  'Microsoft.BingNews',
  'Microsoft.DesktopAppInstaller',
  'Microsoft.GamingApp',
  'Microsoft.Windows.Photos',
  'Microsoft.WindowsCalculator',
  'Microsoft.WindowsStore',
  'Microsoft.WindowsTerminal',
  'Microsoft.XboxGamingOverlay',
  'Microsoft.ZuneMusic',
];

/** Windows' own packages and frameworks are installed and never provisioned; nobody takes them for dirt. */
const OWN_APPS: Changes = {
  appx: {
    'Microsoft.Windows.ShellExperienceHost': { users: ['SYSTEM'], system: true },
    'Microsoft.AAD.BrokerPlugin': { users: ['SYSTEM'], system: true },
    'windows.immersivecontrolpanel': { users: ['SYSTEM'], system: true },
    'Microsoft.VCLibs.140.00': { users: ['SYSTEM'], framework: true },
  },
};

const CLIENT: Changes = {
  registry: {
    'HKLM:\\SOFTWARE\\WOW6432Node\\Microsoft\\EdgeUpdate\\Clients\\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}': {
      pv: '141.0.3537.71',
    },
  },
  files: {
    'C:\\Program Files (x86)\\Microsoft\\EdgeWebView\\Application\\141.0.3537.71\\msedgewebview2.exe': {
      size: 4_000_000,
    },
  },
};

const CAPTIONS: readonly (readonly [RegExp, string])[] = [
  [/2022-datacenter/i, 'Microsoft Windows Server 2022 Datacenter Azure Edition'],
  [/win10/i, 'Microsoft Windows 10 Enterprise multi-session'],
  [/cis-windows-11/i, 'Microsoft Windows 11 Enterprise'],
  [/./, 'Microsoft Windows 11 Enterprise multi-session'],
];

/** A server has neither BitLocker nor its cmdlets until somebody adds the feature. */
const SERVER: Changes = { files: { 'C:\\Windows\\System32\\manage-bde.exe': null } };

const OFFICE: Changes = {
  registry: {
    'HKLM:\\SOFTWARE\\Microsoft\\Office\\ClickToRun\\Configuration': { VersionToReport: '16.0.19231.20194' },
    'HKLM:\\SOFTWARE\\FSLogix\\Apps': { InstallVersion: '3.25.626.21064' },
  },
  services: { ClickToRunSvc: 'Running', RDWebRTCSvc: 'Running', frxsvc: 'Running', frxccds: 'Running' },
  files: {
    'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE': { size: 1_600_000 },
    'C:\\Program Files\\FSLogix\\Apps\\frx.exe': { size: 3_400_000 },
  },
};

/** What a machine made from a marketplace image finds on its disk. */
export function marketplaceFacts({ offer, sku, osType }: Offered, version: string): Map<string, string> {
  const facts = new Map<string, string>();
  const contents = new Contents(facts);
  install(contents, osType);
  if (osType === 'Linux') {
    applyChanges(contents, { updates: LINUX_UPDATES });
    return facts;
  }
  const build = version.split('.')[0] ?? '26100';
  const caption = CAPTIONS.find(([pattern]) => pattern.test(sku))?.[1] ?? '';
  const isServer = /server/i.test(caption);
  applyChanges(contents, {
    system: { caption, build: /^\d{5}$/.test(build) ? build : '26100' },
    appx: isServer
      ? {}
      : Object.fromEntries(CLIENT_APPS.map((name) => [name, { provisioned: true }] as const)),
    updates: windowsUpdates(caption, version),
  });
  applyChanges(contents, OWN_APPS);
  applyChanges(contents, isServer ? SERVER : CLIENT);
  if (/office/i.test(offer)) applyChanges(contents, OFFICE);
  return facts;
}

/** One round that needs a restart, and one that is only offered after it: images are a month old when they are used. */
function windowsUpdates(caption: string, version: string): (Partial<Update> & { id: string })[] {
  const product = caption.replace('Microsoft ', '').replace(/ Enterprise.*| Datacenter.*/, '');
  const build = version.split('.')[0] ?? '';
  const security = [CATEGORY.security];
  return [
    {
      id: 'b1d4e6b0-0000-4000-8000-000000000001',
      kb: '890830',
      title: 'Windows Malicious Software Removal Tool x64 - v5.136 (KB890830)',
      categories: [CATEGORY.rollups],
      minutes: 2,
    },
    {
      id: 'b1d4e6b0-0000-4000-8000-000000000002',
      kb: '2267602',
      title:
        'Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.439.122.0)',
      categories: [CATEGORY.definitions],
      minutes: 1,
    },
    {
      id: 'b1d4e6b0-0000-4000-8000-000000000003',
      kb: '5068861',
      title: `2025-11 Cumulative Update for ${product} for x64-based Systems (KB5068861) (${build}.7171)`,
      categories: security,
      minutes: 14,
      needsReboot: true,
    },
    {
      id: 'b1d4e6b0-0000-4000-8000-000000000004',
      kb: '5066131',
      title: `2025-11 Cumulative Update for .NET Framework 3.5 and 4.8.1 for ${product} for x64 (KB5066131)`,
      categories: security,
      minutes: 5,
      needsReboot: true,
      after: 'b1d4e6b0-0000-4000-8000-000000000003',
    },
    {
      id: 'b1d4e6b0-0000-4000-8000-000000000005',
      kb: '5070311',
      title: `2025-11 Cumulative Update Preview for ${product} for x64-based Systems (KB5070311) (${build}.7309)`,
      categories: [CATEGORY.updates],
      minutes: 14,
      autoSelect: false,
      needsReboot: true,
    },
    {
      id: 'b1d4e6b0-0000-4000-8000-000000000006',
      kb: '5001716',
      title: 'Microsoft Azure Network Adapter - Net - 1.2.0.0',
      type: 'Driver',
      categories: [CATEGORY.drivers],
      minutes: 1,
      autoSelect: false,
    },
  ];
}

const LINUX_UPDATES = [
  { id: 'linux-image-azure', title: 'linux-image-azure 6.8.0-1041', kb: '', needsReboot: true, minutes: 3 },
  { id: 'openssl', title: 'openssl 3.0.13-0ubuntu3.6', kb: '', minutes: 1 },
];
