import type { Instant } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { GalleryRef, Grantee } from './gallery.ts';

/**
 * That a gallery is shared with a subscription or a tenant: one for all places that need it, of whatever image
 * set, so that what one place no longer needs is not taken from another.
 */
export interface Grant {
  readonly gallery: GalleryRef;
  readonly grantee: Grantee;
  /** The ids of the places that need it. */
  readonly places: readonly string[];
  /** It was we who asked for it; what was there before stays when nobody needs it any more. */
  readonly isOurs: boolean;
  readonly isWithdrawing: boolean;
  /** When Azure was last asked for either: such a request may have its effect late. */
  readonly addAskedAt?: Instant;
  readonly removeAskedAt?: Instant;
}

export type GrantEvent = { readonly at: Instant } & (
  | {
      readonly type: 'needed';
      readonly place: string;
      readonly gallery: GalleryRef;
      readonly grantee: Grantee;
    }
  | { readonly type: 'unneeded'; readonly place: string }
  /** Kept before Azure is asked, by the one who then asks. */
  | { readonly type: 'add-asked' }
  | { readonly type: 'remove-asked' }
  | { readonly type: 'withdrawn' }
);

export const grantLife: Workflow<Grant, GrantEvent, never> = {
  evolve(grant, event) {
    if (event.type === 'needed') return afterNeed(grant, event);
    if (!grant) return undefined;
    switch (event.type) {
      case 'unneeded':
        return afterLoss(grant, event.place);
      case 'add-asked':
        // Nobody needs it any more, or it is just being taken back: whoever meant to ask must not.
        if (grant.places.length === 0 || grant.isWithdrawing) return grant;
        return { ...grant, isOurs: true, addAskedAt: event.at };
      case 'remove-asked':
        return grant.isWithdrawing ? { ...grant, removeAskedAt: event.at } : grant;
      case 'withdrawn':
        return grant.isWithdrawing ? { ...grant, isOurs: false, isWithdrawing: false } : grant;
    }
  },

  decide: () => ({}),

  isNews: () => true,
};

/** A withdrawal that has begun is brought to its end first: then it is asked for anew. */
function afterNeed(
  grant: Grant | undefined,
  { place, gallery, grantee }: Extract<GrantEvent, { type: 'needed' }>,
): Grant {
  if (!grant) return { gallery, grantee, places: [place], isOurs: false, isWithdrawing: false };
  return grant.places.includes(place) ? grant : { ...grant, places: [...grant.places, place] };
}

/** With the last that needs it goes what we asked for. */
function afterLoss(grant: Grant, place: string): Grant {
  if (!grant.places.includes(place)) return grant;
  const places = grant.places.filter((other) => other !== place);
  return { ...grant, places, isWithdrawing: grant.isWithdrawing || (places.length === 0 && grant.isOurs) };
}

/** How one is known: of whom, to whom. */
export function grantId({ subscriptionId, resourceGroup, gallery }: GalleryRef, { id }: Grantee): string {
  return [subscriptionId, resourceGroup, gallery, id].join('.').toLowerCase();
}
