import { seen } from './empty.ts';
import { untilTick } from './pace.ts';
import type { Readings } from './readings.ts';
import { done, type EnsureHostStage, running } from './stage.ts';

const lookSeconds = 60;

/**
 * Empty, and nothing is done to it before the rollout says so: the word comes as an event. Done without it
 * means that the host is not empty any more: somebody lifted its drain, or a user came after all.
 */
export function ensureTurn(readings: Readings): EnsureHostStage {
  return async (look) => {
    const { facts, plan } = look.work;
    if (facts.goAt !== undefined) return done();
    const found = await seen(readings, look);
    // Whoever comes now has all the time that the policy gives, however long the host has waited.
    if (found && (found.allowNewSession || found.sessions > 0)) return done({ emptyingSince: '' });
    return running('its turn', untilTick(look.now, plan, lookSeconds));
  };
}
