import type { Instant } from '../instant.ts';
import type { Channel } from './channel.ts';
import type { Use } from './ports.ts';
import type { Ring } from './rings.ts';
import { goneBackToUntil } from './way-back.ts';

/** How a channel depends on a version: it holds it, is about to, or may go back to it. */
export function usesIn(ring: Ring, number: string, now: Instant): readonly Use[] {
  const { set, channel, state } = ring;
  const name = `${set}.${channel}`;
  const how = howItHolds(state, number);
  if (how !== undefined) return [{ kind: 'channel', name, message: `channel ${channel} ${how}` }];
  const until = mayGoBackUntil(ring, number);
  if (until === undefined || until <= now) return [];
  const message = `channel ${channel} may be rolled back to it until ${until}`;
  return [{ kind: 'rollback-window', name, message, until }];
}

function howItHolds(state: Channel | undefined, number: string): string | undefined {
  if (!state || state.phase === 'empty') return undefined;
  if (state.holds.number === number) return state.phase === 'moving' ? 'is moving to it' : 'holds it';
  if (state.phase !== 'moving' || !state.before || state.before.phase === 'empty') return undefined;
  return state.before.holds.number === number ? 'is about to leave it' : undefined;
}

/** What was taken back keeps nobody from removing it: it is gone back to by name only, while it is there. */
function mayGoBackUntil({ state, policy }: Ring, number: string): Instant | undefined {
  return (state?.past ?? [])
    .filter((past) => past.number === number && past.leftFor.cause !== 'rollback')
    .flatMap((past) => goneBackToUntil(past, policy) ?? [])
    .toSorted()
    .at(-1);
}
