import { secondsBetween } from '../instant.ts';
import type { Settled } from '../workflow/look.ts';
import { benchOf, partName } from './bench.ts';
import { changedDefinition, fixedDifferences } from './definition.ts';
import type { Gallery } from './gallery.ts';
import type { Version } from './image.ts';
import type { Machine, Machines, MachineSource, WantedMachine } from './machine.ts';
import { benchMachine, benchName, computerName, imageVersion } from './names.ts';
import { paceSeconds } from './pace.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';
import type { Facts } from './version.ts';

/** Gallery and definition exist as the set wants them, and a build VM of the exact source is up, if one is needed. */
export function ensureProvisioned(gallery: Gallery, machines: Machines): EnsureVersionStage {
  return async ({ work: version, now, since }) => {
    const { source } = version.facts;
    if (!source) return failed('SourceNotFound', 'The source was never resolved.');
    const elapsed = secondsBetween(since, now);
    const pause = paceSeconds(elapsed);
    if (!version.facts.definitionReady) {
      // Made within seconds as a rule; what Azure fails at again and again is not asked of it four times a minute.
      const notReady = await definitionNotReady(gallery, version, elapsed < 120 ? 15 : pause);
      // A VM is only made once the gallery is ready for it, which then need not be asked again.
      return notReady ?? running('the build VM', 1, { facts: { definitionReady: true } });
    }
    if (source.way === 'import') return done();
    const machine = await machines.find(benchMachine(version));
    if (source.way === 'in-place') return await ownMachineReady(machines, version, machine, pause);
    if (machine) return machineReady(version, machine, pause);
    await machines.create(benchMachine(version), wantedMachine(version));
    return running(`build VM ${benchMachine(version).name}`, 120);
  };
}

async function galleryNotReady(
  gallery: Gallery,
  { plan }: Version,
  pause: number,
): Promise<Settled<Facts> | undefined> {
  const { subscriptionId } = plan;
  const { resourceGroup, name, location } = plan.gallery;
  const ref = { subscriptionId, resourceGroup, gallery: name };
  const found = await gallery.findGallery(ref);
  if (found?.provisioningState === 'Succeeded') return undefined;
  if (!found || found.provisioningState === 'Failed') await gallery.createGallery(ref, location);
  return running(`gallery ${name}${againAfter(found)}`, pause);
}

function againAfter(found: { readonly provisioningState: string } | undefined): string {
  return found?.provisioningState === 'Failed' ? ', which Azure failed to make: asked again' : '';
}

async function definitionNotReady(
  gallery: Gallery,
  version: Version,
  pause: number,
): Promise<Settled<Facts> | undefined> {
  const { definition, gallery: home } = version.plan;
  const ref = imageVersion(version);
  const plan = definition.purchasePlan ?? version.facts.source?.plan;
  const found = await gallery.findDefinition(ref);
  // Where there is a definition there is a gallery around it.
  const notReady = found ? undefined : await galleryNotReady(gallery, version, pause);
  if (notReady) return notReady;
  if (!found || found.provisioningState === 'Failed') {
    await gallery.createDefinition(ref, home.location, definition, plan);
    return running(`image definition ${definition.name}${againAfter(found)}`, pause);
  }
  if (found.provisioningState !== 'Succeeded') return running(`image definition ${definition.name}`, pause);
  const other = fixedDifferences(found, { ...definition, ...(plan && { purchasePlan: plan }) });
  if (other.length > 0) {
    return failed('ImmutableField', `Image definition ${definition.name} exists and ${other.join('; ')}.`);
  }
  const changed = version.facts.definitionChanged ? undefined : changedDefinition(found, definition);
  if (!changed) return undefined;
  await gallery.createDefinition(ref, found.location, changed, plan);
  const facts = { definitionChanged: true };
  return running(`changes of image definition ${definition.name}`, pause, { facts });
}

function machineReady(version: Version, machine: Machine, pause: number): Settled<Facts> {
  const { name, resourceGroup } = benchMachine(version);
  if (machine.owner !== versionId(version)) {
    return failed('ForeignResource', `A VM named ${name} exists in ${resourceGroup} and is not ours.`);
  }
  if (machine.provisioningState === 'Failed') {
    const why = machine.provisioningError ?? 'Azure gave no reason';
    return failed('BootFailed', `Azure could not provision ${name}: ${why}`);
  }
  if (machine.provisioningState !== 'Succeeded' || !machine.agentReady) {
    return running(`build VM ${name} to boot`, pause);
  }
  return done();
}

/** The machine that is used up: whoever said so may also find it stopped, and then it is started. */
async function ownMachineReady(
  machines: Machines,
  version: Version,
  machine: Machine | undefined,
  pause: number,
): Promise<Settled<Facts>> {
  const ref = benchMachine(version);
  if (!machine) return failed('SourceNotFound', `The VM ${ref.name} is gone from ${ref.resourceGroup}.`);
  if (machine.generalized) {
    return failed('SourceNotReady', `The VM ${ref.name} is generalised by now: it never starts again.`);
  }
  if (machine.power === 'deallocated' || machine.power === 'stopped') {
    await machines.start(ref);
    return running(`VM ${ref.name} to start`, pause, {
      news: `VM ${ref.name} was ${machine.power}: started`,
    });
  }
  if (machine.power !== 'running' || !machine.agentReady) return running(`VM ${ref.name} to be ready`, pause);
  return done();
}

function wantedMachine(version: Version): WantedMachine {
  const { plan, facts } = version;
  const { location, vmSize: size, subnetId, log } = plan.bench;
  const { osType, securityType } = plan.definition;
  const { osDisk, dataDisks } = benchOf(version);
  const osDiskId = osDisk && 'id' in osDisk ? osDisk.id : '';
  const purchase = facts.source?.plan ?? plan.definition.purchasePlan;
  return {
    owner: versionId(version),
    location,
    size,
    subnetId,
    osType,
    from: machineSource(version, osDiskId),
    ...(purchase && { plan: purchase }),
    securityType: securityType === 'TrustedLaunch' ? 'TrustedLaunch' : 'Standard',
    computerName: computerName(version),
    osDiskName: partName(osDiskId),
    nicName: `${benchName(version)}-nic`,
    dataDisks: dataDisks.map(({ lun, id, made }) => ({ lun, id, made, name: partName(id) })),
    ...(log && { identityId: log.identityId }),
  };
}

function machineSource({ facts }: Version, osDiskId: string): MachineSource {
  const { source } = facts;
  if (!source || source.way === 'disk' || 'uri' in source.exact) return { osDiskId };
  const { exact: image, osState, tenantId } = source;
  return { image, osState, ...(tenantId !== undefined && { tenantId }) };
}
