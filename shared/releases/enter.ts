import { type Failure, failure as failureOf } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Progress, Settled } from '../workflow/look.ts';
import { type Facts, type Release, type Step, stepOf } from './course.ts';
import type { ChannelStanding, Entered, Ports, Proven } from './ports.ts';
import { proofOf, type Question } from './proof.ts';
import { questionOf } from './prove.ts';
import {
  actor,
  channelAt,
  done,
  type EnsureReleaseStage,
  ends,
  failed,
  isNewer,
  known,
  requestOf,
  running,
  versionIdOf,
} from './stage.ts';

/** The channel holds it, on all its hosts. Asked for only with a proof, which is made anew in that moment. */
export function ensureEntered(ports: Ports, now: () => Instant): EnsureReleaseStage {
  const { channels } = ports;
  const ask = questionOf(ports, now);
  const prove = async (release: Release): Promise<{ question: Question | undefined; proven: Proven }> => {
    const { set, number, channels: order } = release;
    const question = await ask({ set, number, channel: channelAt(release), channels: order, release });
    if (question) return { question, proven: proofOf(question) };
    const why = failureOf('NotFound', `There is no version ${number}.`);
    return { question, proven: { ok: false, failure: why } };
  };

  const proceed = async (release: Release, imageVersionId: string): Promise<Settled<Facts>> => {
    const { question, proven } = await prove(release);
    if (!proven.ok) return notYet(proven.failure, question);
    const channel = channelAt(release);
    const { set, number, requested } = release;
    const entered = await channels.enter({
      set,
      channel,
      number,
      versionId: versionIdOf(release),
      imageVersionId,
      request: requestOf(release, channel),
      by: requested.by,
      reason: requested.reason || actor(release),
      proof: proven.proof,
    });
    return answerTo(entered, channel, release, { proof: proven.proof, enteredAt: now() });
  };

  const intend = async (
    release: Release,
    channel: string,
    holds: ChannelStanding['holds'],
  ): Promise<Progress<Facts>> => {
    const { question, proven } = await prove(release);
    if (!proven.ok) return notYet(proven.failure, question);
    const imageVersionId = question?.version.imageVersionId;
    if (imageVersionId === undefined) return running('the version to be in the gallery', 60);
    // What it had at first: what the gate compares with, however often this is tried.
    const before =
      stepOf(release.facts.way, channel).before ??
      (holds && { number: holds.number, versionId: holds.versionId });
    return {
      status: 'intend',
      what: `move ${channel} to ${release.number}`,
      before: holds?.number ?? '',
      facts: known(channel, { proof: proven.proof, ...(before && { before }) }),
      proceed: async () => await proceed(release, imageVersionId),
    };
  };

  return async ({ work: release }): Promise<Progress<Facts>> => {
    const channel = channelAt(release);
    const standing = await channels.standing(release.set, channel);
    const { holds } = standing;
    if (holds?.versionId === versionIdOf(release)) return await whileHeld(ports, release, channel, standing);
    if (holds && isNewer(holds.number, release.number)) {
      return ends({ phase: 'superseded', newer: holds.number, channel });
    }
    return await intend(release, channel, holds);
  };
}

/** What ends by itself is waited for; the rest needs somebody. */
function notYet(why: Failure, question: Question | undefined): Settled<Facts> {
  const isBuilding = question && ['building', 'failed'].includes(question.version.status);
  if (why.code === 'VersionNotReady' && isBuilding) return running(why.message, 300);
  return failed(why.code, why.message);
}

async function whileHeld(
  { channels }: Ports,
  release: Release,
  channel: string,
  standing: ChannelStanding,
): Promise<Settled<Facts>> {
  const step: Step = { ...stepAs(standing, stepOf(release.facts.way, channel)), isRefused: false };
  const { retries = 0, retried = 0 } = stepOf(release.facts.way, channel);
  switch (standing.phase) {
    case 'settled':
      return done(known(channel, step));
    case 'stuck': {
      if (retried >= retries) return failed(...whyStuck(standing, channel), known(channel, step));
      await channels.retry(release.set, channel, versionIdOf(release), release.requested.by);
      return running(`${channel} to go on`, 5, { facts: known(channel, { ...step, retried: retries }) });
    }
    case 'empty':
    case 'moving': {
      const waits = `${channel} to be brought onto it: ${standing.waitingFor ?? 'its rollouts'}`;
      // It goes on, so that what it was asked for was heard: should it be stuck again, somebody is to say so again.
      return running(waits, 60, {
        facts: known(channel, { ...step, ...(retries > 0 && { retried: retries }) }),
      });
    }
  }
}

function stepAs({ holds }: ChannelStanding, { enteredAt }: Step): Step {
  if (!holds) return {};
  const { movement, at, appliedAt } = holds;
  return { movement, enteredAt: enteredAt ?? at, ...(appliedAt !== undefined && { appliedAt }) };
}

function whyStuck({ failure }: ChannelStanding, channel: string): [Failure['code'], string] {
  return [failure?.code ?? 'RolloutFailed', failure?.message ?? `Channel ${channel} is stuck.`];
}

function answerTo(entered: Entered, channel: string, release: Release, step: Step): Settled<Facts> {
  switch (entered.status) {
    case 'moving':
    case 'settled':
    case 'stuck': {
      const { movement } = entered;
      return running(`${channel} to be brought onto it`, 5, {
        facts: known(channel, { ...step, movement, isRefused: false }),
        news: `${channel} moves to ${release.number}`,
      });
    }
    case 'newer':
      return ends({ phase: 'superseded', newer: entered.number, channel });
    case 'left':
      return ends(
        isNewer(entered.number, release.number)
          ? { phase: 'superseded', newer: entered.number, channel }
          : { phase: 'rolled-back', wentBack: [channel], to: entered.number },
      );
    case 'refused': {
      const { code, message } = entered.failure;
      return failed(code, message, known(channel, { isRefused: true }));
    }
  }
}
