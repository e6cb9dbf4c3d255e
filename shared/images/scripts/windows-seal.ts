/** What Windows says of itself once sysprep is through. */
export const sealedState = 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';

/**
 * Sysprep, and what Windows says of itself afterwards. `/quit`, not `/shutdown`: a run command must live to say
 * how it ended. The agents run first, because a machine that is generalised before they are up never reports
 * (Azure's own image builders wait likewise). A disk that BitLocker holds is found out before anything is
 * changed; a server may not know of BitLocker at all. Logs of an earlier run go first, so that what is shown is of this one; the errors come last in what
 * is printed, because Azure keeps the end. Folders that extensions left go as well; our own handler runs in its.
 */
export const windowsSeal = `
$ErrorActionPreference = 'Stop'
foreach ($name in 'RdAgent', 'WindowsAzureGuestAgent') {
  while ((Get-Service $name).Status -ne 'Running') { Start-Sleep -Seconds 5 }
}
$bitLocker = ''
try { $bitLocker = (Get-BitLockerVolume -MountPoint 'C:').VolumeStatus } catch { Write-Output 'no BitLocker here' }
if ($bitLocker -and $bitLocker -ne 'FullyDecrypted') {
  Write-Output "BitLocker is on for the OS volume: $bitLocker (0x80310039)"
  exit 1
}
foreach ($plugin in (Get-ChildItem 'C:\\Packages\\Plugins' -Name -ErrorAction SilentlyContinue)) {
  if ($plugin -notmatch 'RunCommandHandler') {
    Remove-Item "C:\\Packages\\Plugins\\$plugin" -Recurse -Force -ErrorAction SilentlyContinue
  }
}
Remove-Item 'C:\\Windows\\Panther' -Recurse -Force -ErrorAction SilentlyContinue
Remove-Item 'C:\\Windows\\System32\\Sysprep\\Panther' -Recurse -Force -ErrorAction SilentlyContinue
$sysprep = Start-Process "$env:SystemRoot\\System32\\Sysprep\\sysprep.exe" -ArgumentList '/oobe', '/generalize', '/quit', '/mode:vm' -PassThru -Wait
$state = (Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State').ImageState
if ($state -ne '${sealedState}') {
  Get-Content 'C:\\Windows\\System32\\Sysprep\\Panther\\setupact.log' -Tail 12 -ErrorAction SilentlyContinue
  Get-Content 'C:\\Windows\\System32\\Sysprep\\Panther\\setuperr.log' -Tail 20 -ErrorAction SilentlyContinue
}
Write-Output "sysprep=$($sysprep.ExitCode)"
Write-Output "sealed=$state"
exit $sysprep.ExitCode
`.trimStart();
