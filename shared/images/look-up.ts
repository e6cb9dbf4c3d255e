import type { Instant } from '../instant.ts';
import { addedDataDisks, clashingLun } from './added-data-disks.ts';
import { disagreement } from './agreement.ts';
import type { ImageSetPlan } from './image-set.ts';
import type { Marketplace } from './marketplace.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import type { PurchasePlan, ResolvedDataDisk, ResolvedSource, Way } from './source.ts';
import type { Sources, Traits } from './sources.ts';
import {
  blobUnusable,
  diskUnusable,
  galleryVersionUnusable,
  machineUnusable,
  managedImageUnusable,
} from './usable.ts';
import { kindOfSource, wayOf } from './way.ts';

export interface SourcePorts {
  readonly marketplace: Marketplace;
  readonly sources: Sources;
}

/** What the source turned out to be, and what Azure will compare of it. */
interface LookedUp {
  readonly source: ResolvedSource;
  readonly traits: Traits;
}

type Asked = SourcePorts & { readonly plan: ImageSetPlan; readonly now: Instant };

/** Looks the source up and holds it against the set; nothing is made before both agree. */
export async function lookUpSource(asked: Asked): Promise<ResolvedSource | Refusal> {
  const { plan } = asked;
  const found = await lookUp(asked);
  if (isRefusal(found)) return found;
  const { source, traits } = found;
  const other = disagreement(plan.definition, source, traits);
  if (other) return other;
  const added = await addedDataDisks(asked.sources, plan, source.way);
  if (isRefusal(added)) return added;
  const dataDisks = [...source.dataDisks, ...added].toSorted((a, b) => a.lun - b.lun);
  return clashingLun(dataDisks) ?? { ...source, ...planOf(plan, traits), dataDisks };
}

/** The source's own plan; where such a source cannot say, the definition's. */
function planOf({ definition }: ImageSetPlan, traits: Traits): { plan?: PurchasePlan } {
  const plan = traits.plan ?? definition.purchasePlan;
  return plan ? { plan } : {};
}

async function lookUp(asked: Asked): Promise<LookedUp | Refusal> {
  const { source } = asked.plan;
  if ('marketplace' in source) return await marketplaceImage(asked, source.marketplace);
  if ('galleryVersion' in source) return await galleryVersion(asked, source.galleryVersion);
  if ('managedImage' in source) return await managedImage(asked, source.managedImage);
  if ('vm' in source) return await machine(asked, source.vm);
  if ('vhd' in source) return await vhd(asked, source.vhd);
  return await disk(asked, 'disk' in source ? source.disk : source.snapshot);
}

type Of<K extends string> = ImageSetPlan['source'] extends infer S
  ? S extends Record<K, infer V>
    ? V
    : never
  : never;

async function marketplaceImage(
  { marketplace, plan }: Asked,
  wanted: Of<'marketplace'>,
): Promise<LookedUp | Refusal> {
  const { subscriptionId, bench } = plan;
  const found = await marketplace.exactVersion({ ...wanted, subscriptionId, location: bench.location });
  if (!found) {
    const name = [wanted.publisher, wanted.offer, wanted.sku, wanted.version].join(':');
    return ['SourceNotFound', `The marketplace of ${bench.location} has no ${name}.`];
  }
  const { version, hyperVGeneration: generation, dataDiskLuns, ...traits } = found;
  const exact = { ...wanted, version };
  const dataDisks = fromImage(dataDiskLuns);
  return {
    source: { kind: 'marketplace', way: 'image', exact, osState: 'Generalized', dataDisks },
    traits: { ...traits, generation },
  };
}

