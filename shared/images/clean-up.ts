import type { Settled } from '../workflow/look.ts';
import type { Version } from './image.ts';
import type { Machines } from './machine.ts';
import { benchMachine } from './names.ts';
import { done, type EnsureVersionStage, running, versionId } from './stage.ts';
import type { Facts } from './version.ts';

/** The bench is empty: the VM is gone, and what was made with it. */
export function ensureCleanedUp(machines: Machines, now: () => string): EnsureVersionStage {
  return async ({ work: version }) =>
    (await benchNotEmpty(machines, version)) ?? done({ benchGoneAt: now() });
}

/** Undefined once Azure itself says that nothing is left of the build VM. */
export async function benchNotEmpty(
  machines: Machines,
  version: Version,
): Promise<Settled<Facts> | undefined> {
  const ref = benchMachine(version);
  const machine = await machines.find(ref);
  if (machine) {
    // Something of that name that is not ours is never touched, whatever we think of it.
    if (machine.owner !== versionId(version)) return undefined;
    if (machine.provisioningState !== 'Deleting') await machines.remove(ref);
    const known = version.facts.benchParts ?? machine.parts;
    return running(`build VM ${ref.name} to be deleted`, 20, { facts: { benchParts: known } });
  }
  for (const part of version.facts.benchParts ?? []) {
    if (await machines.exists(part)) return running(`${part.split('/').at(-1)} to be deleted`, 20);
  }
  return undefined;
}
