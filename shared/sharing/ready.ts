import type { FoundOriginal, SharingGallery, Traits } from './gallery.ts';
import type { CopyPlan } from './place.ts';
import { done, type EnsureCopyStage, failed, placeId, running } from './stage.ts';

/**
 * Gallery and definition are there, made if they were not. What was there before is used as it is, if it takes
 * what the original's definition takes, and never changed.
 */
export function ensureReady(gallery: SharingGallery): EnsureCopyStage {
  return async ({ work: copy }) => {
    const { plan, originalId } = copy;
    if (plan.how !== 'copy') return done();
    const owner = placeId(copy.set, copy.place);
    const home = await gallery.findGallery(plan.gallery);
    if (home?.provisioningState !== 'Succeeded') {
      if (!home) await gallery.createGallery(plan.gallery, plan.location, owner);
      return inTheMaking(`gallery ${plan.gallery.gallery}`, home);
    }
    const original = await gallery.findOriginal(originalId);
    if (!original) return failed('CopyFailed', `The original ${originalId} is gone.`);
    const definition = await gallery.findDefinition(plan.gallery);
    if (definition) {
      const unlike = differences(original, definition.traits);
      if (unlike.length > 0) return failed('SourceMismatch', mismatch(plan, unlike));
    }
    if (definition?.provisioningState === 'Succeeded') return done();
    if (!definition) {
      await gallery.createDefinition(plan.gallery, { location: plan.location, originalId, owner });
    }
    return inTheMaking(`image definition ${plan.gallery.definition}`, definition);
  };
}

function inTheMaking(what: string, found: { readonly provisioningState: string } | undefined) {
  if (found?.provisioningState !== 'Failed') return running(`${what} to be made`, 15);
  return failed('CopyFailed', `Azure could not make ${what} at the place: remove it there, then retry.`);
}

function differences({ traits: wanted }: FoundOriginal, found: Traits): readonly string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  return names.flatMap((name) => {
    const [is, should] = [found[name] ?? 'none', wanted[name] ?? 'none'];
    return is.toLowerCase() === should.toLowerCase() ? [] : [`${name} is ${is}, not ${should}`];
  });
}

function mismatch({ gallery }: CopyPlan, unlike: readonly string[]): string {
  return `Image definition ${gallery.definition} of gallery ${gallery.gallery} is another than the original's: ${unlike.join('; ')}.`;
}
