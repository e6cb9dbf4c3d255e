import { expect, test } from 'vitest';
import { DIRT } from '../../../infra/local/arm/compute/guest/kinds-of-dirt.ts';
import { loneGuest, type LoneGuest } from './guest-run.ts';

const WEB = 'https://downloads.contoso.example';
const fetched = (name: string) =>
  `Invoke-WebRequest -Uri '${WEB}/${name}' -OutFile 'C:\\Windows\\Temp\\${name}' -UseBasicParsing\n`;
const install = (name: string, given: string) =>
  `${fetched(name)}$p = Start-Process '${name.endsWith('msi') ? 'msiexec.exe' : `C:\\Windows\\Temp\\${name}`}' -ArgumentList '${given}' -Wait -PassThru\nexit $p.ExitCode`;

const MSI = 'contoso-app-4.2.0.msi';
const DRIVER = 'contoso-driver-3.0.msi';
const EXE = 'contoso-viewer-2.1.exe';
const at = (name: string) => `C:\\Windows\\Temp\\${name}`;

test('an MSI that is installed without a window takes minutes, and leaves what it installs', () => {
  const alone = loneGuest();
  const ended = alone.run(install(MSI, `/i ${at(MSI)} /qn /norestart`));
  expect(ended).toMatchObject({ exitCode: 0 });
  expect(ended?.seconds).toBeGreaterThan(120);
  expect(
    alone.run("(Get-Service ContosoAppUpdater).Status; Test-Path 'C:\\Program Files\\Contoso\\App\\app.exe'")
      ?.output,
  ).toBe('Running\nTrue');
  expect(alone.run('(Get-FileHash C:\\Windows\\Temp\\contoso-app-4.2.0.msi).Hash')?.output).toBe(
    '918013EDBA3074E19EFCDE28A2531EC57AACCC0588498B5BE7E3C512A68B093B',
  );
});

test.each<[what: string, script: string, exitCode: number]>([
  ['a web page under an MSI’s name', install('broken-1.0.msi', `/i ${at('broken-1.0.msi')} /qn`), 1620],
  ['an MSI that is not there', install(MSI, '/i C:\\nowhere.msi /quiet'), 1619],
  ['a setup that wants a restart', install(EXE, '/S'), 3010],
  ['an MSI that wants a restart', install(DRIVER, `/i ${at(DRIVER)} /qn /norestart`), 3010],
  ['an MSI that is left to restart the machine', install(DRIVER, `/i "${at(DRIVER)}" /qn`), 1641],
])('%s ends with its own code', (_, script, exitCode) => {
  expect(loneGuest().run(script)?.exitCode).toBe(exitCode);
});

test.each<[what: string, script: string]>([
  ['an MSI without /qn', install(MSI, `/i ${at(MSI)}`)],
  ['a setup that is not told to be silent', install(EXE, '/verbose')],
  ['a question to the person at the screen', "Read-Host 'Sure?'"],
])('%s waits for somebody who is not there', (_, script) => {
  expect(loneGuest().run(script)).toBeUndefined();
});

test('another PowerShell runs a file or a command, and leaves its exit code', () => {
  const alone = loneGuest();
  const file =
    "Set-Content C:\\Windows\\Temp\\a.ps1 'param([string]$Who, [switch]$Loud)', '\"hello $Who $Loud\"', 'exit 5'\n";
  const given = '-NoProfile -ExecutionPolicy Bypass -File C:\\Windows\\Temp\\a.ps1 -Who "the world" -Loud';
  expect(alone.run(`${file}powershell.exe ${given}\n$LASTEXITCODE`)?.output).toBe('hello the world True\n5');
  const start = `$p = Start-Process powershell.exe -ArgumentList '${given}' -Wait -PassThru\n$p.ExitCode`;
  expect(alone.run(start)?.output).toBe('5');
  expect(
    alone.run('powershell -Command "\'said\'"; powershell -File C:\\none.ps1; $LASTEXITCODE')?.output,
  ).toBe('said\n-196608');
});

