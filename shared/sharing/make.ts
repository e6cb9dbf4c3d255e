import type { CopyFacts } from './copy.ts';
import type { FoundCopy, FoundOriginal, SharingGallery, WantedCopy } from './gallery.ts';
import type { CopyPlan } from './place.ts';
import { done, type EnsureCopyStage, failed, isChanging, running } from './stage.ts';

/** A copy that failed is asked for once more by whoever retries it, and twice where nobody heard of the first. */
const mostAttempts = 2;

/** A version of our own is at the place: asked for once the original can be read. */
export function ensureCopied(gallery: SharingGallery): EnsureCopyStage {
  return async ({ id, work: copy, now, intent }) => {
    const { plan, number, originalId } = copy;
    if (plan.how !== 'copy') return done();
    const ref = { ...plan.gallery, number };
    const found = await gallery.findCopy(ref);
    const verdict = found && verdictOn(found, { id, plan, number, attempts: intent?.attempt ?? 0 });
    if (verdict) return verdict;
    const original = await gallery.findOriginal(originalId);
    if (!original) return failed('CopyFailed', `The original ${originalId} is gone.`);
    const obstacle = unreadable(original);
    if (obstacle !== undefined) return running(obstacle, 120);
    return {
      status: 'intend',
      what: `copy ${number} to gallery ${plan.gallery.gallery}`,
      before: found?.provisioningState ?? 'absent',
      proceed: async () => {
        await gallery.makeCopy(ref, wantedCopy({ id, plan, originalId, original, now }));
        return running('Azure to begin the copy', 30);
      },
    };
  };
}

/** Of what is there under the name of the copy; undefined where it is to be asked for. */
function verdictOn(
  found: FoundCopy,
  {
    id,
    plan,
    number,
    attempts,
  }: Pick<Wish, 'id' | 'plan'> & { readonly number: string; readonly attempts: number },
) {
  if (found.owner !== id) return failed('ForeignResource', foreign(plan, number));
  switch (found.provisioningState) {
    case 'Deleting':
      return running('an earlier copy to be gone', 60);
    case 'Failed':
      return attempts >= mostAttempts ? failed('CopyFailed', whyFailed(found, plan)) : undefined;
    default:
      return done(factsOf(found));
  }
}

/** Complete in every region of the place. */
export function ensureReplicated(gallery: SharingGallery): EnsureCopyStage {
  return async ({ id, work: copy }) => {
    const { plan, number } = copy;
    if (plan.how !== 'copy') return done();
    const found = await gallery.findCopy({ ...plan.gallery, number });
    if (!found) return failed('CopyFailed', `The copy in gallery ${plan.gallery.gallery} is gone.`);
    if (found.owner !== id) return failed('ForeignResource', foreign(plan, number));
    const open = plan.regions.filter(({ name }) => found.regions[name]?.state !== 'completed');
    if (open.length === 0) return done(factsOf(found));
    if (!isChanging(found)) return failed('CopyFailed', whyFailed(found, plan), factsOf(found));
    const progress = open.map(({ name }) => `${name} ${found.regions[name]?.percent ?? 0} %`);
    return running(`its regions: ${progress.join(', ')}`, 60, { facts: factsOf(found) });
  };
}

interface Wish {
  readonly id: string;
  readonly plan: CopyPlan;
  readonly originalId: string;
  readonly original: FoundOriginal;
  readonly now: string;
}

function wantedCopy({ id, plan, originalId, original, now }: Wish): WantedCopy {
  const { location, endOfLifeDate } = original;
  const isNamed = plan.regions.some(({ name }) => name === location);
  const home = { name: location, replicas: 1, storageType: 'Standard_LRS' } as const;
  return {
    owner: id,
    originalId,
    location,
    // Azure makes a version where its source is, and keeps it there.
    regions: isNamed ? plan.regions : [home, ...plan.regions],
    // Azure takes no end that has passed.
    ...(endOfLifeDate !== undefined && endOfLifeDate > now && { endOfLifeDate }),
  };
}

/** Why Azure would not read the original now. */
function unreadable(original: FoundOriginal): string | undefined {
  const { location, completedRegions, provisioningState } = original;
  if (!completedRegions.includes(location)) return `the original to be complete in ${location}`;
  if (isChanging(original)) return 'Azure to end a change of the original';
  return provisioningState === 'Succeeded'
    ? undefined
    : 'the regions of the original to be repaired: Azure copies none of which one failed';
}

function factsOf({ id, regions }: FoundCopy): Partial<CopyFacts> {
  return { imageVersionId: id, regions };
}

function foreign({ gallery }: CopyPlan, number: string): string {
  return `Version ${number} of ${gallery.definition} in gallery ${gallery.gallery} is not ours, and is left alone.`;
}

function whyFailed({ regions, provisioningState }: FoundCopy, { gallery }: CopyPlan): string {
  const why = Object.entries(regions).flatMap(([name, { state, why }]) =>
    state === 'failed' ? [`${name}: ${why ?? 'Azure gave no reason'}`] : [],
  );
  const reasons = why.length > 0 ? why.join('; ') : `it is ${provisioningState}, and Azure gave no reason`;
  return `The copy in gallery ${gallery.gallery} failed: ${reasons}.`;
}
