import type { Settled } from '../workflow/look.ts';
import { partName } from './bench.ts';
import type { Version } from './image.ts';
import { remainsOf, type RemainsPorts, takeAway } from './remains.ts';
import { done, type EnsureVersionStage, running } from './stage.ts';
import type { Facts } from './version.ts';

/** The bench is empty: the VM is gone, and all that was made for it or with it. */
export function ensureCleanedUp(ports: RemainsPorts): EnsureVersionStage {
  return async ({ work: version, now }) =>
    (await somethingLeft(ports, version)) ?? done({ benchGoneAt: now });
}

/** Undefined once nothing of this attempt is left in Azure but what was captured. */
export async function somethingLeft(
  ports: RemainsPorts,
  version: Version,
): Promise<Settled<Facts> | undefined> {
  const { left, refusal } = await takeAway(ports, remainsOf(version));
  if (refusal) throw refusal;
  return left.length === 0 ? undefined : running(`${left.map(partName).join(', ')} to be deleted`, 60);
}