async function galleryVersion(asked: Asked, wanted: Of<'galleryVersion'>): Promise<LookedUp | Refusal> {
  const { sources, plan, now } = asked;
  const found = await sources.galleryVersion(wanted, plan.bench.location);
  if (!found) return notFound('gallery version', wanted.id);
  const way = wayOf(plan, found.osState);
  if (typeof way !== 'string') return way;
  const unusable = galleryVersionUnusable(found, plan, way, now);
  if (unusable) return unusable;
  const dataDisks = fromImage(found.dataDisks.map(({ lun }) => lun));
  const { tenantId } = wanted;
  const exact = { id: found.id };
  const { osState } = found;
  return {
    source: {
      kind: 'galleryVersion',
      way,
      exact,
      osState,
      dataDisks,
      ...(tenantId !== undefined && { tenantId }),
    },
    traits: found,
  };
}

async function managedImage(
  { sources, plan }: Asked,
  { id }: Of<'managedImage'>,
): Promise<LookedUp | Refusal> {
  const found = await sources.managedImage(id);
  if (!found) return notFound('managed image', id);
  const way = wayOf(plan, found.osState);
  if (typeof way !== 'string') return way;
  const unusable = managedImageUnusable(found, plan);
  if (unusable) return unusable;
  const dataDisks = fromImage(found.dataDisks.map(({ lun }) => lun));
  const { osState } = found;
  return {
    source: { kind: 'managedImage', way, exact: { id: found.id }, osState, dataDisks },
    traits: found,
  };
}

async function machine({ sources, plan }: Asked, { id, inPlace }: Of<'vm'>): Promise<LookedUp | Refusal> {
  const found = await sources.machine(id);
  if (!found) return notFound('VM', id);
  const osState = found.generalized ? 'Generalized' : 'Specialized';
  const way = wayOf(plan, osState);
  if (typeof way !== 'string') return way;
  const unusable = machineUnusable(found, plan, way);
  if (unusable) return unusable;
  const attached = (disk: string) => ({ from: { disk: { id: disk } }, attached: true });
  // A generalised VM whose owner gave it away is captured as it is; any other by copies of its disks.
  const osDisk = !inPlace && found.osDiskId !== undefined ? { osDisk: attached(found.osDiskId) } : {};
  const dataDisks = found.dataDisks.map((disk) => ({ lun: disk.lun, ...attached(disk.id) }));
  return {
    source: { kind: 'vm', way, exact: { id: found.id }, osState, ...osDisk, dataDisks },
    traits: found,
  };
}

async function disk({ sources, plan }: Asked, { id, osState }: Of<'disk'>): Promise<LookedUp | Refusal> {
  const kind = kindOfSource(plan.source) === 'snapshot' ? 'snapshot' : 'disk';
  const found = await sources[kind](id);
  if (!found) return notFound(kind, id);
  const unusable = diskUnusable(`The ${kind}`, found, plan, true);
  if (unusable) return unusable;
  const way = wayOf(plan, osState);
  if (typeof way !== 'string') return way;
  const from = kind === 'disk' ? { disk: { id: found.id } } : { snapshot: { id: found.id } };
  const osDisk = { from, attached: kind === 'disk' && found.state !== 'Unattached' };
  return { source: { kind, way, exact: { id: found.id }, osState, osDisk, dataDisks: [] }, traits: found };
}

async function vhd({ sources, plan }: Asked, wanted: Of<'vhd'>): Promise<LookedUp | Refusal> {
  const { osState, ...exact } = wanted;
  const found = await sources.blob(exact.uri);
  if (!found) return notFound('VHD', exact.uri);
  const unusable = blobUnusable('The VHD', found, true);
  if (unusable) return unusable;
  const way: Way | Refusal = wayOf(plan, osState);
  if (typeof way !== 'string') return way;
  const osDisk = { from: { vhd: exact } };
  return { source: { kind: 'vhd', way, exact, osState, osDisk, dataDisks: [] }, traits: {} };
}

function fromImage(luns: readonly number[]): ResolvedDataDisk[] {
  return luns.map((lun) => ({ lun, from: { image: true } }));
}

function notFound(what: string, id: string): Refusal {
  return ['SourceNotFound', `There is no ${what} ${id}, or the app may not read it.`];
}
