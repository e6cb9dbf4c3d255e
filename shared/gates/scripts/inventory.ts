import type { Application } from '../gate.ts';
import { answering, mostListed } from './answer.ts';
import { quoted, quotedList } from './quoting.ts';

/** Which of the processes that must not be there are. */
export function processesScript({ absent }: { absent: readonly string[] }): string {
  return `${answering}
$unwanted = ${quotedList(absent.map((name) => name.replace(/\.exe$/i, '')))}
$found = @()
foreach ($name in $unwanted) {
  if (@(Get-Process -Name $name -ErrorAction SilentlyContinue).Count -gt 0) { $found += $name }
}
$evidence = 'none of them runs'
if ($found.Count -gt 0) { $evidence = ($found -join ', ') + ' run' }
Answer @{ measured = $found.Count; evidence = $evidence }
exit 0
`;
}

/** What Windows lists as installed, for all users and for 32 and 64 bit; as it was when it was listed. */
const installed = `
$roots = 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall', 'HKLM:\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall'
$installed = @()
foreach ($root in $roots) {
  foreach ($key in @(Get-ChildItem $root -Name -ErrorAction SilentlyContinue)) {
    $entry = $null
    # Values that are not of the kind that they say stop Get-ItemProperty, whatever it is told to do of errors.
    try { $entry = Get-ItemProperty "$root\\$key" -ErrorAction SilentlyContinue } catch { continue }
    if ($entry.DisplayName -and $entry.SystemComponent -ne 1) {
      $installed += @{ name = "$($entry.DisplayName)"; version = "$($entry.DisplayVersion)" }
    }
  }
}
`;

/** Which of the applications that must be there are missing, or older than they may be. */
export function applicationsScript({ present }: { present: readonly Application[] }): string {
  const wanted = present.map(
    ({ name, minVersion = '' }) => `@{ name = ${quoted(name)}; least = ${quoted(minVersion)} }`,
  );
  return `${answering}${installed}
function Test-Least([string]$Version, [string]$Least) {
  $is = @($Version -split '[^0-9]+' | Where-Object { $_ -ne '' })
  $must = @($Least -split '[^0-9]+' | Where-Object { $_ -ne '' })
  for ($part = 0; $part -lt $must.Count; $part++) {
    $number = 0
    if ($part -lt $is.Count) { $number = [double]$is[$part] }
    if ($number -gt [double]$must[$part]) { return $true }
    if ($number -lt [double]$must[$part]) { return $false }
  }
  return $true
}
$wanted = @(${wanted.join(', ')})
$wrong = @()
foreach ($application in $wanted) {
  $found = @($installed | Where-Object { $_.name -like $application.name })
  if ($found.Count -eq 0) { $wrong += "$($application.name) is not installed"; continue }
  if ($application.least -eq '') { continue }
  $enough = @($found | Where-Object { Test-Least $_.version $application.least })
  if ($enough.Count -eq 0) { $wrong += "$($application.name) is $($found[0].version), not $($application.least)" }
}
$evidence = 'all of them are installed'
if ($wrong.Count -gt 0) { $evidence = $wrong -join '; ' }
if ($evidence.Length -gt 1500) { $evidence = $evidence.Substring(0, 1500) }
Answer @{ measured = $wrong.Count; evidence = $evidence }
exit 0
`;
}

/** The names of what is installed, in order; what does not fit into Azure's 4 KB is left off, and counted. */
export const packagesScript = `${answering}${installed}
$names = @($installed | ForEach-Object { $_.name } | Sort-Object -Unique)
$listed = @()
$length = 0
foreach ($name in $names) {
  $length += $name.Length + 4
  if ($length -gt ${mostListed}) { break }
  $listed += $name
}
Answer @{ measured = $names.Count; unit = 'packages'; items = $listed; evidence = "$($names.Count) packages, $($listed.Count) of them listed" }
exit 0
`;
