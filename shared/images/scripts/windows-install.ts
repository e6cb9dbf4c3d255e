import type { Install } from '../recipe.ts';
import { powershellText } from './quoting.ts';
import { windowsFolder, withDownload } from './windows-download.ts';

/** Installs an application without asking anybody, and ends with the installer's own exit code. */
export function windowsInstall(install: Install, command: string): string {
  const fileName = `installer.${install.kind}`;
  const file = `${windowsFolder(command)}\\${fileName}`;
  return withDownload({ command, download: install, fileName, use: useOf(install, file) });
}

function useOf({ kind, arguments: given }: Install, file: string): string {
  switch (kind) {
    case 'msi':
      return ended('msiexec.exe', `/i ${file} /qn /norestart ${given}`.trim());
    case 'exe':
      return ended(file, given);
    case 'msix':
      // Provisioned, that is for every user to come: a package of one user alone stops sysprep.
      return 'Add-AppxProvisionedPackage -Online -PackagePath $gm_file -SkipLicense | Out-Null\n$gm_code = 0';
  }
}

function ended(program: string, given: string): string {
  // Start-Process refuses an empty list of arguments.
  const list = given === '' ? '' : ` -ArgumentList ${powershellText(given)}`;
  return `$gm_process = Start-Process ${powershellText(program)}${list} -Wait -PassThru
$gm_code = $gm_process.ExitCode
Write-Output "The installer ended with $gm_code."`;
}
