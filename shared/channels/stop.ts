import { movementId } from './holding.ts';
import type { Rollouts } from './ports.ts';
import { done, type EnsureChannelStage, running } from './stage.ts';

/** Rollouts of former movements have come to their end, so that never two versions are brought to one pool. */
export function ensureStopped({ stopRollouts }: Pick<Rollouts, 'stopRollouts'>): EnsureChannelStage {
  return async ({ work: { set, channel, unstopped, holds } }) => {
    const open: number[] = [];
    for (const movement of unstopped) {
      const reason =
        movement === holds.movement
          ? `channel ${channel} tries ${holds.number} again`
          : `channel ${channel} moves on to ${holds.number}`;
      const { status } = await stopRollouts(movementId(set, channel, movement), reason);
      if (status === 'running') open.push(movement);
    }
    if (open.length === 0) return done();
    return running(`the rollouts of movement ${open.join(', ')} to end`, 15);
  };
}
