import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type ChannelEvent, heldBy, whyNotMoved } from './channel.ts';
import type { ChannelEngine } from './engine.ts';
import { channelId, type Holding, type Past, type Wanted } from './holding.ts';
import { isPromotionIn } from './policy.ts';
import type { Ring } from './rings.ts';

/** Records a movement decided on what was read; refused where that is no longer so. */
export function movesOf(channels: ChannelEngine, now: () => Instant) {
  return async (ring: Ring, wanted: Wanted, onto: number = ring.revision) => {
    const { set, channel } = ring;
    const { state } = await channels.record(channelId(set, channel), (current) => {
      const event = { type: 'moved', set, channel, onto, wanted, at: now() } as const satisfies ChannelEvent;
      const isKnown = current && knownTo({ state: current }, wanted.request);
      const why = isKnown ? undefined : whyNotMoved(current, event);
      if (!why) return event;
      const target = why.code === 'PreconditionFailed' ? 'If-Match' : channel;
      throw new AppError(why.code, why.message, { target });
    });
    return { ...ring, state, revision: state.revision, holds: heldBy(state) };
  };
}

/** What goes back skips the gate: it has passed it, and keeps the proof of that. */
export function backTo(
  { number, versionId, imageVersionId, proof }: Past,
  asked: Pick<Wanted, 'request' | 'by' | 'reason'>,
  ring: Ring,
): Wanted {
  const what = { ...asked, number, versionId, imageVersionId, proof };
  return { ...what, cause: 'rollback', isPromotion: isPromotionIn(ring), isFirst: ring.first };
}

/** The movement that this request led to. */
export function knownTo({ state }: Pick<Ring, 'state'>, request: string): Holding | Past | undefined {
  if (!state) return undefined;
  const held = state.phase === 'empty' ? [] : [state.holds];
  return [...held, ...state.past].find((one) => one.request === request);
}
