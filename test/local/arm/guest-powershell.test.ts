import { expect, test } from 'vitest';
import { loneGuest } from './guest-run.ts';

const COLLECTION = "$x = 'one', 'two', 'three'\n";

/** What a script prints, line by line. */
test.each<[script: string, output: string]>([
  ["Write-Output 'it''s'", "it's"],
  ['$a = 5; "a is $a, twice $($a * 2), `$a"', 'a is 5, twice 10, $a'],
  ['"$($env:COMPUTERNAME) $env:SystemRoot\\x"', 'bench C:\\Windows\\x'],
  ["@'\nfirst $x\nsecond\n'@", 'first $x\nsecond'],
  ['$x = 1\n@"\nx is $x\n"@', 'x is 1'],
  ["@('a', 'b').Count; ('a', 'b') -join '+'", '2\na+b'],
  [`${COLLECTION}$x[0]; $x[-1]; $x.Length; ($x | Select-Object -First 1)`, 'one\nthree\n3\none'],
  [
    `${COLLECTION}$x -match 't'; $x -contains 'TWO'; $x -notcontains 'four'; 'one' -in $x`,
    'two\nthree\nTrue\nTrue\nTrue',
  ],
  [`${COLLECTION}foreach ($y in $x) { if ($y -eq 'two') { continue }; $y }`, 'one\nthree'],
  [
    `${COLLECTION}$x | Where-Object { @('one') -notcontains $_ } | ForEach-Object { "<$_>" }`,
    '<two>\n<three>',
  ],
  ['$i = 0; while ($i -lt 3) { $i++ }; $i', '3'],
  ['for ($i = 0; $i -lt 2; $i++) { $i }', '0\n1'],
  ['do { $n += 1 } until ($n -ge 2); $n', '2'],
  ['1..3 | Measure-Object -Sum | ForEach-Object { $_.Sum }', '6'],
  ["switch ('b') { 'a' { 1 } 'b' { 2 } default { 3 } }", '2'],
  ['if (1 -eq 2) { 1 } elseif ($true) { 2 } else { 3 }', '2'],
  [
    "try { throw 'no licence' } catch { \"caught $($_.Exception.Message)\" } finally { 'done' }",
    'caught no licence\ndone',
  ],
  ['function Get-Double([int]$n) { return $n * 2 }\nGet-Double 4; Get-Double -n 5', '8\n10'],
  ["$h = @{ a = 1; 'b c' = 'x' }; $h.a; $h['b c']; $h | ConvertTo-Json -Compress", '1\nx\n{"a":1,"b c":"x"}'],
  ["'{0:N1} of {1}' -f 2.25, 'x'", '2.3 of x'],
  ["[math]::Round(127 * 1GB / 1GB); [int]'42' + 1; [string]::IsNullOrEmpty('')", '127\n43\nTrue'],
  ["'C:\\a\\b.txt' -replace '\\\\', '/'; 'a-b'.Split('-')[1]; ' x '.Trim().ToUpper()", 'C:/a/b.txt\nb\nX'],
  ['-not $null; !(1 -gt 2); ($true -and $false) -or $true', 'True\nTrue\nTrue'],
  ["$y = if ($true) { 'yes' } else { 'no' }; $y", 'yes'],
  ["# a comment\n<# and\nmore #> 'shown' # here", 'shown'],
  ["Write-Output 'a' `\n  'b'", 'a\nb'],
  ["'line' | Out-Null; 'kept'", 'kept'],
  ["$list = New-Object System.Collections.ArrayList; $list.Add('x') | Out-Null; $list.Count", '1'],
  ['$a = [System.Collections.Generic.List[string]]::new(); $a.Add(1); $a.Count', '1'],
  ["'a' > C:\\o.txt; 'b' >> C:\\o.txt; Get-Content C:\\o.txt", 'a\nb'],
  ["function A { param($N) begin { 'b' } process { \"$N$_\" } end { 'e' } }; 1, 2 | A -N x", 'b\nx1\nx2\ne'],
  ["cmd /c 'exit 3'; $LASTEXITCODE; iex '1 + 1'; [regex]::Match('ab12', '\\d+').Value", '3\n2\n12'],
  ['try { throw [System.Exception]::new(\'typed\') } catch { "$_" }', 'typed'],
  [
    'reg add HKLM\\SOFTWARE\\Foo /v Bar /t REG_DWORD /d 1 /f; (Get-ItemProperty HKLM:\\SOFTWARE\\Foo).Bar + 1',
    '2',
  ],
  ["Get-Date -Format 'yyyy-MM-dd'", '2026-03-10'],
  ["Set-TimeZone -Id 'W. Europe Standard Time'; 'after'", 'after'],
])('%s', (script, output) => {
  expect(loneGuest().run(script)).toMatchObject({ exitCode: 0, output });
});

test.each<[script: string, exitCode: number, error: string | undefined]>([
  ['exit 7', 7, undefined],
  ["throw 'no licence'", 1, 'no licence'],
  ["Get-Item 'C:\\nothing'; exit 0", 0, "Cannot find path 'C:\\nothing' because it does not exist."],
  ["Get-Item 'C:\\nothing' -ErrorAction SilentlyContinue", 0, undefined],
  [
    "$ErrorActionPreference = 'Stop'; Get-Item 'C:\\nothing'; exit 3",
    1,
    "Cannot find path 'C:\\nothing' because it does not exist.",
  ],
  [
    "Get-Item 'C:\\nothing' -ErrorAction Stop",
    1,
    "Cannot find path 'C:\\nothing' because it does not exist.",
  ],
  ['$x = $null; $x.Trim(); exit 4', 4, 'You cannot call a method on a null-valued expression.'],
  ['if (', 1, expect.stringContaining('At line:1')],
  ['param([Parameter(Mandatory)] [string]$Key)\n$Key', 1, expect.stringContaining('mandatory')],
  ['apt-get update; exit 5', 5, expect.stringContaining('not recognized')],
])('%s ends with %i', (script, exitCode, error) => {
  const ended = loneGuest().run(script);
  expect(ended?.exitCode).toBe(exitCode);
  expect(ended?.error).toEqual(error);
});

