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
  const commands = lent ? await commandsLeft(ports, lent, owner) : [];
  const bench = await emptyBench(ports, owner, parts);
  return { ...bench, left: [...commands, ...bench.left] };
}

/** The ids of all that there may be, for when Azure does not say what there is. */
export function allOf({ parts, lent, unfinished }: Remains): readonly string[] {
  return [
    ...(lent ? [`${providersOf(lent)}/virtualMachines/${lent.name}/runCommands`] : []),
    ...(unfinished ? [imageVersionId(unfinished)] : []),
    ...parts,
  ];
}

function imageVersionId(version: NonNullable<Remains['unfinished']>): string {
  const { gallery, definition, number } = version;
  return `${providersOf(version)}/galleries/${gallery}/images/${definition}/versions/${number}`;
}

function providersOf({
  subscriptionId,
  resourceGroup,
}: Pick<MachineRef, 'subscriptionId' | 'resourceGroup'>) {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute`;
}

/**
 * A machine that is not ours is left as it is, but for the scripts of this version, which only a machine that runs
 * lets go. Another version may be built on it by now: its scripts are its own.
 */
async function commandsLeft(
  { machines, scripts }: RemainsPorts,
  ref: MachineRef,
  owner: string,
): Promise<string[]> {
  const machine = await machines.find(ref);
  if (machine?.power !== 'running') return [];
  const names = await scripts.ours(ref, owner);
  for (const name of names) await scripts.remove(ref, name);
  return names.map((name) => `${machine.id}/runCommands/${name}`);
}
