import { secondsBetween } from '../instant.ts';
import { type BenchPart, benchOf, isUntagged, kindOf, partName } from './bench.ts';
import type { Version } from './image.ts';
import type { Machines } from './machine.ts';
import { benchMachine } from './names.ts';
import { paceSeconds } from './pace.ts';
import type { Parts } from './parts.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';

/** All that the version will make is on record, and the copies that it starts from are complete. */
export function ensurePrepared(machines: Machines, parts: Parts): EnsureVersionStage {
  return async ({ work: version, now, since }) => {
    const wanted = benchOf(version).parts;
    if (wanted.length === 0) return done();
    if (!version.facts.benchParts) {
      const taken = await somebodyElses(machines, parts, version, wanted);
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

/** The name of the first part that something else has. What carries our tag is ours, from a look that died. */
async function somebodyElses(
  machines: Machines,
  parts: Parts,
  version: Version,
  wanted: readonly BenchPart[],
): Promise<string | undefined> {
  for (const { id, kind } of wanted) {
    const found = kind === 'machine' ? await machines.find(benchMachine(version)) : await parts.find(id);
    if (found && (found.owner !== versionId(version) || isUntagged(id))) return partName(id);
  }
  return undefined;
}

/** Asks for every copy whose origin is complete, and after those that were asked for. */
async function copied(parts: Parts, version: Version, pause: number) {
  const copies = benchOf(version).parts.filter(({ copy }) => copy);
  const owner = versionId(version);
  const ready = new Set(version.facts.copies);
  const ours = new Set(copies.map(({ id }) => id));
  for (const { id, copy } of copies) {
    const origin = copy && 'id' in copy.from ? copy.from.id : '';
    if (!copy || ready.has(id) || (ours.has(origin) && !ready.has(origin))) continue;
    const found = await parts.find(id);
    if (!found) {
      await parts.create(id, { ...copy, owner, location: version.plan.bench.location });
      continue;
    }
    if (found.owner !== owner) return failed('ForeignResource', `${partName(id)} exists and is not ours.`);
    if (found.provisioningState === 'Failed') {
      const why = found.error ?? 'Azure gave no reason';
      return failed('SourceCopyFailed', `Azure could not make ${kindOf(id)} ${partName(id)}: ${why}.`);
    }
    if (found.provisioningState === 'Succeeded' && (found.completionPercent ?? 100) >= 100) ready.add(id);
  }
  const open = copies.filter(({ id }) => !ready.has(id));
  if (open.length === 0) return done({ copies: [...ready] });
  const names = open.map(({ id }) => partName(id)).join(', ');
  // Where a copy has just become complete, what is copied from it need not wait.
  const next = ready.size > (version.facts.copies?.length ?? 0) ? 1 : pause;
  return running(`copies: ${names}`, next, { facts: { copies: [...ready] } });
}
