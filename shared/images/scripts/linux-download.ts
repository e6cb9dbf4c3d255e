import type { Download } from '../recipe.ts';
import { shellWord } from './quoting.ts';

/**
 * Downloads a file, holds it against its sum, and only then does something with it, knowing it as `$gm_file` and
 * setting `$gm_code`. The folder is gone afterwards, however it went.
 */
export function withLinuxDownload(command: string, { uri, sha256 }: Download, then: string): string {
  const folder = `/var/tmp/goldsmith-${command}`;
  return `
gm_folder=${shellWord(folder)}
gm_file=${shellWord(`${folder}/download`)}
gm_code=1
rm -rf "$gm_folder"
mkdir -p "$gm_folder"
curl -fsSL -o "$gm_file" ${shellWord(uri)}
gm_sum=$(sha256sum "$gm_file" | cut -d' ' -f1)
if [ "$gm_sum" = ${shellWord(sha256.toLowerCase())} ]; then
${then
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
else
  echo "Failed: the download has SHA-256 $gm_sum, not the one that the recipe names: it was not used."
fi
rm -rf "$gm_folder"
exit $gm_code
`.trimStart();
}
