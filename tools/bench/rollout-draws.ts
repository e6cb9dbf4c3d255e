import { Random } from '../../test/support/random.ts';

/** The minutes that Azure and the agent take for one host, from the reimage that is asked for to a healthy host. */
export interface Draw {
  readonly minutes: number;
  /** Of these, how long the agent updates itself before it takes users. */
  readonly slowMinutes: number;
}

/**
 * What the times are drawn from: `domain.md` of the research says lognormal with a median of 18 minutes, and 25
 * minutes more for every twentieth host. It names no spread; with 0.2 its own table comes out (116, 136, 211).
 */
export const distribution = {
  kind: 'lognormal',
  medianMinutes: 18,
  sigma: 0.2,
  slowShare: 0.05,
  slowMinutes: 25,
  /** How the minutes fall on what is waited for, in order; the slow ones are all the agent's own update. */
  shares: { reimage: 0.45, boot: 0.1, install: 0.22, appear: 0.13, available: 0.1 },
} as const;

/** The times of so many hosts. The same seed draws the same times. */
export function drawn(hosts: number, seed: number): readonly Draw[] {
  const random = new Random(seed);
  const { medianMinutes, sigma, slowShare, slowMinutes } = distribution;
  return Array.from({ length: hosts }, () => {
    const minutes = medianMinutes * Math.exp(sigma * normal(random));
    const slow = random.happens(slowShare) ? slowMinutes : 0;
    return { minutes: minutes + slow, slowMinutes: slow };
  });
}

/** Standard normal, by Box and Muller. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
