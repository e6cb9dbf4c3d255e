import { AppError } from '../errors.ts';
import { parseResourceId } from '../resource-id.ts';
import { isUntagged, kindOf } from './bench.ts';
import type { Machines } from './machine.ts';
import type { Parts } from './parts.ts';

/** What empties a bench. */
export interface BenchPorts {
  readonly machines: Pick<Machines, 'find' | 'remove'>;
  readonly parts: Pick<Parts, 'find' | 'remove'>;
}

/** What is left of a bench, by id; nothing once Azure itself says so. */
export interface Emptied {
  readonly left: readonly string[];
  /** The first refusal to take something away, where there was one. */
  readonly refusal?: AppError;
}

/**
 * Takes away what of these is ours: the VM first, which takes its disks and NIC with it, then what it left,
 * then the snapshots that disks were made from. What has our name and not our tag is somebody else's: it is
 * neither touched nor counted.
 */
export async function emptyBench(
  { machines, parts }: BenchPorts,
  owner: string,
  ids: readonly string[],
): Promise<Emptied> {
  for (const id of ids.filter((one) => kindOf(one) === 'machine')) {
    const ref = machineRef(id);
    const machine = await machines.find(ref);
    if (machine?.owner !== owner) continue;
    if (machine.provisioningState !== 'Deleting') await machines.remove(ref);
    return { left: ids };
  }
  const others = ids.filter((id) => kindOf(id) !== 'machine');
  const snapshots = others.filter((id) => kindOf(id) === 'snapshot');
  const first = await removed(
    parts,
    owner,
    others.filter((id) => kindOf(id) !== 'snapshot'),
  );
  // A snapshot stays until what is copied from it is gone: Azure may still be reading it.
  return first.left.length > 0
    ? { ...first, left: [...first.left, ...snapshots] }
    : await removed(parts, owner, snapshots);
}

/** Tries each for itself: one that will not go keeps none of the others. */
async function removed(parts: BenchPorts['parts'], owner: string, ids: readonly string[]): Promise<Emptied> {
  const left: string[] = [];
  const refusals: AppError[] = [];
  for (const id of ids) {
    const found = await parts.find(id);
    // Of a disk that came with the machine the proof is that nothing of its name was there when it was kept.
    const isOurs = found?.owner === owner || (found && found.owner === undefined && isUntagged(id));
    if (!found || !isOurs) continue;
    left.push(id);
    if (found.provisioningState === 'Deleting') continue;
    try {
      await parts.remove(found.id);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refusals.push(error);
    }
  }
  const [refusal] = refusals;
  return { left, ...(refusal && { refusal }) };
}

function machineRef(id: string) {
  const { subscriptionId = '', resourceGroup = '', names: [name = ''] = [] } = parseResourceId(id) ?? {};
  return { subscriptionId, resourceGroup, name };
}
