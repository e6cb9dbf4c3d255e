import type { Instant } from '../instant.ts';
import type { FoundShares, Grantee, SharingGallery } from './gallery.ts';
import { type Grant, grantId } from './grant.ts';
import type { GrantPlan, Place } from './place.ts';
import {
  done,
  type EnsureCopyStage,
  type EnsurePlaceStage,
  failed,
  type Grants,
  isSettled,
  ofPlace,
  placeId,
  running,
} from './stage.ts';
import { parseResourceId } from '../resource-id.ts';

interface Parts {
  readonly gallery: SharingGallery;
  readonly grants: Grants;
  /** By the id of the place. */
  readonly placeOf: (id: string) => Promise<Place | undefined>;
  readonly now: () => Instant;
}

const shareSeconds = 20;

/** The set's gallery is shared with the place: read back, and brought to all of its regions. */
export function ensureGranted(parts: Parts): EnsureCopyStage {
  const { gallery, grants, placeOf, now } = parts;
  return async ({ work: copy, since }) => {
    const { plan, set, place } = copy;
    if (plan.how !== 'grant') return done();
    const [need, id] = [placeId(set, place), grantId(plan.gallery, plan.grantee)];
    const { gallery: home, grantee } = plan;
    const { state: grant } = await grants.record(id, () => ({
      type: 'needed',
      place: need,
      gallery: home,
      grantee,
      at: now(),
    }));
    // First written, then asked: who deletes the place does it the other way round, so that one sees the other.
    if ((await placeOf(need))?.phase !== 'there') {
      await grants.record(id, () => ({ type: 'unneeded', place: need, at: now() }));
      return running('its place, which is being deleted', 15);
    }
    if (grant.isWithdrawing) return running('an earlier grant to be withdrawn', 60);
    const shares = await gallery.findShares(home);
    const name = home.gallery;
    if (!shares) return failed('CopyFailed', `Gallery ${name} is gone.`);
    if (shares.permissions !== 'Groups') {
      const why = `Gallery ${name} was made ${shares.permissions}, and Azure does not change that: it is shared with nobody. Make the place a copy, or the set in a gallery made with permissions Groups.`;
      return failed('CopyFailed', why);
    }
    const isStale = grant.isOurs && (grant.addAskedAt ?? '') < since;
    const isMissing = !isGranted(shares, grantee);
    // What failed is asked for once more by whoever retries it; what others asked for is theirs to mend.
    if (isMissing || (isStale && shares.state === 'Failed')) return await granted(parts, plan, grant);
    return verdictOn(shares, copy.originalId, name);
  };
}

/** Of a gallery that is shared with the place: whether that has come to all of its regions. */
function verdictOn(shares: FoundShares, originalId: string, name: string) {
  switch (shares.state) {
    case 'Failed':
      return failed('CopyFailed', `Azure could not share gallery ${name} in all of its regions.`);
    case 'InProgress':
      return running('the gallery to be shared in its regions', 30);
    default:
      return done({ imageVersionId: originalId, sharedAs: sharedAs(shares, originalId) });
  }
}

async function granted({ gallery, grants, now }: Parts, plan: GrantPlan, { removeAskedAt }: Grant) {
  const { gallery: home, grantee } = plan;
  // A withdrawal that comes late would undo it.
  if (!isSettled(removeAskedAt, now())) return running('an earlier withdrawal to settle', 60);
  const { changed } = await grants.record(grantId(home, grantee), () => ({ type: 'add-asked', at: now() }));
  if (changed) await gallery.share(home, 'Add', grantee);
  return running(`gallery ${home.gallery} to be shared`, shareSeconds);
}

/** What was granted to a deleted place is withdrawn, where nobody else needs it, and it was not there before us. */
export function ensureWithdrawn(parts: Parts): EnsurePlaceStage {
  return async ({ work: place }) => {
    const { plan } = place;
    if (plan.how !== 'grant') return ofPlace.done();
    const grant = await withoutNeedOf(parts, place, grantId(plan.gallery, plan.grantee));
    return grant?.isWithdrawing ? await withdrawn(parts, plan, grant) : ofPlace.done();
  };
}

async function withdrawn({ gallery, grants, now }: Parts, plan: GrantPlan, { addAskedAt }: Grant) {
  const id = grantId(plan.gallery, plan.grantee);
  const shares = await gallery.findShares(plan.gallery);
  if (shares && isGranted(shares, plan.grantee)) {
    const { changed } = await grants.record(id, () => ({ type: 'remove-asked', at: now() }));
    if (changed) await gallery.share(plan.gallery, 'Remove', plan.grantee);
    return ofPlace.running('the grant to be withdrawn', shareSeconds);
  }
  // A request of before that comes late would bring it back.
  if (!isSettled(addAskedAt, now())) return ofPlace.running('an earlier grant to settle', 60);
  await grants.record(id, () => ({ type: 'withdrawn', at: now() }));
  return ofPlace.done();
}

/** The grant without the need of this place, and of any that is gone: a copy may have died before it saw that. */
async function withoutNeedOf({ grants, placeOf, now }: Parts, { set, name }: Place, id: string) {
  const grant = await grants.load(id);
  for (const need of grant?.places ?? []) {
    const isOver = need === placeId(set, name) || (await placeOf(need))?.phase !== 'there';
    if (isOver) await grants.record(id, () => ({ type: 'unneeded', place: need, at: now() }));
  }
  return await grants.load(id);
}

function isGranted({ grantees }: FoundShares, { kind, id }: Grantee): boolean {
  return grantees.some((one) => one.kind === kind && one.id.toLowerCase() === id.toLowerCase());
}

function sharedAs({ uniqueName }: FoundShares, originalId: string): string {
  const [, definition = '', number = ''] = parseResourceId(originalId)?.names ?? [];
  return `/SharedGalleries/${uniqueName}/Images/${definition}/Versions/${number}`;
}