test('a Store package is provisioned for all, or stops sysprep', () => {
  const name = 'Contoso.Widget_1.0.0.0_x64.msix';
  const alone = loneGuest();
  alone.run(`${fetched(name)}Add-AppxPackage -Path ${at(name)}`);
  expect(alone.run(SYSPREP)?.output).toContain('Contoso.Widget');
  alone.run(`Add-AppxProvisionedPackage -Online -PackagePath ${at(name)} -SkipLicense | Out-Null`);
  expect(
    alone.run("(Get-AppxProvisionedPackage -Online).DisplayName -contains 'Contoso.Widget'")?.output,
  ).toBe('True');
  expect(alone.run(SYSPREP)?.exitCode).toBe(0);
});

test('two installations at once: Windows Installer takes one', () => {
  const alone = loneGuest();
  const script = `${fetched(MSI)}Start-Process msiexec.exe -ArgumentList '/i ${at(MSI)} /qn'\nStart-Sleep 10\n$p = Start-Process msiexec.exe -ArgumentList '/i ${at(MSI)} /qn' -Wait -PassThru\nexit $p.ExitCode`;
  expect(alone.run(script)?.exitCode).toBe(1618);
});

test('PowerShell does not wait for msiexec, which is a window program, unless it is piped on', () => {
  const alone = loneGuest();
  expect(alone.run(`${fetched(MSI)}msiexec /i ${at(MSI)} /qn\nexit $LASTEXITCODE`)?.seconds).toBeLessThan(30);
  const other = loneGuest();
  expect(
    other.run(`${fetched(MSI)}msiexec /i ${at(MSI)} /qn | Out-Null\nexit $LASTEXITCODE`)?.seconds,
  ).toBeGreaterThan(120);
});

test.each<[what: string, script: string, error: RegExp]>([
  [
    'a host nobody knows',
    "Invoke-WebRequest -Uri 'https://nowhere.example/a' -OutFile C:\\a",
    /could not be resolved: 'nowhere.example'/,
  ],
  ['a file nobody serves', fetched('nothing.msi'), /404/],
  [
    'a folder that is not there',
    `Invoke-WebRequest -Uri '${WEB}/${MSI}' -OutFile 'C:\\none\\a.msi'`,
    /part of the path/,
  ],
  [
    'an archive that is none',
    `${fetched('broken-1.0.msi')}Rename-Item ${at('broken-1.0.msi')} a.zip\nExpand-Archive C:\\Windows\\Temp\\a.zip C:\\x`,
    /End of Central Directory/,
  ],
  [
    'a program that is none',
    `${fetched('desktop.json')}Rename-Item ${at('desktop.json')} a.exe\n& C:\\Windows\\Temp\\a.exe`,
    /not a valid application/,
  ],
])('%s is an error', (_, script, error) => {
  const ended = loneGuest().run(`$ErrorActionPreference = 'Stop'\n${script}`);
  expect(ended).toMatchObject({ exitCode: 1, error: expect.stringMatching(error) as string });
});

test('a downloaded script runs with its parameters, and its exit code is the last one', () => {
  const alone = loneGuest();
  const script = `${fetched('configure.ps1')}& C:\\Windows\\Temp\\configure.ps1 -Site 'the north'\n(Get-ItemProperty 'HKLM:\\SOFTWARE\\Contoso\\Desktop').Site`;
  expect(alone.run(script)?.output).toBe('configured for the north\nthe north');
  alone.web.add({ uri: `${WEB}/fails.ps1`, content: "'before'; exit 12" });
  expect(
    alone.run(`${fetched('fails.ps1')}& C:\\Windows\\Temp\\fails.ps1; "ended $LASTEXITCODE"`)?.output,
  ).toBe('before\nended 12');
});

