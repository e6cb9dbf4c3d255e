import { answering } from './answer.ts';

/** The load of all processors on average, one reading every five seconds. */
export function cpuScript({ seconds }: { seconds: number }): string {
  const readings = Math.max(1, Math.round(seconds / 5));
  return `${answering}
$readings = @()
for ($reading = 0; $reading -lt ${readings}; $reading++) {
  Start-Sleep -Seconds 5
  $readings += (Get-CimInstance Win32_Processor | Measure-Object -Property LoadPercentage -Average).Average
}
$average = ($readings | Measure-Object -Average).Average
Answer @{ measured = [math]::Round($average, 1); unit = '%'; evidence = "the average of ${readings} readings in ${readings * 5} s" }
exit 0
`;
}

/** The memory in use: what Windows sees, less what is free. */
export const memoryScript = `${answering}
$system = Get-CimInstance Win32_OperatingSystem
$used = ($system.TotalVisibleMemorySize - $system.FreePhysicalMemory) / 1024
$whole = [math]::Round($system.TotalVisibleMemorySize / 1024)
Answer @{ measured = [math]::Round($used); unit = 'MB'; evidence = "in use of $whole MB" }
exit 0
`;

/** How long Windows took to start, by its own record of the last boot (event 100, client editions only). */
export const bootScript = `${answering}
$log = 'Microsoft-Windows-Diagnostics-Performance/Operational'
$boot = @(Get-WinEvent -FilterHashtable @{ LogName = $log; Id = 100 } -MaxEvents 1 -ErrorAction SilentlyContinue)
if ($boot.Count -eq 0) {
  Answer @{ inconclusive = 'Windows has recorded no boot' }
  exit 0
}
if ($boot[0].ToXml() -match 'Name=[''"]BootTime[''"]>(\\d+)<') {
  $seconds = [math]::Round([double]$Matches[1] / 1000, 1)
  Answer @{ measured = $seconds; unit = 's'; evidence = "the boot of $($boot[0].TimeCreated)" }
} else {
  Answer @{ inconclusive = 'the record of the last boot has no time' }
}
exit 0
`;
