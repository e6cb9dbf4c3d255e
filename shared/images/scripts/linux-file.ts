import type { FileAction } from '../recipe.ts';
import { withLinuxDownload } from './linux-download.ts';
import { shellWord } from './quoting.ts';

/** Puts a file where it belongs, with the folders on the way; nothing is replaced by what was not meant. */
export function linuxFile(file: FileAction, command: string): string {
  const { destination } = file;
  const parent = destination.slice(0, destination.lastIndexOf('/')) || '/';
  return withLinuxDownload(
    command,
    file,
    `mkdir -p ${shellWord(parent)}
mv "$gm_file" ${shellWord(destination)}
gm_code=$?
chmod 644 ${shellWord(destination)}
echo ${shellWord(`${destination} is there.`)}`,
  );
}
