import { answering } from './answer.ts';

/**
 * How long the last sign-ins took, by what the session manager of Windows logs: from the session being made
 * (event 41, begin session arbitration) to the shell being started for the user (event 22). In between lie the
 * profile (FSLogix), group policy and logon scripts; what comes before, the broker and the connection, and
 * what comes after, until the desktop is drawn, are not in it. Since the last boot only: an earlier sign-in
 * was to another disk. The log is read again each half minute until there is a sign-in or the wait is over.
 */
export function signInScript({ last, waitMinutes }: { last: number; waitMinutes: number }): string {
  return `${answering}
$until = (Get-Date).AddMinutes(${waitMinutes})
$log = 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational'
$boot = (Get-CimInstance Win32_OperatingSystem).LastBootUpTime
$seconds = @()
while ($true) {
  $events = @(Get-WinEvent -FilterHashtable @{ LogName = $log; Id = 22, 41; StartTime = $boot } -ErrorAction SilentlyContinue)
  $begun = @{}
  $seconds = @()
  foreach ($entry in ($events | Sort-Object TimeCreated)) {
    $session = "$($entry.Properties[1].Value)"
    if ($entry.Id -eq 41) { $begun[$session] = $entry.TimeCreated; continue }
    if ($begun.ContainsKey($session)) {
      $seconds += ($entry.TimeCreated - $begun[$session]).TotalSeconds
      $begun.Remove($session)
    }
  }
  if ($seconds.Count -gt 0 -or (Get-Date) -ge $until) { break }
  Start-Sleep -Seconds 30
}
if ($seconds.Count -eq 0) {
  Answer @{ inconclusive = "nobody has signed in since $boot" }
  exit 0
}
$latest = @($seconds | Select-Object -Last ${last})
$worst = ($latest | Measure-Object -Maximum).Maximum
Answer @{ measured = [math]::Round($worst, 1); unit = 's'; evidence = "the longest of the last $($latest.Count) sign-ins" }
exit 0
`;
}
