import type { Download } from '../recipe.ts';
import { powershellText } from './quoting.ts';

/** Where a step of this name keeps what it downloads. Everybody may write there, whoever the step runs as. */
export function windowsFolder(command: string): string {
  return `C:\\Windows\\Temp\\goldsmith-${command}`;
}

interface Work {
  readonly command: string;
  readonly download: Download;
  /** The name that it is downloaded under. */
  readonly fileName: string;
  /** What is done with it then, knowing it as `$gm_file`, its folder as `$gm_folder`; sets `$gm_code`. */
  readonly use: string;
  /** A `param(...)`, which PowerShell wants before anything else. */
  readonly param?: string;
}

/**
 * Downloads a file, holds it against its sum, and only then does something with it. The folder is gone
 * afterwards, however it went. Older Windows offers TLS 1.2 only to who asks for it; the bar that shows
 * progress makes Windows PowerShell's downloads many times slower.
 */
export function withDownload({ command, download, fileName, use, param = '' }: Work): string {
  const folder = windowsFolder(command);
  return `${param}
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$gm_folder = ${powershellText(folder)}
$gm_file = ${powershellText(`${folder}\\${fileName}`)}
$gm_code = 1
try {
  [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
  New-Item -ItemType Directory -Path $gm_folder -Force | Out-Null
  Invoke-WebRequest -Uri ${powershellText(download.uri)} -OutFile $gm_file -UseBasicParsing
  $gm_sum = (Get-FileHash $gm_file -Algorithm SHA256).Hash
  if ($gm_sum -ne ${powershellText(download.sha256.toUpperCase())}) {
    throw "The download has SHA-256 $gm_sum, not the one that the recipe names: it was not used."
  }
${use
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
} catch {
  Write-Output "Failed: $_"
}
Remove-Item $gm_folder -Recurse -Force -ErrorAction SilentlyContinue
exit $gm_code
`.trimStart();
}
