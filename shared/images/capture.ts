import type { Gallery } from './gallery.ts';
import type { ImageSetPlan, TargetRegion } from './image-set.ts';
import type { Machines } from './machine.ts';
import { benchMachine, imageVersion } from './names.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';

/** The version is in the gallery, dark, with its bytes safe in the bench's region. */
export function ensureCaptured(gallery: Gallery, machines: Machines): EnsureVersionStage {
  return async ({ work: version }) => {
    const ref = imageVersion(version);
    const owner = versionId(version);
    const found = await gallery.findVersion(ref);
    if (!found) {
      const machine = await machines.find(benchMachine(version));
      if (!machine?.generalized)
        return failed('CaptureFailed', 'There is no generalised build VM to capture.');
      const { location } = version.plan.bench;
      const regions = targetRegions(version.plan);
      await gallery.captureVersion(ref, { owner, location, machineId: machine.id, regions });
      return running(`image version ${version.number}`, 30);
    }
    if (found.owner !== owner) {
      const where = `${ref.gallery}/${ref.definition}`;
      return failed('ForeignResource', `Version ${version.number} of ${where} exists and is not ours.`);
    }
    if (found.provisioningState === 'Failed') {
      return failed('CaptureFailed', found.error ?? 'Azure could not create the image version.');
    }
    // The VM is the source until its own region is complete; the others copy from there.
    if (found.regions[version.plan.bench.location]?.state !== 'completed') {
      return running(`the capture in ${version.plan.bench.location}`, 30);
    }
    return done({ imageVersionId: found.id });
  };
}

/** The regions of the set, and the bench's own: Azure asks for the region that the version is made in. */
export function targetRegions({ regions, bench }: ImageSetPlan): readonly TargetRegion[] {
  if (regions.some(({ name }) => name === bench.location)) return regions;
  return [{ name: bench.location, replicas: 1, storageType: 'Standard_LRS' }, ...regions];
}
