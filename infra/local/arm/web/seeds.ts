import type { WebFile } from './web-file.ts';

const HOST = 'https://downloads.contoso.example';

/** What lies on Contoso's download server from the start: something of each kind that recipes fetch. */
export const SEEDS: readonly WebFile[] = [
  {
    uri: `${HOST}/contoso-app-4.2.0.msi`,
    content: 'Contoso App 4.2.0 installer\n',
    size: 48_234_496,
    installer: {
      seconds: 140,
      output: '',
      adds: {
        files: { 'C:\\Program Files\\Contoso\\App\\app.exe': { size: 12_400_128 } },
        services: { ContosoAppUpdater: 'Running' },
        registry: {
          'HKLM:\\SOFTWARE\\Contoso\\App': { Version: '4.2.0' },
          'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{4F1D0C52-7C59-4E6B-9C0A-42D3C0F4A200}':
            {
              DisplayName: 'Contoso App',
              DisplayVersion: '4.2.0',
            },
        },
      },
    },
  },
  {
    uri: `${HOST}/contoso-viewer-2.1.exe`,
    content: 'Contoso Viewer 2.1 setup\n',
    size: 9_437_184,
    installer: {
      exitCode: 3010,
      seconds: 75,
      needsReboot: true,
      silent: String.raw`(?:^|\s)(?:/S|/quiet|/silent|/verysilent)\b`,
      adds: {
        files: { 'C:\\Program Files\\Contoso\\Viewer\\viewer.exe': { size: 4_194_304 } },
        registry: { 'HKLM:\\SOFTWARE\\Contoso\\Viewer': { Version: '2.1' } },
      },
    },
  },
  {
    uri: `${HOST}/Contoso.Widget_1.0.0.0_x64.msix`,
    content: 'Contoso Widget 1.0 package\n',
    size: 3_145_728,
    installer: { seconds: 12, adds: { appx: { 'Contoso.Widget': {} } } },
  },
  {
    uri: `${HOST}/contoso-driver-3.0.msi`,
    content: 'Contoso Printer Driver 3.0 installer\n',
    size: 22_020_096,
    installer: {
      seconds: 50,
      needsReboot: true,
      adds: { files: { 'C:\\Windows\\System32\\drivers\\contoso.sys': { size: 310_000 } } },
    },
  },
  {
    // A download server's error page under an installer's name, answered with 200.
    uri: `${HOST}/broken-1.0.msi`,
    content: '<!DOCTYPE html><html><body><h1>This download has moved</h1></body></html>\n',
  },
  {
    uri: `${HOST}/configure.ps1`,
    content:
      "param([string]$Site = 'headquarters')\n" +
      "New-Item -Path 'HKLM:\\SOFTWARE\\Contoso\\Desktop' -Force | Out-Null\n" +
      "Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\Contoso\\Desktop' -Name 'Site' -Value $Site\n" +
      'Write-Output "configured for $Site"\n',
  },
  {
    uri: `${HOST}/configure.sh`,
    content:
      '#!/bin/sh\nset -e\nmkdir -p /etc/contoso\necho "site=${SITE:-headquarters}" > /etc/contoso/desktop.conf\n' +
      'echo configured\n',
  },
  {
    uri: `${HOST}/desktop.json`,
    content: '{"wallpaper":"blue","shortcuts":["App","Viewer"]}\n',
  },
  {
    // What a machine needs to install Contoso's agent on Linux.
    uri: `${HOST}/contoso-agent-1.4.tar.gz`,
    content: 'Contoso Agent 1.4 for Linux\n',
    size: 6_291_456,
    entries: [
      {
        path: 'contoso-agent-1.4/install.sh',
        text: '#!/bin/sh\nmkdir -p /opt/contoso-agent\necho 1.4 > /opt/contoso-agent/VERSION\n',
      },
    ],
  },
];
