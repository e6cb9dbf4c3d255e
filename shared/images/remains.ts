import { type BenchPorts, emptyBench, type Emptied } from './empty-bench.ts';
import type { Gallery } from './gallery.ts';
import type { Version } from './image.ts';
import type { Remains } from './leftover.ts';
import type { MachineRef, Scripts } from './machine.ts';
import { benchMachine, imageVersion } from './names.ts';
import { versionId } from './stage.ts';

export interface RemainsPorts extends BenchPorts {
  readonly gallery: Pick<Gallery, 'findVersion' | 'removeVersion'>;
  readonly scripts: Pick<Scripts, 'ours' | 'remove'>;
}

/** What this attempt may have left in Azure, by all that is known of it. */
export function remainsOf(version: Version): Remains {
  const { set, facts, phase } = version;
  // Of a version that goes on the capture is wanted; only one that is taken back leaves it unfinished.
  const isUnfinished = phase === 'withdrawing' && facts.imageVersionId === undefined;
  return {
    owner: versionId(version),
    set,
    attempt: facts.attempt ?? 1,
    parts: facts.benchParts ?? [],
    ...(facts.source?.way === 'in-place' && { lent: benchMachine(version) }),
    ...(isUnfinished && { unfinished: imageVersion(version) }),
  };
}

/** Takes away what is left, as far as Azure lets it go at this moment; says what is still there. */
export async function takeAway(ports: RemainsPorts, remains: Remains): Promise<Emptied> {
  const { owner, parts, lent, unfinished } = remains;
  if (unfinished) {
    const found = await ports.gallery.findVersion(unfinished);
    if (found?.owner === owner) {
      if (found.provisioningState !== 'Deleting') await ports.gallery.removeVersion(unfinished);
      // Its source stays until it is gone: Azure may still be reading it.
      return { left: [found.id, ...parts] };
    }
  }
  const commands = lent ? await commandsLeft(ports, lent) : [];
  const bench = await emptyBench(ports, owner, parts);
  return { ...bench, left: [...commands, ...bench.left] };
}

/** A machine that is not ours is left as it is, but for our scripts, which only a machine that runs lets go. */
async function commandsLeft({ machines, scripts }: RemainsPorts, ref: MachineRef): Promise<string[]> {
  const machine = await machines.find(ref);
  if (machine?.power !== 'running') return [];
  const names = await scripts.ours(ref);
  for (const name of names) await scripts.remove(ref, name);
  return names.map((name) => `${machine.id}/runCommands/${name}`);
}
