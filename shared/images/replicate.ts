import { type Instant, secondsBetween } from '../instant.ts';
import type { Gallery, ImageVersion } from './gallery.ts';
import { targetRegions } from './capture.ts';
import { imageVersion } from './names.ts';
import { done, type EnsureVersionStage, failed, running } from './stage.ts';
import type { RegionState } from './version.ts';

/** Every target region has its copy. */
export function ensureReplicated(gallery: Gallery): EnsureVersionStage {
  return async ({ work: version, now, since }) => {
    const found = await gallery.findVersion(imageVersion(version));
    if (!found) return failed('ReplicationFailed', 'The image version is gone from the gallery.');
    const before = version.facts.regions ?? {};
    const names = targetRegions(version.plan).map(({ name }) => name);
    const regions = Object.fromEntries(names.map((name) => [name, stateOf(found, before, name, now)]));
    const broken = names.filter((name) => regions[name]?.state === 'failed');
    if (broken.length > 0) {
      return failed('ReplicationFailed', `Azure could not replicate to ${broken.join(', ')}.`, { regions });
    }
    if (
      names.every((name) => regions[name]?.state === 'completed') &&
      found.provisioningState === 'Succeeded'
    ) {
      return done({ regions });
    }
    const finished = names.filter(
      (name) => regions[name]?.state === 'completed' && before[name]?.state !== 'completed',
    );
    const news = finished.length > 0 ? `${finished.join(', ')} completed` : undefined;
    const least = Math.min(...names.map((name) => regions[name]?.percent ?? 0));
    const pause = pollSeconds(least, secondsBetween(since, now));
    return running(waits(names, regions), pause, { facts: { regions }, news });
  };
}

function stateOf(
  found: ImageVersion,
  before: Readonly<Record<string, RegionState>>,
  name: string,
  now: Instant,
): RegionState {
  const region = found.regions[name] ?? { state: 'replicating', percent: 0 };
  if (region.state !== 'completed') return region;
  return { ...region, completedAt: before[name]?.completedAt ?? now };
}

function waits(names: readonly string[], regions: Readonly<Record<string, RegionState>>): string {
  const open = names.filter((name) => regions[name]?.state !== 'completed');
  if (open.length === 0) return 'Azure to finish the image version';
  return open.map((name) => `${name} (${regions[name]?.percent ?? 0} %)`).join(', ');
}

/** Slow at first, close near the end, and slower again when it drags on: a copy takes minutes to hours. */
function pollSeconds(percent: number, elapsed: number): number {
  if (percent >= 85) return 15;
  return elapsed > 3600 ? 120 : 60;
}
