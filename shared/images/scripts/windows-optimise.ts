import type { Optimise } from '../recipe.ts';
import { powershellText } from './quoting.ts';
import { withDownload } from './windows-download.ts';

const repository = 'https://github.com/The-Virtual-Desktop-Team/Virtual-Desktop-Optimization-Tool';
const folder = 'Virtual-Desktop-Optimization-Tool';

/** Where the tool of that commit is downloaded from, and what the sum in the recipe is of. */
export function optimiseUri({ commit }: Pick<Optimise, 'commit'>): string {
  return `${repository}/archive/${commit}.zip`;
}

/**
 * Runs Microsoft's Virtual Desktop Optimization Tool as it was at one commit. It restarts the machine only
 * when told to, which it is not: the recipe says when.
 */
export function windowsOptimise({ commit, sha256, optimizations }: Optimise, command: string): string {
  const which = optimizations.map(powershellText).join(', ');
  return withDownload({
    command,
    download: { uri: optimiseUri({ commit }), sha256 },
    fileName: 'tool.zip',
    then: `
Expand-Archive -Path $file -DestinationPath $folder -Force
$tool = "$folder\\${folder}-${commit}"
$ErrorActionPreference = 'Continue'
& "$tool\\Windows_VDOT.ps1" -Optimizations ${which} -AcceptEULA
$code = $LASTEXITCODE
if (-not $code) { $code = 0 }
Write-Output "The optimisation tool ended with $code."
`,
  });
}
