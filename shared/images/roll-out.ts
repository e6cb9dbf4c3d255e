import type { Failure } from '../errors.ts';
import type { Settled } from '../workflow/look.ts';
import type { Version } from './image.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';
import type { Check, Facts } from './version.ts';

/** What a version needs of the rollouts: handed in, because a capability knows only itself. */
export interface Channels {
  /** Sees to it that every host pool of the channel is brought onto the version. */
  readonly ensureRolledOut: (wanted: {
    readonly versionId: string;
    readonly set: string;
    readonly number: string;
    readonly imageVersionId: string;
    readonly channel: string;
    readonly by: string;
  }) => Promise<RolledOut>;
  /** Nothing new starts; what is under way comes to an orderly end. */
  readonly stopRollouts: (versionId: string) => Promise<{ readonly status: 'running' | 'done' }>;
  /** The checks of every host of the channel, measured now. */
  readonly checkHosts: (set: string, channel: string, imageVersionId: string) => Promise<readonly Check[]>;
}

export interface RolledOut {
  readonly status: 'running' | 'done' | 'failed';
  readonly waitingFor?: string;
  readonly failure?: Failure;
  readonly rollouts: readonly string[];
}

/** The hosts of the first channel run the version. */
export function ensureTested(channels: Channels): EnsureVersionStage {
  return async ({ work: version }) => {
    const [first] = version.plan.channels;
    if (first === undefined) return done();
    return (await channelNotDone(channels, version, first)) ?? done(reached(version, first));
  };
}

/** The hosts of the later channels run the version, one channel after the other. */
export function ensureReleased(channels: Channels): EnsureVersionStage {
  return async ({ work: version }) => {
    const open = version.plan.channels.slice(1).filter((name) => !version.facts.channels?.includes(name));
    const [next, ...later] = open;
    if (next === undefined) return done();
    const wait = await channelNotDone(channels, version, next);
    if (wait) return wait;
    if (later.length === 0) return done(reached(version, next));
    return running(`channel ${later[0]}`, 1, {
      facts: reached(version, next),
      news: `channel ${next} is done`,
    });
  };
}

function reached({ facts }: Version, channel: string): Partial<Facts> {
  return { channels: [...new Set([...(facts.channels ?? []), channel])] };
}

async function channelNotDone(
  channels: Channels,
  version: Version,
  channel: string,
): Promise<Settled<Facts> | undefined> {
  const { set, number, facts } = version;
  if (facts.imageVersionId === undefined) return failed('RolloutFailed', 'The version was never captured.');
  const id = versionId(version);
  const wanted = { versionId: id, set, number, imageVersionId: facts.imageVersionId, channel };
  const { status, waitingFor, failure, rollouts } = await channels.ensureRolledOut({
    ...wanted,
    by: version.requested.by,
  });
  const known: Partial<Facts> = { rollouts: [...new Set([...(facts.rollouts ?? []), ...rollouts])] };
  switch (status) {
    case 'running': {
      const fresh = rollouts.filter((rollout) => !facts.rollouts?.includes(rollout));
      const news = fresh.length > 0 ? `rollouts of channel ${channel}: ${fresh.join(', ')}` : undefined;
      return running(waitingFor ?? `the rollouts of channel ${channel}`, 30, { facts: known, news });
    }
    case 'failed':
      return failure
        ? { status: 'failed', failure, facts: known }
        : failed('RolloutFailed', `A rollout of channel ${channel} failed.`, known);
    case 'done':
      return undefined;
  }
}
