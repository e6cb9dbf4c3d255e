import type { FileAction } from '../recipe.ts';
import { powershellText } from './quoting.ts';
import { withDownload } from './windows-download.ts';

/** Puts a file where it belongs, with the folders on the way; nothing is replaced by what was not meant. */
export function windowsFile(file: FileAction, command: string): string {
  const parent = file.destination.slice(0, Math.max(file.destination.lastIndexOf('\\'), 3));
  return withDownload({
    command,
    download: file,
    fileName: 'download',
    use: `
New-Item -ItemType Directory -Path ${powershellText(parent)} -Force | Out-Null
Move-Item $gm_file ${powershellText(file.destination)} -Force
Write-Output ${powershellText(`${file.destination} is there.`)}
$gm_code = 0
`,
  });
}