test('parameters reach the script by its param block, with their defaults and types', () => {
  const script =
    'param([string]$Site = \'nowhere\', [switch]$Fast, [int]$Count = 2)\n"$Site $Fast $($Count + 1)"';
  const alone = loneGuest();
  expect(alone.run(script)?.output).toBe('nowhere False 3');
  expect(alone.run(script, { Site: 'oslo', Count: '4' })?.output).toBe('oslo False 5');
});

test('a script takes the time that it waits, and what is not known takes some', () => {
  const alone = loneGuest();
  expect(alone.run('Start-Sleep -Seconds 300')?.seconds).toBeGreaterThan(300);
  expect(alone.run('Start-Sleep 10; Start-Sleep -Milliseconds 500')?.seconds).toBeLessThan(25);
  expect(alone.run("'quick'")?.seconds).toBeLessThan(15);
  expect(alone.run('Install-Everything -Now')?.seconds).toBeGreaterThan(20);
  expect(alone.run('while ($true) { Start-Sleep 60 }')).toBeUndefined();
  expect(alone.run('while ($true) { $x = 1 }')).toBeUndefined();
});

test('a loop that waits goes on when the guest is as it waited for', () => {
  const alone = loneGuest();
  alone.change({ system: { bitLocker: 'FullyEncrypted' } });
  const ended = alone.run(
    "Disable-BitLocker -MountPoint 'C:'\nwhile ((Get-BitLockerVolume -MountPoint 'C:').VolumeStatus -ne 'FullyDecrypted') { Start-Sleep 15 }\n'free'",
  );
  expect(ended?.output).toBe('free');
  expect(ended?.seconds).toBeGreaterThan(300);
});

test('registry, files and services are what scripts made them', () => {
  const alone = loneGuest();
  const script = String.raw`
New-Item -Path 'HKLM:\SOFTWARE\Contoso\Site' -Force | Out-Null
Set-ItemProperty -Path 'HKLM:\SOFTWARE\Contoso\Site' -Name 'Number' -Value 7
Test-Path 'HKLM:\SOFTWARE\Contoso'
(Get-ItemProperty 'registry::HKEY_LOCAL_MACHINE\SOFTWARE\contoso\site').number + 1
(Get-ChildItem 'HKLM:\SOFTWARE\Contoso' -Name)
Remove-Item 'HKLM:\SOFTWARE\Contoso' -Recurse
Test-Path 'HKLM:\SOFTWARE\Contoso'
New-Item -ItemType Directory -Path 'C:\Apps' | Out-Null
Set-Content -Path C:\Apps\a.txt -Value 'one', 'two', 'three'
Add-Content C:\Apps\a.txt 'four'
Get-Content C:\Apps\a.txt -Tail 2
(Get-ChildItem 'C:\Apps').Count
Test-Path "C:\apps\*.txt"
Move-Item C:\Apps\a.txt C:\Apps\b.txt
Get-ChildItem C:\Apps -Name
(Get-Service 'SysMain').Status
Stop-Service SysMain; Set-Service SysMain -StartupType Disabled
(Get-Service SysMain).Status
(Get-Service 'NoSuch' -ErrorAction SilentlyContinue).Status
'end'`;
  expect(alone.run(script)?.output.split('\n')).toEqual(
    'True 8 Site False three four 1 True b.txt Running Stopped end'.split(' '),
  );
});

test('what Windows is asked it answers', () => {
  const alone = loneGuest();
  const ask = (expression: string) => alone.run(expression)?.output;
  expect(ask('(Get-CimInstance Win32_ComputerSystem).PartOfDomain')).toBe('False');
  expect(ask('(Get-CimInstance Win32_OperatingSystem).Caption')).toContain(
    'Windows 11 Enterprise multi-session',
  );
  expect(ask('(Get-CimInstance Win32_OperatingSystem).BuildNumber')).toBe('26100');
  expect(
    ask("((Get-CimInstance Win32_OperatingSystem).LastBootUpTime).ToUniversalTime().ToString('s')"),
  ).toBe('2026-03-10T08:00:00');
  expect(ask('[math]::Round((Get-Disk -Number 0).Size / 1GB)')).toBe('127');
  expect(ask("(dsregcmd /status) -match 'AzureAdJoined'")).toContain('AzureAdJoined : NO');
  expect(ask('(Get-AppxProvisionedPackage -Online).DisplayName')).toContain('Microsoft.WindowsStore');
  // Windows' own packages are installed and not provisioned on every machine: who counts them finds dirt everywhere.
  expect(
    ask(
      "(Get-AppxPackage -AllUsers | Where-Object { $_.SignatureKind -ne 'System' -and -not $_.IsFramework }).Name",
    ),
  ).toBe('');
  expect(ask('(Get-AppxPackage -AllUsers).Name')).toContain('ShellExperienceHost');
});
