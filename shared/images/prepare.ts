import { AppError } from '../errors.ts';
import { secondsBetween } from '../instant.ts';
import type { Settled } from '../workflow/look.ts';
import { type BenchPart, benchOf, isUntagged, kindOf, partName } from './bench.ts';
import type { Version } from './image.ts';
import { paceSeconds } from './pace.ts';
import type { Parts } from './parts.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';
import type { Facts } from './version.ts';

/** All that the version will make is on record, and the copies that it starts from are complete. */
export function ensurePrepared(parts: Parts): EnsureVersionStage {
  return async ({ work: version, now, since }) => {
    const wanted = benchOf(version).parts;
    if (wanted.length === 0) return done();
    if (!version.facts.benchParts) {
      const taken = await somebodyElses(parts, version, wanted);
      if (taken !== undefined) {
        return failed(
          'ForeignResource',
          `${taken} exists in ${version.plan.bench.resourceGroup} and is not ours.`,
        );
      }
      // Kept before the first is asked for: whatever happens next, clean-up knows what to look for.
      return running('what it will make to be on record', 1, {
        facts: { benchParts: wanted.map(({ id }) => id) },
      });
    }
    return await copied(parts, version, paceSeconds(secondsBetween(since, now)));
  };
}

/**
 * The name of the first part that something else has, of those that come with the machine: disks that Azure makes
 * with it carry no tag, so that nothing of their names being there now is the proof that they will be ours. The
 * machine and the others are asked after when they are made. What carries our tag is ours, from a look that died.
 */
async function somebodyElses(
  parts: Parts,
  version: Version,
  wanted: readonly BenchPart[],
): Promise<string | undefined> {
  for (const { id } of wanted.filter(({ copy, kind }) => !copy && kind !== 'machine')) {
    const found = await parts.find(id);
    if (found && (found.owner !== versionId(version) || isUntagged(id))) return partName(id);
  }
  return undefined;
}

/** Asks for every copy whose origin is complete, and after those that were asked for. */
async function copied(parts: Parts, version: Version, pause: number): Promise<Settled<Facts>> {
  const copies = benchOf(version).parts.filter(({ copy }) => copy);
  const before = version.facts.copies ?? [];
  const ready = new Set(before);
  const ours = new Set(copies.map(({ id }) => id));
  const isNext = ({ copy }: BenchPart) => {
    const origin = copy && 'id' in copy.from ? copy.from.id : '';
    return !ours.has(origin) || ready.has(origin);
  };
  try {
    for (const part of copies) {
      if (ready.has(part.id) || !isNext(part)) continue;
      const stands = await copyStands(parts, version, part);
      if (typeof stands !== 'string') return stands;
      if (stands === 'ready') ready.add(part.id);
    }
  } catch (error) {
    // Of many copies one may be refused for now: what is known of the others is not lost with it.
    if (!(error instanceof AppError) || ready.size === before.length) throw error;
  }
  const open = copies.filter(({ id }) => !ready.has(id));
  if (open.length === 0) return done({ copies: [...ready] });
  const names = open.map(({ id }) => partName(id)).join(', ');
  // Where a copy has just become complete, what is copied from it need not wait.
  const next = ready.size > before.length ? 1 : pause;
  return running(`copies: ${names}`, next, { facts: { copies: [...ready] } });
}

/** Asks for one copy, or after it. */
async function copyStands(
  parts: Parts,
  version: Version,
  { id, copy }: BenchPart,
): Promise<'ready' | 'on its way' | Settled<Facts>> {
  const owner = versionId(version);
  const found = await parts.find(id);
  if (!found) {
    if (copy) await parts.create(id, { ...copy, owner, location: version.plan.bench.location });
    return 'on its way';
  }
  if (found.owner !== owner) return failed('ForeignResource', `${partName(id)} exists and is not ours.`);
  if (found.provisioningState === 'Failed') {
    const why = found.error ?? 'Azure gave no reason';
    return failed('SourceCopyFailed', `Azure could not make ${kindOf(id)} ${partName(id)}: ${why}.`);
  }
  const isComplete = found.provisioningState === 'Succeeded' && (found.completionPercent ?? 100) >= 100;
  return isComplete ? 'ready' : 'on its way';
}
