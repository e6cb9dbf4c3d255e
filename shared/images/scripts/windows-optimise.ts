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
    use: `
Expand-Archive -Path $gm_file -DestinationPath $gm_folder -Force
$gm_tool = "$gm_folder\\${folder}-${commit}"
$ErrorActionPreference = 'Continue'
& "$gm_tool\\Windows_VDOT.ps1" -Optimizations ${which} -AcceptEULA
$gm_code = $LASTEXITCODE
if (-not $gm_code) { $gm_code = 0 }
Write-Output "The optimisation tool ended with $gm_code."
`,
  });
}
