import type { Download } from '../recipe.ts';
import { mayRestart, restarts } from './restarting.ts';
import { withDownload } from './windows-download.ts';

/** Runs a downloaded script with the parameters that the run command was given, secret ones among them. */
export function windowsScript(download: Download, names: readonly string[], command: string): string {
  const param = names.length > 0 ? `param(${names.map((name) => `[string]$${name}`).join(', ')})` : '';
  const given = names.map((name) => ` -${name} $${name}`).join('');
  return withDownload({
    command,
    download,
    fileName: 'script.ps1',
    param,
    // The script decides for itself what it stops at. One that says no exit code ends with that of the last
    // program it ran, and well if it ran none.
    use: `
$ErrorActionPreference = 'Continue'
& $gm_file${given}
$gm_code = $LASTEXITCODE
if (-not $gm_code) { $gm_code = 0 }
if ((Get-Content $gm_file) -match '${restarts}') { Write-Output '${mayRestart}' }
`,
  });
}
