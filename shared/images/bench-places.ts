import type { Instant } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';

/** Who goes first where places are few; among equals, who asked first. */
export type Priority = 'high' | 'normal' | 'low';

/** One version that is on the bench, or waits for a place on it. */
export interface Claim {
  readonly version: string;
  readonly set: string;
  readonly priority: Priority;
  /** How many of its set may be on the bench at once. */
  readonly mostOfSet: number;
  /** The machine that it is built on, where that is lent to it: a machine serves one at a time. */
  readonly lent?: string;
  readonly at: Instant;
}

/** Who builds in a subscription, and who waits for it. Both in the order in which they came. */
export interface BenchPlaces {
  readonly most: number;
  readonly held: readonly Claim[];
  readonly waiting: readonly Claim[];
  /** Who left, so that a claim of theirs that comes late is old news. */
  readonly over: readonly string[];
}

export type BenchPlacesEvent =
  | { readonly type: 'asked'; readonly claim: Claim; readonly most: number; readonly at: Instant }
  | { readonly type: 'left'; readonly version: string; readonly at: Instant };

const remembered = 200;
const urgency = { high: 0, normal: 1, low: 2 } as const satisfies Record<Priority, number>;

/** Places on the bench are given out in one row, so that no two versions are given the same one. */
export const benchPlacesLife: Workflow<BenchPlaces, BenchPlacesEvent, never> = {
  evolve(places = { most: 0, held: [], waiting: [], over: [] }, event) {
    if (event.type === 'left') return left(places, event.version);
    const { claim, most } = event;
    const isKnown = [...places.held, ...places.waiting].some(({ version }) => version === claim.version);
    if (places.over.includes(claim.version) || (isKnown && places.most === most)) return places;
    return filled({ ...places, most, waiting: isKnown ? places.waiting : [...places.waiting, claim] });
  },
  decide: () => ({}),
  // Who waits asks with every look; only what changes anything is kept, and it is told by the versions.
  isNews: () => false,
};

function left(places: BenchPlaces, version: string): BenchPlaces {
  if (places.over.includes(version)) return places;
  const others = (claims: readonly Claim[]) => claims.filter((claim) => claim.version !== version);
  const over = [...places.over, version].slice(-remembered);
  return filled({ ...places, over, held: others(places.held), waiting: others(places.waiting) });
}

/** Gives the free places to those who wait, the most urgent first; a set that has its share lets others pass. */
function filled(places: BenchPlaces): BenchPlaces {
  const held = [...places.held];
  const waiting: Claim[] = [];
  for (const claim of inTurn(places.waiting)) {
    const ofSet = held.filter(({ set }) => set === claim.set).length;
    const isFree = held.length < places.most && ofSet < claim.mostOfSet && !isTaken(held, claim);
    (isFree ? held : waiting).push(claim);
  }
  return { ...places, held, waiting };
}

/** Whether another is built on the machine that this one needs. */
export function isTaken(held: readonly Claim[], { lent }: Pick<Claim, 'lent'>): boolean {
  return lent !== undefined && held.some((other) => other.lent?.toLowerCase() === lent.toLowerCase());
}

export function inTurn(claims: readonly Claim[]): readonly Claim[] {
  // Sorting keeps the order of equals, which is the order in which they asked.
  return claims.toSorted((a, b) => urgency[a.priority] - urgency[b.priority]);
}
