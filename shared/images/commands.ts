import { createHash } from 'node:crypto';
import type { Version } from './image.ts';
import type { RecipeStep, StepProgress } from './recipe.ts';
import { versionId } from './stage.ts';

type Named = Pick<Version, 'set' | 'number' | 'facts'>;

/**
 * The name of a run command, which is the proof that it was started. A build VM belongs to one attempt of one
 * version; a machine that is used in place may have been built on before, so that there the name says by whom.
 */
export function commandOf(version: Named, words: string): string {
  const { source, attempt = 1 } = version.facts;
  if (source?.way !== 'in-place') return words;
  const who = createHash('sha256')
    .update(`${versionId(version)} ${attempt}`)
    .digest('hex');
  return `${words}-${who.slice(0, 8)}`;
}

/** `step-3-apps`, and for what comes again `step-3-apps-try-2-round-3`: each run has a name of its own. */
export function stepCommand(
  version: Named,
  index: number,
  { name }: Pick<RecipeStep, 'name'>,
  { attempt, round }: StepProgress,
): string {
  const again = (word: string, count: number) => (count > 1 ? `-${word}-${count}` : '');
  return commandOf(version, `step-${index + 1}-${name}${again('try', attempt)}${again('round', round)}`);
}
