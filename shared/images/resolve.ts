import { fixedDifferences } from './definition.ts';
import { endOfLifeRefusal } from './definition-body.ts';
import type { Gallery } from './gallery.ts';
import type { Version } from './image.ts';
import { lookUpSource, type SourcePorts } from './look-up.ts';
import { imageVersion } from './names.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import type { PurchasePlan } from './source.ts';
import { done, type EnsureVersionStage, failed, versionId } from './stage.ts';

type GalleryReads = Pick<Gallery, 'findGallery' | 'findDefinition' | 'findVersion'>;

/**
 * Resolves the source to exactly what it is, once: a retry builds from the same bytes. Whatever Azure would
 * refuse later is refused here, before anything is made.
 */
export function ensureResolved(ports: SourcePorts, gallery: GalleryReads): EnsureVersionStage {
  return async ({ work: version, now }) => {
    const { plan, facts } = version;
    const ended = endOfLifeRefusal(plan.definition, now);
    if (ended !== undefined) return failed('ValidationFailed', `definition.endOfLifeDate: ${ended}`);
    const source = facts.source ?? (await lookUpSource({ ...ports, plan, now }));
    if (isRefusal(source)) return failed(...source);
    const refusal = await galleryInTheWay(gallery, version, source.plan);
    if (refusal) return failed(...refusal);
    if (facts.source) return done();
    return done({ source });
  };
}

/** What is in the gallery already and is not as the set wants it. */
async function galleryInTheWay(
  gallery: GalleryReads,
  version: Version,
  plan: PurchasePlan | undefined,
): Promise<Refusal | undefined> {
  const ref = imageVersion(version);
  const { definition, gallery: home } = version.plan;
  const existing = await gallery.findDefinition(ref);
  if (!existing) {
    const found = await gallery.findGallery(ref);
    return found && found.location !== home.location
      ? ['ImmutableField', `Gallery ${home.name} exists in ${found.location}, not in ${home.location}.`]
      : undefined;
  }
  const purchasePlan = definition.purchasePlan ?? plan;
  const other = fixedDifferences(existing, { ...definition, ...(purchasePlan && { purchasePlan }) });
  if (other.length > 0) {
    return ['ImmutableField', `Image definition ${definition.name} exists and ${other.join('; ')}.`];
  }
  const taken = await gallery.findVersion(ref);
  if (taken && taken.owner !== versionId(version)) {
    const where = `${ref.gallery}/${ref.definition}`;
    return ['ForeignResource', `Version ${version.number} of ${where} exists and is not ours.`];
  }
  return undefined;
}
