import type { Settled } from '../workflow/look.ts';
import type { Version } from './image.ts';
import type { MachineRef, Machines, Scripts } from './machine.ts';
import { benchMachine } from './names.ts';
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
  return running(`run commands to be removed: ${names.join(', ')}`, 30);
}

interface SweepPorts {
  readonly machines: Pick<Machines, 'find'>;
  readonly scripts: Scripts;
}

/**
 * A machine that was used in place is not deleted with the bench: nothing of ours may stay on it. Of one that
 * does not run Azure takes nothing away; what we stop, we sweep before.
 */
export async function sourceNotSwept(
  { machines, scripts }: SweepPorts,
  version: Version,
): Promise<Settled<Facts> | undefined> {
  if (version.facts.source?.way !== 'in-place') return undefined;
  const ref = benchMachine(version);
  const machine = await machines.find(ref);
  return machine?.power === 'running' ? await runCommandsLeft(scripts, ref) : undefined;
}
