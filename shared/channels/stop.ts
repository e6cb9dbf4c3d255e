import { movementId } from './holding.ts';
import type { Rollouts } from './ports.ts';
import { done, type EnsureChannelStage, running } from './stage.ts';

/**
 * Rollouts of former movements have come to their end, so that never two versions are brought to one pool. Of the
 * movement itself, which is tried again, those that failed are set aside and the others go on.
 */
export function ensureStopped({
  setAside,
  stopRollouts,
}: Pick<Rollouts, 'setAside' | 'stopRollouts'>): EnsureChannelStage {
  return async ({ work: { set, channel, unstopped, holds } }) => {
    const open: number[] = [];
    for (const movement of unstopped) {
      const id = movementId(set, channel, movement);
      const isOwn = movement === holds.movement;
      const asked = isOwn ? setAside(id) : stopRollouts(id, `channel ${channel} moves on to ${holds.number}`);
      if ((await asked).status === 'running') open.push(movement);
    }
    if (open.length === 0) return done();
    return running(`the rollouts of movement ${open.join(', ')} to end`, 15);
  };
}
