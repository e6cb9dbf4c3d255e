import { movementId } from './holding.ts';
import type { Rollouts } from './ports.ts';
import { done, type EnsureChannelStage, failed, running } from './stage.ts';

/** Every host pool of the channel is on the version. */
export function ensureRolled({ ensureRolledOut }: Pick<Rollouts, 'ensureRolledOut'>): EnsureChannelStage {
  return async ({ work: { set, channel, holds } }) => {
    const { number, imageVersionId, by, reason, cause } = holds;
    const { status, waitingFor, failure, rollouts } = await ensureRolledOut({
      movement: movementId(set, channel, holds.movement),
      set,
      number,
      imageVersionId,
      channel,
      by,
      reason: `${cause} in channel ${channel}${reason && `: ${reason}`}`,
    });
    const facts = { rollouts };
    switch (status) {
      case 'running': {
        const fresh = rollouts.filter((rollout) => !holds.rollouts.includes(rollout));
        const news = fresh.length > 0 ? `rollouts: ${fresh.join(', ')}` : undefined;
        return running(waitingFor ?? 'its rollouts', 30, { facts, news });
      }
      case 'failed':
        if (failure) return { status: 'failed', failure, facts };
        return failed('RolloutFailed', `A rollout of channel ${channel} failed.`, facts);
      case 'done':
        return done(facts);
    }
  };
}
