import type { Instant } from '../instant.ts';
import type { Copy } from './copy.ts';
import type { Place } from './place.ts';
import { type Copies, copyId, type VersionStanding } from './stage.ts';

interface Wish {
  readonly place: Place;
  readonly number: string;
  readonly standing: VersionStanding;
  readonly by: string;
  /** By a retry: what failed is begun anew. */
  readonly anew?: boolean;
}

/** The copy of a version at a place, begun if it was not; and how it stands. */
export async function wantCopy(
  { copies, now }: { readonly copies: Copies; readonly now: () => Instant },
  { place, number, standing, by, anew = false }: Wish,
): Promise<Copy> {
  const { versionId, imageVersionId: originalId = '' } = standing;
  const { set, name, plan } = place;
  const what = { set, number, place: name, versionId, originalId, plan };
  const { state } = await copies.record(copyId(versionId, name), () => ({
    type: 'wanted',
    anew,
    by,
    at: now(),
    ...what,
  }));
  return state;
}
