import type { Download } from '../recipe.ts';
import { withLinuxDownload } from './linux-download.ts';
import { mayRestart, restarts } from './restarting.ts';

/**
 * Runs a downloaded script. What the run command was given, secrets among it, is in the environment of both;
 * bash is on every distribution that Azure endorses, where `sh` is not the same everywhere.
 */
export function linuxScript(download: Download, _names: readonly string[], command: string): string {
  return withLinuxDownload(
    command,
    download,
    `bash "$gm_file"
gm_code=$?
grep -Eqi '${restarts}' "$gm_file" && echo '${mayRestart}'`,
  );
}
