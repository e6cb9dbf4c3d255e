import type { Settled } from '../workflow/look.ts';
import type { Gallery } from './gallery.ts';
import type { Version } from './image.ts';
import type { Machines } from './machine.ts';
import { benchMachine, computerName, imageVersion } from './names.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';
import type { Facts } from './version.ts';

/** Gallery and definition exist as the set wants them, and a build VM of the exact source is up. */
export function ensureProvisioned(gallery: Gallery, machines: Machines): EnsureVersionStage {
  return async ({ work: version }) =>
    (await galleryNotReady(gallery, version)) ??
    (await definitionNotReady(gallery, version)) ??
    (await machineReady(machines, version));
}

async function galleryNotReady(gallery: Gallery, { plan }: Version): Promise<Settled<Facts> | undefined> {
  const { subscriptionId } = plan;
  const { resourceGroup, name, location } = plan.gallery;
  const ref = { subscriptionId, resourceGroup, gallery: name };
  const found = await gallery.findGallery(ref);
  if (found?.provisioningState === 'Succeeded') return undefined;
  if (!found || found.provisioningState === 'Failed') await gallery.createGallery(ref, location);
  return running(`gallery ${name}`, 15);
}

async function definitionNotReady(gallery: Gallery, version: Version): Promise<Settled<Facts> | undefined> {
  const { definition, gallery: home } = version.plan;
  const ref = imageVersion(version);
  const found = await gallery.findDefinition(ref);
  if (!found || found.provisioningState === 'Failed') {
    await gallery.createDefinition(ref, home.location, definition, version.facts.source?.plan);
    return running(`image definition ${definition.name}`, 15);
  }
  if (found.provisioningState !== 'Succeeded') return running(`image definition ${definition.name}`, 15);
  const fixed = ['osType', 'osState', 'hyperVGeneration', 'securityType', 'architecture'] as const;
  const other = fixed.filter((field) => found[field] !== definition[field]);
  if (other.length === 0) return undefined;
  const said = other.map((field) => `${field} is ${found[field]}, not ${definition[field]}`).join('; ');
  return failed('ImmutableField', `Image definition ${definition.name} exists and ${said}.`);
}

async function machineReady(machines: Machines, version: Version): Promise<Settled<Facts>> {
  const { plan, facts } = version;
  const ref = benchMachine(version);
  const owner = versionId(version);
  const machine = await machines.find(ref);
  if (!machine) {
    if (!facts.source) return failed('SourceNotFound', 'The source was never resolved.');
    const { location, vmSize: size, subnetId } = plan.bench;
    const { securityType } = plan.definition;
    const wanted = { owner, location, size, subnetId, securityType, source: facts.source };
    await machines.create(ref, { ...wanted, computerName: computerName(version) });
    return running(`build VM ${ref.name}`, 60);
  }
  if (machine.owner !== owner) {
    return failed(
      'ForeignResource',
      `A VM named ${ref.name} exists in ${ref.resourceGroup} and is not ours.`,
    );
  }
  if (machine.provisioningState === 'Failed') {
    return failed('BootFailed', machine.provisioningError ?? `Azure could not provision ${ref.name}.`);
  }
  if (machine.provisioningState !== 'Succeeded' || !machine.agentReady) {
    return running(`build VM ${ref.name} to boot`, 30);
  }
  return done({ benchParts: machine.parts });
}