test('the optimisation tool changes what it says it changes, at any commit, and asks where its licence is not accepted', () => {
  const alone = loneGuest();
  const commit = 'c'.repeat(40);
  const uri = `https://github.com/The-Virtual-Desktop-Team/Virtual-Desktop-Optimization-Tool/archive/${commit}.zip`;
  const script = (more: string) =>
    `Invoke-WebRequest '${uri}' -OutFile C:\\Windows\\Temp\\t.zip\nExpand-Archive C:\\Windows\\Temp\\t.zip -DestinationPath C:\\Windows\\Temp\\t -Force\n& "C:\\Windows\\Temp\\t\\Virtual-Desktop-Optimization-Tool-${commit}\\Windows_VDOT.ps1" -Optimizations All ${more}`;
  expect(alone.run(script(''))).toBeUndefined();
  expect(alone.run(script('-AcceptEula'))).toMatchObject({ exitCode: 0 });
  const after = alone.run(
    "(Get-AppxProvisionedPackage -Online).DisplayName -contains 'Microsoft.BingNews'; (Get-Service DiagTrack).Status",
  );
  expect(after?.output).toBe('False\nStopped');
  expect(alone.web.find(uri.replace(commit, 'main'))).toBeUndefined();
});

const SEARCH = (criteria: string) => `
$session = New-Object -ComObject Microsoft.Update.Session
$found = $session.CreateUpdateSearcher().Search("${criteria}")
$wanted = New-Object -ComObject Microsoft.Update.UpdateColl
foreach ($u in $found.Updates) { if ($u.AutoSelectOnWebSites) { $u.AcceptEula() | Out-Null; $wanted.Add($u) | Out-Null } }
`;
const INSTALL = `
$downloader = $session.CreateUpdateDownloader(); $downloader.Updates = $wanted; $downloader.Download() | Out-Null
$installer = $session.CreateUpdateInstaller(); $installer.Updates = $wanted
$result = $installer.Install()
"$($wanted.Count) $($result.ResultCode) $($result.RebootRequired)"
`;
const SOFTWARE = "IsInstalled=0 and IsHidden=0 and Type='Software'";

test('updates come in rounds: what follows a restart is only offered after it', () => {
  const alone = loneGuest();
  const pending =
    "Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending'";
  const round = () => alone.run(`$ErrorActionPreference = 'Stop'\n${SEARCH(SOFTWARE)}${INSTALL}`);
  const first = round();
  expect(first?.output).toBe('3 2 True');
  expect(first?.seconds).toBeGreaterThan(600);
  expect(alone.run(pending)?.output).toBe('True');
  // Nothing more is offered, and nothing may be installed, before the restart.
  expect(alone.run(`${SEARCH(SOFTWARE)}$wanted.Count`)?.output).toBe('0');
  alone.restart();
  expect(alone.run(pending)?.output).toBe('False');
  expect(round()?.output).toBe('1 2 True');
  alone.restart();
  expect(alone.run(`${SEARCH(SOFTWARE)}$wanted.Count`)?.output).toBe('0');
});

test.each<[criteria: string, count: string]>([
  ['IsInstalled=0', '5'],
  [SOFTWARE, '4'],
  ["IsInstalled=0 and Type='Driver'", '1'],
  ["IsInstalled=0 and CategoryIDs contains '0FA1201D-4330-4FA8-8AE9-B877473B6441'", '1'],
  [
    "(IsInstalled=0 and Type='Driver') or (IsInstalled=0 and CategoryIDs contains 'E0789628-CE08-4437-BE74-2495B842F43B')",
    '2',
  ],
  ['IsInstalled=1', '0'],
])('the agent finds by %s', (criteria, count) => {
  expect(loneGuest().run(`${SEARCH(criteria)}$found.Updates.Count`)?.output).toBe(count);
});

