import type { Download } from '../recipe.ts';
import { shellWord } from './quoting.ts';

/**
 * Downloads a file, holds it against its sum, and only then does something with it, knowing it as `$file` and
 * setting `$code`. The folder is gone afterwards, however it went.
 */
export function withLinuxDownload(command: string, { uri, sha256 }: Download, then: string): string {
  const folder = `/var/tmp/goldsmith-${command}`;
  return `
folder=${shellWord(folder)}
file=${shellWord(`${folder}/download`)}
code=1
rm -rf "$folder"
mkdir -p "$folder"
curl -fsSL -o "$file" ${shellWord(uri)}
sum=$(sha256sum "$file" | cut -d' ' -f1)
if [ "$sum" = ${shellWord(sha256.toLowerCase())} ]; then
${then
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
else
  echo "Failed: the download has SHA-256 $sum, not the one that the recipe names: it was not used."
fi
rm -rf "$folder"
exit $code
`.trimStart();
}
