import { movementId } from './holding.ts';
import type { About, Eta } from './ports.ts';
import { done, type EnsureChannelStage } from './stage.ts';

/** What a movement tells people. Handed to the notifications, which see to its delivery by themselves. */
export interface Announcement {
  readonly kind: 'promotion' | 'rollback';
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  readonly channel: string;
  /** What the channel held before. */
  readonly from?: string;
  readonly by: string;
  readonly reason: string;
  readonly source: string;
  readonly notes: string;
  readonly regions: readonly string[];
  readonly checks?: { readonly passed: number; readonly total: number };
  readonly approvals: readonly { readonly by: string; readonly reason: string }[];
  readonly overrides: readonly string[];
  readonly hosts?: { readonly pools: number; readonly total?: number };
  readonly eta?: Eta;
}

/** `id` names the movement: told twice it is one message. */
export type Announce = (id: string, announcement: Announcement) => Promise<void>;

/** Chat is going to be told of a promotion or a rollback: once, however often this is asked. */
export function ensureAnnounced(announce: Announce, about: About): EnsureChannelStage {
  return async ({ work: { set, channel, holds, past } }) => {
    const { number, versionId, movement, cause, isPromotion, by, reason, proof } = holds;
    if (!isPromotion && cause !== 'rollback') return done();
    const from = past.find(({ undone, leftFor }) => !undone && leftFor.movement === movement)?.number;
    const { approvals = [], ...known } = await about(set, number, channel, proof);
    const overrides = (proof.overrides ?? []).map(
      ({ checks, by, reason }) => `${checks.join(', ')} by ${by}: ${reason}`,
    );
    await announce(movementId(set, channel, movement), {
      kind: cause === 'rollback' ? 'rollback' : 'promotion',
      versionId,
      set,
      number,
      channel,
      by,
      reason,
      approvals,
      overrides,
      ...(from !== undefined && { from }),
      ...known,
    });
    return done();
  };
}
