/** Who lets a version into a channel, when, and how long it may be gone back from. */
export interface ChannelPolicy {
  /** `approved`: people say yes first. `automatic`: what has passed the channel before comes in by itself. */
  readonly entry: 'automatic' | 'approved';
  /** For so long the channel before must have held the version, applied, before it comes in here. */
  readonly soakHours: number;
  readonly approval: { readonly quorum: number; readonly notRequester: boolean; readonly days: number };
  /** So long after it was left a version may be gone back to without its gate, and is kept. */
  readonly rollbackDays: number;
}

/** What a team has said of a channel; what it has not said is as its place among the channels would have it. */
export type StatedPolicy = Partial<ChannelPolicy>;

/** Where a channel stands among those of its set. */
export interface Place {
  /** Here versions are proven. */
  readonly first: boolean;
  readonly only: boolean;
}

/** The policy as it counts: a version is let into the first channel, where it is proven, and asked for after. */
export function policyOf(stated: StatedPolicy | undefined, { first, only }: Place): ChannelPolicy {
  return {
    entry: first && !only ? 'automatic' : 'approved',
    soakHours: 0,
    approval: { quorum: 1, notRequester: false, days: 14 },
    rollbackDays: 30,
    ...stated,
  };
}

/** To bring a version here is to promote it: it is not only there to be proven. */
export function isPromotionIn({ first, only }: Place): boolean {
  return only || !first;
}
