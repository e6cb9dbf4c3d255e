import { type Instant, minutesAfter, secondsBetween } from '../instant.ts';
import type { Settled } from '../workflow/look.ts';
import { benchOf } from './bench.ts';
import type { CaptureSource, Gallery, ImageVersion } from './gallery.ts';
import type { Version } from './image.ts';
import type { ImageSetPlan, TargetRegion } from './image-set.ts';
import type { Machines } from './machine.ts';
import { benchMachine, imageVersion } from './names.ts';
import { paceSeconds } from './pace.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';
import type { Facts } from './version.ts';

/** The version is in the gallery, dark, with its bytes safe in the bench's region. */
export function ensureCaptured(gallery: Gallery, machines: Machines): EnsureVersionStage {
  return async ({ work: version, now, since }) => {
    const found = await gallery.findVersion(imageVersion(version));
    if (!found) return await captureBegun(gallery, machines, version, now);
    if (found.owner !== versionId(version)) {
      const { gallery: home, definition } = imageVersion(version);
      const where = `${home}/${definition}`;
      return failed('ForeignResource', `Version ${version.number} of ${where} exists and is not ours.`);
    }
    if (version.facts.captureFailed && ['Failed', 'Deleting'].includes(found.provisioningState)) {
      if (found.provisioningState === 'Failed') await gallery.removeVersion(imageVersion(version));
      return running('the version that failed to be deleted', 30);
    }
    return captureEnded(version, found, Math.max(60, paceSeconds(secondsBetween(since, now))));
  };
}

async function captureBegun(
  gallery: Gallery,
  machines: Machines,
  version: Version,
  now: Instant,
): Promise<Settled<Facts>> {
  if (version.facts.captureFailed) {
    // The number is free again; a request to delete it that is still on its way must not meet the new one.
    return running('what may still be on its way to Azure', 120, { facts: { captureFailed: false } });
  }
  const source = await sourceOf(machines, version);
  if (source === undefined)
    return failed('CaptureFailed', 'There is no build VM in the state that is captured.');
  const { plan } = version;
  const { replicationMode, endOfLifeDays, bench } = plan;
  await gallery.captureVersion(imageVersion(version), {
    owner: versionId(version),
    location: bench.location,
    source,
    regions: targetRegions(plan),
    replicationMode,
    ...(endOfLifeDays !== undefined && { endOfLifeDate: minutesAfter(now, endOfLifeDays * 24 * 60) }),
  });
  return running(`image version ${version.number}`, 120);
}

function captureEnded(version: Version, found: ImageVersion, pause: number): Settled<Facts> {
  const { location } = version.plan.bench;
  const { provisioningState } = found;
  // A machine is read until its own region is complete; the other regions copy from there. Whether they get
  // their copies is the next stages' business.
  if (found.regions[location]?.state === 'completed') {
    const isRead = provisioningState === 'Creating' || provisioningState === 'Updating';
    // Of disks and snapshots no page says so, and what is read cannot be deleted: those wait for all regions.
    if (isRead && isImport(version) && benchOf(version).parts.length > 0) {
      return running('the copies that it is made from to be read', pause);
    }
    return done({ imageVersionId: found.id });
  }
  if (provisioningState === 'Failed') {
    const why = found.error ?? 'Azure could not create the image version.';
    return failed('CaptureFailed', why, { captureFailed: true });
  }
  return running(`the capture in ${location}`, pause);
}

const isImport = ({ facts }: Version) => facts.source?.way === 'import';

/** Undefined where the machine is not there, or not as Azure wants it: a second capture would not be the first. */
async function sourceOf(machines: Machines, version: Version): Promise<CaptureSource | undefined> {
  const { source } = version.facts;
  if (source?.way !== 'import') {
    const machine = await machines.find(benchMachine(version));
    const generalized = version.plan.definition.osState === 'Generalized';
    const isAsWanted = machine?.power === 'deallocated' && machine.generalized === generalized;
    return isAsWanted ? { machineId: machine.id } : undefined;
  }
  const { osDisk, dataDisks } = benchOf(version);
  if (osDisk) return { osDisk, dataDisks };
  if (!('id' in source.exact)) return undefined;
  if (source.kind === 'vm') return { machineId: source.exact.id };
  const { tenantId } = source;
  return { imageId: source.exact.id, ...(tenantId !== undefined && { tenantId }) };
}

/** The regions of the set, and the bench's own: Azure asks for the region that the version is made in. */
export function targetRegions({ regions, bench }: ImageSetPlan): readonly TargetRegion[] {
  if (regions.some(({ name }) => name === bench.location)) return regions;
  return [{ name: bench.location, replicas: 1, storageType: 'Standard_LRS' }, ...regions];
}
