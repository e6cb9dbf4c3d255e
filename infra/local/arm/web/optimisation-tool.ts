import type { WebFile } from './web-file.ts';

const ARCHIVE =
  /^https:\/\/github\.com\/The-Virtual-Desktop-Team\/Virtual-Desktop-Optimization-Tool\/archive\/([0-9a-f]{40})\.zip$/;

/**
 * The Virtual Desktop Optimization Tool at any commit, as GitHub archives it. A branch or tag is no pin and is not
 * served. The content, and so the SHA-256, follows from the commit alone: see the README.
 */
export function optimisationTool(uri: string): WebFile | undefined {
  const commit = ARCHIVE.exec(uri)?.[1];
  if (commit === undefined) return undefined;
  const root = `Virtual-Desktop-Optimization-Tool-${commit}`;
  return {
    uri,
    content: `Virtual Desktop Optimization Tool ${commit}\n`,
    size: 1_318_912,
    entries: [
      { path: `${root}/Windows_VDOT.ps1`, text: SCRIPT },
      { path: `${root}/README.md`, text: '# Virtual Desktop Optimization Tool\n' },
      { path: `${root}/2009/ConfigurationFiles/AppxPackages.json`, text: '[]\n' },
      { path: `${root}/2009/ConfigurationFiles/Services.json`, text: '[]\n' },
    ],
  };
}

/**
 * What the tool's script visibly does, told in the guest's own words: the parameters have the names and the values the
 * real one has, it stops services, takes Store packages from users and from the image alike, and asks for a restart.
 */
const SCRIPT = String.raw`
[CmdletBinding()]
param(
  [ValidateSet('All','WindowsMediaPlayer','AppxPackages','ScheduledTasks','DefaultUserSettings','Autologgers','Services','NetworkOptimizations','DiskCleanup')]
  [string[]]$Optimizations,
  [ValidateSet('All','Edge','RemoveLegacyIE','RemoveOneDrive')]
  [string[]]$AdvancedOptimizations,
  [string]$WindowsVersion,
  [switch]$Restart,
  [switch]$AcceptEula
)
if (-not $AcceptEula) { Read-Host 'Do you accept the EULA? (Y/N)' }
$all = $Optimizations -contains 'All'
Write-Output "VDOT: optimizations $($Optimizations -join ', ')"
if ($all -or $Optimizations -contains 'AppxPackages') {
  foreach ($name in 'Microsoft.BingNews', 'Microsoft.GamingApp', 'Microsoft.XboxGamingOverlay', 'Microsoft.ZuneMusic') {
    Get-AppxProvisionedPackage -Online | Where-Object { $_.DisplayName -eq $name } | Remove-AppxProvisionedPackage -Online
    Get-AppxPackage -AllUsers -Name $name | Remove-AppxPackage -AllUsers
  }
  Start-Sleep -Seconds 45
}
if ($all -or $Optimizations -contains 'Services') {
  foreach ($name in 'SysMain', 'DiagTrack', 'MapsBroker', 'XblAuthManager') {
    Stop-Service -Name $name -Force -ErrorAction SilentlyContinue
    Set-Service -Name $name -StartupType Disabled -ErrorAction SilentlyContinue
  }
  Start-Sleep -Seconds 20
}
if ($all -or $Optimizations -contains 'ScheduledTasks') { Start-Sleep -Seconds 30 }
if ($all -or $Optimizations -contains 'DefaultUserSettings') { Start-Sleep -Seconds 25 }
if ($all -or $Optimizations -contains 'NetworkOptimizations') {
  Set-ItemProperty -Path 'HKLM:\SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters' -Name 'DisableBandwidthThrottling' -Value 1
}
if ($all -or $Optimizations -contains 'DiskCleanup') {
  Remove-Item -Path 'C:\Windows\Temp\*' -Recurse -Force -ErrorAction SilentlyContinue
  Start-Sleep -Seconds 40
}
New-Item -Path 'HKLM:\SOFTWARE\VDOT' -Force | Out-Null
Set-ItemProperty -Path 'HKLM:\SOFTWARE\VDOT' -Name 'Version' -Value '3.2.2009'
Set-ItemProperty -Path 'HKLM:\SOFTWARE\VDOT' -Name 'Optimizations' -Value ($Optimizations -join ',')
Write-Output 'VDOT: done, a restart is recommended'
`;
