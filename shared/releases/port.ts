import { AppError, failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { askedFor } from './approve.ts';
import { isOver, type Release } from './course.ts';
import { explained } from './explain.ts';
import type { Ports, Proven, Use } from './ports.ts';
import { proofOf, type Question } from './proof.ts';
import { nextByHand, questionOf } from './prove.ts';
import type { ReleaseEngine } from './release-engine.ts';

interface Parts {
  readonly releases: ReleaseEngine;
  readonly ports: Ports;
  /** The channels of a set in their order; undefined if there is no such set. */
  readonly channelsOf: (set: string) => Promise<readonly string[] | undefined>;
  readonly now: () => Instant;
}

interface ToEnter {
  readonly set: string;
  readonly number: string;
  readonly channel: string;
  readonly by: string;
  readonly reason?: string;
}

/** What other rooms ask of releases. */
export function releasePort({ releases, ports, channelsOf, now }: Parts) {
  const ask = questionOf(ports, now);

  const nudge = async (versionId: string): Promise<void> => {
    if (!(await releases.load(versionId))) return;
    await releases.record(versionId, () => ({ type: 'nudged', at: now() }));
  };

  /** P4 allowing, whoever promotes by hand approves it: on record before anything else comes of it. */
  const approvedByHand = async (
    { set, number, channel, by, reason }: ToEnter,
    question: Question,
    order: readonly string[],
    release: Release | undefined,
  ): Promise<Proven | undefined> => {
    const { policy } = question.here;
    if (policy.approval.quorum !== 1) return undefined;
    // Not the approval that its release asks for: should the channel not be moved, nobody has approved that.
    const id = await nextByHand(ports, `${set}.${number}`, channel);
    const facts = release?.facts ?? { way: {}, overrides: [], said: [] };
    const asked = askedFor({ set, number, channels: order, facts }, channel, policy, question.version);
    try {
      const who = { by, reason: reason ?? `${by} promoted it to ${channel} by hand` };
      const approval = await ports.approvals.ensureApproved({ id, ...asked }, who);
      return proofOf({ ...question, approval, now: now() });
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable) throw error;
      return { ok: false, failure: failure(error.code, error.message) };
    }
  };

  return {
    /** Begins the release of a version; one that has begun stays as it is. */
    async start(asked: {
      readonly set: string;
      readonly number: string;
      readonly channels: readonly string[];
      readonly by: string;
      readonly reason: string;
      /** The last channel to go to; the last of all unless said. */
      readonly upTo?: string;
    }): Promise<void> {
      const { set, number, by, reason, upTo } = asked;
      const end = upTo === undefined ? asked.channels.length : asked.channels.indexOf(upTo) + 1;
      if (end === 0) {
        const why = asked.channels.length === 0 ? 'has no channels' : `has no channel ${upTo}`;
        throw new AppError('ValidationFailed', `Image set ${set} ${why}.`, { target: 'upTo' });
      }
      const channels = asked.channels.slice(0, end);
      const event = { type: 'started', set, number, channels, by, reason, at: now() } as const;
      await releases.record(`${set}.${number}`, () => event);
    },

    /** Something that it waits for has changed: it looks now. */
    nudge,

    /** P1 to P5: may this version enter this channel, by hand or by its release, and by what right? */
    async proofFor(asked: ToEnter): Promise<Proven> {
      const { set, number, channel } = asked;
      const release = await releases.load(`${set}.${number}`);
      const order = release?.channels.includes(channel) ? release.channels : ((await channelsOf(set)) ?? []);
      if (!order.includes(channel)) {
        return { ok: false, failure: failure('NotFound', `Image set ${set} has no channel ${channel}.`) };
      }
      const question = await ask({ set, number, channel, channels: order, release });
      if (!question) {
        return { ok: false, failure: failure('NotFound', `Image set ${set} has no version ${number}.`) };
      }
      const proven = proofOf(question);
      // The approval is asked of last: nobody approves what may not enter for another reason.
      const isUnapproved =
        !proven.ok && ['ApprovalRequired', 'ApprovalExpired'].includes(proven.failure.code);
      return (isUnapproved && (await approvedByHand(asked, question, order, release))) || proven;
    },

    /** A release that is under way needs its version. */
    async usesOf(versionId: string): Promise<readonly Use[]> {
      const release = await releases.load(versionId);
      if (!release || isOver(release)) return [];
      return [{ kind: 'release', name: versionId, message: `its release is ${release.phase}` }];
    },

    /** What the release of a version is at; undefined if it is over, or there is none. */
    async underWay(versionId: string): Promise<string | undefined> {
      const release = await releases.load(versionId);
      return release && !isOver(release) ? `its release is ${release.phase}` : undefined;
    },

    /** What the release of a version waits for, in words; undefined if it has none. */
    async waitsFor(versionId: string): Promise<string | undefined> {
      const release = await releases.load(versionId);
      if (!release) return undefined;
      const { status, because } = explained(release);
      return `is ${status}: ${because.map(({ message }) => message).join(' ')}`;
    },
  };
}
