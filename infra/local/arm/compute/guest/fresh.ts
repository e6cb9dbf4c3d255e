import { applyChanges } from './changes.ts';
import type { Changes, Contents } from './contents.ts';

const VERSION = 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';

const RUNNING = [
  'RdAgent',
  'WindowsAzureGuestAgent',
  'wuauserv',
  'BITS',
  'WinDefend',
  'DiagTrack',
  'SysMain',
  'MapsBroker',
];
const STOPPED = ['seclogon', 'Sense', 'XblAuthManager', 'TrustedInstaller', 'msiserver'];

const WINDOWS: Changes = {
  services: {
    ...Object.fromEntries(RUNNING.map((name) => [name, 'Running'] as const)),
    ...Object.fromEntries(STOPPED.map((name) => [name, 'Stopped'] as const)),
  },
  registry: {
    'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State': {},
    'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall': {},
    'HKLM:\\SOFTWARE\\Microsoft\\Windows Advanced Threat Protection': {},
    'HKLM:\\SOFTWARE\\Microsoft\\Enrollments': {},
    'HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows': {},
    'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager': { SystemRoot: '\\SystemRoot' },
    'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanWorkstation\\Parameters': { ServiceDll: 'wkssvc.dll' },
    [VERSION]: { ProductName: 'Windows 10 Enterprise' },
  },
  files: {
    'C:\\Windows\\explorer.exe': { size: 5_000_000 },
    'C:\\Windows\\System32\\Sysprep\\sysprep.exe': { size: 1_200_000 },
    'C:\\Windows\\System32\\msiexec.exe': { size: 150_000 },
    'C:\\Windows\\System32\\manage-bde.exe': { size: 250_000 },
    'C:\\Windows\\Temp': { folder: true },
    'C:\\Windows\\Logs\\CBS\\CBS.log': { size: 1_400_000, text: '' },
    'C:\\Windows\\Logs\\DISM\\dism.log': { size: 90_000, text: '' },
    'C:\\Windows\\Panther\\setupact.log': { size: 220_000, text: '' },
    'C:\\Windows\\SoftwareDistribution\\Download': { folder: true },
    'C:\\Program Files': { folder: true },
    'C:\\Program Files (x86)': { folder: true },
    'C:\\ProgramData': { folder: true },
    'C:\\Users\\Public': { folder: true },
    'C:\\Users\\Default': { folder: true },
    'C:\\WindowsAzure\\Logs\\WaAppAgent.log': { size: 30_000, text: '' },
  },
  system: {
    os: 'Windows',
    caption: 'Microsoft Windows 11 Enterprise multi-session',
    build: '26100',
    rearms: 1001,
  },
};

const LINUX: Changes = {
  services: { ssh: 'Running', walinuxagent: 'Running', cron: 'Running', 'systemd-networkd': 'Running' },
  files: {
    '/bin/sh': { size: 125_000 },
    '/etc/hostname': 'localhost\n',
    '/etc/machine-id': '7f3c9a1e5b2d4c6f8a0e1d2c3b4a5f60\n',
    '/etc/os-release': 'NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\n',
    '/etc/ssh/ssh_host_ed25519_key': 'key\n',
    '/etc/ssh/ssh_host_rsa_key': 'key\n',
    '/home': { folder: true },
    '/opt': { folder: true },
    '/tmp': { folder: true },
    '/usr/bin/apt-get': { size: 50_000 },
    '/usr/bin/cloud-init': { size: 1000 },
    '/usr/bin/curl': { size: 250_000 },
    '/usr/sbin/waagent': { size: 40_000 },
    '/var/tmp': { folder: true },
    '/usr/local/bin': { folder: true },
    '/var/lib/waagent/GoalState.xml': { size: 3000 },
    '/var/log/syslog': { size: 40_000, text: '' },
    '/var/log/waagent.log': { size: 20_000, text: '' },
  },
  system: { os: 'Linux', caption: 'Ubuntu 24.04 LTS', build: '6.8.0' },
};

/** What every installation has; put there once, when somebody first looks. */
export function install(contents: Contents, os: 'Windows' | 'Linux'): void {
  applyChanges(contents, os === 'Windows' ? WINDOWS : LINUX);
}
