import { secondsBetween } from '../instant.ts';
import { soakedIn } from './guard.ts';
import type { Channels } from './ports.ts';
import { soakOf } from './proof.ts';
import { channelAt, done, type EnsureReleaseStage, known, running, versionIdOf } from './stage.ts';

/** P5: the channel before has had it, on all its hosts, for as long as this channel's policy asks. */
export function ensureSoaked(channels: Channels): EnsureReleaseStage {
  return async ({ work: release, now }) => {
    const [channel, before] = [channelAt(release), channelBefore(release)];
    if (before === undefined) return done();
    const { policy } = await channels.standing(release.set, channel);
    const standing = await channels.standing(release.set, before);
    const soakedAt = soakedIn(release, before, standing, channel);
    const question = { channel: before, standing, validation: undefined, soakedAt };
    const soak = soakOf(versionIdOf(release), policy.soakHours, question, now);
    const { until } = soak;
    if (soak.isOver) {
      return done(
        known(channel, { soakedAt: soakedAt ?? now, ...(until !== undefined && { soakUntil: until }) }),
      );
    }
    const left = until === undefined ? 300 : secondsBetween(now, until) + 1;
    const facts = known(channel, until === undefined ? {} : { soakUntil: until });
    return running(soak.message, Math.min(900, Math.max(5, left)), { facts });
  };
}

function channelBefore({ channels, ...release }: Parameters<typeof channelAt>[0]): string | undefined {
  return 'index' in release ? channels[release.index - 1] : undefined;
}