test.each<[what: string, change: Parameters<LoneGuest['change']>[0], script: string, expected: string]>([
  ['criteria it does not know', {}, SEARCH('IsGood=1'), '0x80240032'],
  ['nothing to install', {}, `${SEARCH(SOFTWARE)}$wanted.Clear() | Out-Null${INSTALL}`, '0x80240024'],
  ['a restart that is pending', DIRT['pending-reboot'] ?? {}, `${SEARCH(SOFTWARE)}${INSTALL}`, '0x80240016'],
])('the agent refuses %s', (_, change, script, expected) => {
  const alone = loneGuest();
  alone.change(change);
  expect(alone.run(`$ErrorActionPreference = 'Stop'\n${script}`)?.error).toContain(expected);
});

test('an update that fails is told as such, whether others go in or not', () => {
  const alone = loneGuest();
  alone.change(DIRT['failing-update'] ?? {});
  expect(alone.run(`${SEARCH(SOFTWARE)}${INSTALL}`)?.output).toBe('4 3 True');
  alone.restart();
  alone.change({ updates: [{ id: 'b1d4e6b0-0000-4000-8000-000000000004', isHidden: true }] });
  expect(alone.run(`${SEARCH(SOFTWARE)}${INSTALL}`)?.output).toBe('1 4 False');
});

const SYSPREP = `$p = Start-Process "$env:SystemRoot\\System32\\Sysprep\\sysprep.exe" -ArgumentList '/oobe', '/generalize', '/quit', '/mode:vm' -PassThru -Wait
Get-Content 'C:\\Windows\\System32\\Sysprep\\Panther\\setuperr.log' -Tail 20 -ErrorAction SilentlyContinue
exit $p.ExitCode`;

test.each<[dirt: string, said: RegExp, state: string]>([
  [
    'appx-per-user',
    /Microsoft\.Todos_.*not provisioned for all users[^]*0x80073cf2/i,
    'IMAGE_STATE_COMPLETE',
  ],
  ['bitlocker', /BitLocker is on for the OS volume/, 'IMAGE_STATE_COMPLETE'],
  ['pending-reboot', /Windows updates that require a reboot/, 'IMAGE_STATE_COMPLETE'],
  ['upgraded', /upgraded OS/, 'IMAGE_STATE_COMPLETE'],
  ['rearm-used-up', /0xC004D307/, 'IMAGE_STATE_UNDEPLOYABLE'],
  ['failing-sysprep', /dwRet = 0x1f/, 'IMAGE_STATE_UNDEPLOYABLE'],
])('sysprep fails on a guest with %s, in Windows’ own words', (dirt, said, state) => {
  const alone = loneGuest();
  alone.change(DIRT[dirt] ?? {});
  const ended = alone.run(SYSPREP);
  expect(ended?.exitCode).not.toBe(0);
  expect(ended?.output).toMatch(said);
  expect(alone.guest.imageState).toBe(state);
});

test('sysprep that hangs never ends, and one that lies leaves a Windows that nobody can use', () => {
  const stuck = loneGuest();
  stuck.change(DIRT['stuck-sysprep'] ?? {});
  expect(stuck.run(SYSPREP)).toBeUndefined();
  expect(stuck.guest.imageState).toBe('IMAGE_STATE_COMPLETE');
  const lying = loneGuest();
  lying.change(DIRT['lying-sysprep'] ?? {});
  expect(lying.run(SYSPREP)?.exitCode).toBe(0);
  expect(lying.guest.isSealed()).toBe(false);
});

test('sysprep takes a machine out of its domain, uses up a rearm, and seals', () => {
  const alone = loneGuest();
  alone.change({ ...DIRT['domain-joined'], services: {} });
  expect(alone.run(SYSPREP)?.exitCode).toBe(0);
  expect(alone.guest.isSealed()).toBe(true);
  expect(alone.guest.contents.system).toMatchObject({ rearms: 1000 });
  expect(alone.guest.contents.system).not.toHaveProperty('domain');
});
