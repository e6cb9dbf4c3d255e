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
  /** What is done with it then, knowing it as `$file`, its folder as `$folder`; sets `$code`. */
  readonly then: string;
  /** A `param(...)`, which PowerShell wants before anything else. */
  readonly param?: string;
}

/**
 * Downloads a file, holds it against its sum, and only then does something with it. The folder is gone
 * afterwards, however it went. Older Windows offers TLS 1.2 only to who asks for it; the bar that shows
 * progress makes Windows PowerShell's downloads many times slower.
 */
export function withDownload({ command, download, fileName, then, param = '' }: Work): string {
  const folder = windowsFolder(command);
  return `${param}
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$folder = ${powershellText(folder)}
$file = ${powershellText(`${folder}\\${fileName}`)}
$code = 1
try {
  [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
  New-Item -ItemType Directory -Path $folder -Force | Out-Null
  Invoke-WebRequest -Uri ${powershellText(download.uri)} -OutFile $file -UseBasicParsing
  $sum = (Get-FileHash $file -Algorithm SHA256).Hash
  if ($sum -ne ${powershellText(download.sha256.toUpperCase())}) {
    throw "The download has SHA-256 $sum, not the one that the recipe names: it was not used."
  }
${then
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
} catch {
  Write-Output "Failed: $_"
}
Remove-Item $folder -Recurse -Force -ErrorAction SilentlyContinue
exit $code
`.trimStart();
}
