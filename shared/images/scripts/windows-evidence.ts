/**
 * What a Windows guest is asked before it becomes an image: one `name=value` a line, bounded lists, `none`
 * where there is nothing, and nothing at all where it could not be found out, which the rules then say.
 * The value of a registration token is never printed.
 */
export const windowsEvidence = `
$ErrorActionPreference = 'SilentlyContinue'

$avdAgent = 'none'
if (Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\RDInfraAgent') { $avdAgent = 'registry key RDInfraAgent' }
if ((Get-Service 'RDAgentBootLoader' -ErrorAction SilentlyContinue).Status) { $avdAgent = 'service RDAgentBootLoader' }
Write-Output "avdAgent=$avdAgent"
$avdToken = 'none'
if ((Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\RDInfraAgent' -ErrorAction SilentlyContinue).RegistrationToken) { $avdToken = 'a token' }
if ((Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\RDInfraAgent' -ErrorAction SilentlyContinue).IsRegistered -eq 1) { $avdToken = 'registered' }
Write-Output "avdToken=$avdToken"

$inDomain = (Get-CimInstance Win32_ComputerSystem).PartOfDomain
$domain = ''
if ($inDomain -eq $true) { $domain = (Get-CimInstance Win32_ComputerSystem).Domain }
if ($inDomain -eq $false) { $domain = 'none' }
Write-Output "domain=$domain"
$entra = ((dsregcmd /status) -match 'AzureAdJoined') -join ' '
Write-Output "entraJoined=$(($entra -replace '.*:', '') -replace ' ', '')"

$intune = 'none'
if (Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\IntuneManagementExtension') { $intune = 'registry key IntuneManagementExtension' }
if ((Get-Service 'IntuneManagementExtension' -ErrorAction SilentlyContinue).Status) { $intune = 'service IntuneManagementExtension' }
foreach ($enrolment in (Get-ChildItem 'HKLM:\\SOFTWARE\\Microsoft\\Enrollments' -Name -ErrorAction SilentlyContinue)) {
  if ((Get-ItemProperty "HKLM:\\SOFTWARE\\Microsoft\\Enrollments\\$enrolment" -ErrorAction SilentlyContinue).ProviderID -eq 'MS DM Server') { $intune = 'enrolled' }
}
Write-Output "intune=$intune"
$defender = 'no'
if ((Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows Advanced Threat Protection' -ErrorAction SilentlyContinue).senseGuid) { $defender = 'a senseGuid is left' }
if ((Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows Advanced Threat Protection\\Status' -ErrorAction SilentlyContinue).OnboardingState -eq 1) { $defender = 'onboarded' }
Write-Output "defender=$defender"

$bitLocker = (Get-BitLockerVolume -MountPoint 'C:' -ErrorAction SilentlyContinue).VolumeStatus
if (-not $bitLocker -and -not (Test-Path 'C:\\Windows\\System32\\manage-bde.exe')) { $bitLocker = 'not installed' }
Write-Output "bitLocker=$bitLocker"

$installed = (Get-AppxPackage -AllUsers | Where-Object { -not $_.IsFramework -and -not $_.NonRemovable -and $_.SignatureKind -ne 'System' }).Name
$provisioned = (Get-AppxProvisionedPackage -Online).DisplayName
$loose = @($installed | Where-Object { $provisioned -notcontains $_ } | Select-Object -Unique)
$appxPerUser = 'none'
if ($loose.Count -gt 0) { $appxPerUser = ($loose | Select-Object -First 15) -join ', ' }
if ($loose.Count -gt 15) { $appxPerUser = "$appxPerUser and $($loose.Count - 15) more" }
Write-Output "appxPerUser=$appxPerUser"

$pending = 'none'
if (Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired') { $pending = 'Windows Update' }
if (Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending') { $pending = 'Component Based Servicing' }
Write-Output "pendingReboot=$pending"
Write-Output "imageState=$((Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State').ImageState)"
Write-Output "rearmsLeft=$((Get-CimInstance SoftwareLicensingService).RemainingWindowsReArmCount)"
$upgraded = 'no'
if (Test-Path 'HKLM:\\SYSTEM\\Setup\\Upgrade') { $upgraded = 'yes' }
Write-Output "upgraded=$upgraded"

$fslogix = 'none'
if (Test-Path 'HKLM:\\SOFTWARE\\FSLogix\\Apps') { $fslogix = "version $((Get-ItemProperty 'HKLM:\\SOFTWARE\\FSLogix\\Apps').InstallVersion)" }
Write-Output "fslogix=$fslogix"
$osDisk = Get-Disk | Where-Object { $_.IsBoot } | Select-Object -First 1
if (-not $osDisk) { $osDisk = Get-Disk -Number 0 }
Write-Output "osDiskGB=$([math]::Round($osDisk.Size / 1GB))"

$plugins = @(Get-ChildItem 'C:\\Packages\\Plugins' -Name -ErrorAction SilentlyContinue | Where-Object { $_ -notmatch 'RunCommandHandler' })
$left = 'none'
if ($plugins.Count -gt 0) { $left = ($plugins | Select-Object -First 10) -join ', ' }
Write-Output "plugins=$left"
$logs = (Get-ChildItem 'C:\\Windows\\Logs', 'C:\\Windows\\Panther' -Recurse -File -ErrorAction SilentlyContinue | Measure-Object -Property Length -Sum).Sum
Write-Output "logsMB=$([math]::Round($logs / 1MB))"
$people = @(Get-ChildItem 'C:\\Users' -Name -Directory -ErrorAction SilentlyContinue | Where-Object { 'Public', 'Default', 'Default User', 'All Users', 'defaultuser0' -notcontains $_ })
$profiles = 'none'
if ($people.Count -gt 0) { $profiles = ($people | Select-Object -First 10) -join ', ' }
Write-Output "profiles=$profiles"

$webRtc = 'none'
if ((Get-Service 'RDWebRTCSvc' -ErrorAction SilentlyContinue).Status) { $webRtc = 'service RDWebRTCSvc' }
Write-Output "webRtc=$webRtc"
$webView2 = 'none'
if (Test-Path 'C:\\Program Files (x86)\\Microsoft\\EdgeWebView\\Application') { $webView2 = 'installed' }
if (Test-Path 'HKLM:\\SOFTWARE\\WOW6432Node\\Microsoft\\EdgeUpdate\\Clients\\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}') { $webView2 = 'installed' }
Write-Output "webView2=$webView2"
exit 0
`.trimStart();
