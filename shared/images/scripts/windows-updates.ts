import type { UpdateCategory, WindowsUpdates } from '../recipe.ts';

/** Windows Update Agent's own ids of the kinds of updates. */
const categoryIds = {
  security: '0FA1201D-4330-4FA8-8AE9-B877473B6441',
  critical: 'E6CF1350-C01B-414D-A61F-263D14D133B4',
  'update-rollups': '28BC880E-0592-4CBF-8F95-C79B17911D5F',
  updates: 'CD5FFD1E-E932-4E3A-BF74-18BF0B1BBD83',
  definition: 'E0789628-CE08-4437-BE74-2495B842F43B',
  'service-packs': '68C5B0A3-D1A6-4553-AE49-01D3A7827828',
  'feature-packs': 'B54E7D24-7ADD-428F-8B75-90A396FA584F',
} as const satisfies Record<UpdateCategory, string>;

/**
 * One round of Windows Update: searches, installs what the filters leave, and says in its last line how it
 * went. The machine is restarted from outside, where it can be seen to be back. The Windows Update Agent
 * works for SYSTEM on the machine itself, not over the network; it understands `or` on the outside only.
 */
export function windowsUpdates({ categories, exclude, includePreviews }: WindowsUpdates): string {
  const base = "IsInstalled=0 and IsHidden=0 and Type='Software'";
  const criteria = categories.map((one) => `${base} and CategoryIDs contains '${categoryIds[one]}'`);
  return `
$ErrorActionPreference = 'Stop'
$session = New-Object -ComObject Microsoft.Update.Session
$searcher = $session.CreateUpdateSearcher()
$found = $searcher.Search("${criteria.length > 0 ? criteria.join(' or ') : base}")
$wanted = New-Object -ComObject Microsoft.Update.UpdateColl
foreach ($u in $found.Updates) {
  if (${conditionOf(exclude, includePreviews)}) {
    $u.AcceptEula() | Out-Null
    $wanted.Add($u) | Out-Null
    Write-Output "offered: $($u.Title)"
  }
}
$offered = $wanted.Count
$failed = 0
$restart = (Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending')
if (Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired') { $restart = $true }
if ($offered -gt 0) {
  $downloader = $session.CreateUpdateDownloader()
  $downloader.Updates = $wanted
  $downloader.Download() | Out-Null
  $installer = $session.CreateUpdateInstaller()
  $installer.Updates = $wanted
  $result = $installer.Install()
  if ($result.RebootRequired) { $restart = $true }
  if ($result.ResultCode -eq 3) { $failed = 1 }
  if ($result.ResultCode -gt 3) { $failed = $offered }
  Write-Output "Windows Update ended with result $($result.ResultCode)."
}
Write-Output "updates: offered=$offered failed=$failed restart=$restart"
exit 0
`.trimStart();
}

function conditionOf(exclude: readonly string[], includePreviews: boolean): string {
  const numbers = exclude.map((article) => article.replace(/^KB/i, ''));
  const conditions = [
    ...(numbers.length > 0 ? [`$u.Title -notmatch 'KB(${numbers.join('|')})\\b'`] : []),
    ...(includePreviews ? [] : [String.raw`$u.Title -notmatch '\bPreview\b'`, '-not $u.IsBeta']),
  ];
  return conditions.length > 0 ? conditions.join(' -and ') : '$true';
}
