import type { Settled } from '../workflow/look.ts';
import type { MachineRef, Scripts } from './machine.ts';
import { running } from './stage.ts';
import type { Facts } from './version.ts';

/**
 * Takes every run command of ours off a machine that runs, whatever version it ran for; undefined once none is
 * left. They are resources of the machine with our scripts inside: an image has no use for them, and a machine
 * that is not ours to delete would keep them. `but` is the one that may have been started meanwhile.
 */
export async function runCommandsLeft(
  scripts: Scripts,
  ref: MachineRef,
  but?: string,
): Promise<Settled<Facts> | undefined> {
  const names = (await scripts.ours(ref)).filter((name) => name !== but);
  if (names.length === 0) return undefined;
  for (const name of names) await scripts.remove(ref, name);
  return running(`run commands to be removed: ${names.join(', ')}`, 60);
}
