import type { Instant } from '../instant.ts';
import { type Release, stepOf } from './course.ts';
import { runOf } from './check.ts';
import type { Ports } from './ports.ts';
import { channelAt, done, type EnsureReleaseStage, known, running, versionIdOf } from './stage.ts';
import { verdictOf } from './verdict.ts';

/** Somebody must decide; but what people put right elsewhere, at the gate or in the channel, is seen too. */
export function ensureWatched({ gates, channels }: Pick<Ports, 'gates' | 'channels'>, now: () => Instant) {
  const stage: EnsureReleaseStage = async ({ work: release }) => {
    const channel = channelAt(release);
    const isRight = await isPutRight(release, channel);
    if (isRight) return isRight;
    return running('somebody to decide', 900);
  };

  const isPutRight = async (release: Release, channel: string) => {
    if (release.phase !== 'blocked') return undefined;
    if (release.stage === 'enter') {
      const { holds, phase } = await channels.standing(release.set, channel);
      return holds?.versionId === versionIdOf(release) && phase !== 'stuck' ? done() : undefined;
    }
    if (release.stage !== 'check') return undefined;
    const latest = await gates.latest(versionIdOf(release), channel);
    const isOther = latest && runOf(latest) !== stepOf(release.facts.way, channel).run;
    const isGood = isOther && verdictOf(latest, channel, release.facts.overrides, now()).isLetThrough;
    return isGood ? done(known(channel, { run: runOf(latest), asked: undefined })) : undefined;
  };

  return stage;
}
