import type { Changes } from './contents.ts';

/** What a golden image must not be, ready to be put into a guest by name. */
export const DIRT: Readonly<Record<string, Changes>> = {
  'avd-agent': {
    registry: { 'HKLM:\\SOFTWARE\\Microsoft\\RDInfraAgent': { IsRegistered: 0 } },
    services: { RDAgentBootLoader: 'Running' },
  },
  'avd-token': {
    registry: {
      'HKLM:\\SOFTWARE\\Microsoft\\RDInfraAgent': {
        RegistrationToken: 'eyJhbGciOiJub25lIn0.eyJ4IjoxfQ.s',
        IsRegistered: 0,
      },
    },
    services: { RDAgentBootLoader: 'Running' },
  },
  'domain-joined': { system: { domain: 'corp.contoso.com' } },
  'entra-joined': { system: { entra: true } },
  fslogix: {
    registry: { 'HKLM:\\SOFTWARE\\FSLogix\\Apps': { InstallVersion: '3.25.626.21064' } },
    services: { frxsvc: 'Running' },
  },
  intune: {
    registry: {
      'HKLM:\\SOFTWARE\\Microsoft\\IntuneManagementExtension': { TenantId: 'contoso' },
      'HKLM:\\SOFTWARE\\Microsoft\\Enrollments\\6A1B2C3D-0000-4000-8000-000000000001': {
        ProviderID: 'MS DM Server',
      },
    },
    services: { IntuneManagementExtension: 'Running' },
  },
  defender: {
    registry: {
      'HKLM:\\SOFTWARE\\Microsoft\\Windows Advanced Threat Protection': {
        senseGuid: '4c1d9a2e-7b3f-4d55-9a10-2f6f0c9e1b77',
      },
      'HKLM:\\SOFTWARE\\Microsoft\\Windows Advanced Threat Protection\\Status': { OnboardingState: 1 },
    },
    services: { Sense: 'Running' },
  },
  bitlocker: { system: { bitLocker: 'FullyEncrypted' } },
  'appx-per-user': { appx: { 'Microsoft.Todos': { users: ['builder'], provisioned: false } } },
  'pending-reboot': {
    registry: {
      'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending': {},
    },
  },
  'pending-rename': { needsReboot: true },
  'big-disk': { system: { diskSizeGB: 256 } },
  plugins: {
    files: {
      'C:\\Packages\\Plugins\\Microsoft.Azure.Monitor.AzureMonitorWindowsAgent\\1.38.0.0\\HandlerManifest.json':
        '{}',
      'C:\\Packages\\Plugins\\Microsoft.Compute.CustomScriptExtension\\1.10.20\\HandlerManifest.json': '{}',
    },
  },
  logs: { files: { 'C:\\Windows\\Logs\\CBS\\CbsPersist_20251001.log': { size: 900 * 1024 ** 2 } } },
  profiles: { files: { 'C:\\Users\\maria\\NTUSER.DAT': { size: 800_000 } } },
  'rearm-used-up': { system: { rearms: 0 } },
  upgraded: { registry: { 'HKLM:\\SYSTEM\\Setup\\Upgrade': { UpgradeStartTime: '2025-06-01' } } },
  'failing-sysprep': { system: { sysprep: 'fails' } },
  'stuck-sysprep': { system: { sysprep: 'hangs' } },
  'lying-sysprep': { system: { sysprep: 'lies' } },
  'failing-update': {
    updates: [
      {
        id: 'failing',
        kb: '5099999',
        title: '2025-11 Security Update for Windows (KB5099999)',
        fails: 99,
        hresult: '0x800f0922',
      },
    ],
  },
  'no-webview2': {
    registry: {
      'HKLM:\\SOFTWARE\\WOW6432Node\\Microsoft\\EdgeUpdate\\Clients\\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}':
        null,
    },
    files: { 'C:\\Program Files (x86)\\Microsoft\\EdgeWebView': null },
  },
  'webrtc-redirector': { services: { RDWebRTCSvc: 'Running' } },
  'linux-no-agent': { files: { '/usr/sbin/waagent': null } },
  'linux-no-cloud-init': { files: { '/usr/bin/cloud-init': null } },
  'linux-plugins': {
    files: {
      '/var/lib/waagent/Microsoft.Azure.Monitor.AzureMonitorLinuxAgent-1.35.1/HandlerManifest.json': '{}',
    },
  },
  'linux-profiles': { files: { '/home/maria/.bashrc': '' } },
  'linux-logs': { files: { '/var/log/syslog.1': { size: 900 * 1024 ** 2 } } },
  'linux-pending-reboot': { files: { '/var/run/reboot-required': '*** System restart required ***\n' } },
  'linux-domain-joined': {
    files: { '/usr/sbin/realm': { size: 90_000 }, '/etc/krb5.keytab': { size: 300 } },
    system: { domain: 'corp.contoso.com' },
  },
  'linux-defender': { files: { '/etc/opt/microsoft/mdatp/mdatp_onboard.json': '{}' } },
};
