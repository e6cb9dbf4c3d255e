import { AppError, type Failure, failure, hasCode } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Channel, isUnderWay } from './channel.ts';
import type { ChannelEngine } from './engine.ts';
import {
  type Cause,
  channelId,
  type Holding,
  isNewer,
  movementId,
  type Past,
  type Proof,
  type Wanted,
} from './holding.ts';
import { backTo, knownTo, movesOf } from './moves.ts';
import { isPromotionIn } from './policy.ts';
import type { Rollouts, Use, Versions } from './ports.ts';
import type { Ring, Rings } from './rings.ts';
import { usesIn } from './uses.ts';
import { standingOf } from './view.ts';
import { wayBack } from './way-back.ts';

interface Parts {
  readonly channels: ChannelEngine;
  readonly rings: Rings;
  readonly versions: Pick<Versions, 'refusal'>;
  readonly rollouts: Pick<Rollouts, 'stopRollouts'>;
  readonly now: () => Instant;
}

interface ToEnter {
  readonly set: string;
  readonly channel: string;
  readonly number: string;
  readonly versionId: string;
  readonly imageVersionId: string;
  readonly request: string;
  readonly by: string;
  readonly reason: string;
  readonly proof: Proof;
}

export type Entered =
  | {
      readonly status: 'moving' | 'settled';
      readonly movement: number;
      readonly appliedAt?: Instant;
      readonly waitingFor?: string;
    }
  | { readonly status: 'stuck'; readonly movement: number; readonly failure: Failure }
  | { readonly status: 'newer'; readonly number: string }
  | { readonly status: 'left'; readonly movement: number; readonly cause: Cause; readonly number: string }
  | { readonly status: 'refused'; readonly failure: Failure };

/** What others may ask of the channels. Everything may be asked again, whatever died in between. */
export function channelPort({ channels, rings, versions, rollouts, now }: Parts) {
  const move = movesOf(channels, now);
  const wayBackOf = async ({ policy }: Ring, channel: Channel): Promise<Past | Failure> => {
    try {
      return await wayBack({ channel, policy, to: undefined, refusal: versions.refusal, now: now() });
    } catch (error) {
      if (hasCode(error, 'NoRollbackTarget')) return failure(error.code, error.message);
      throw error;
    }
  };
  const backFrom = async (ring: Ring): Promise<string | undefined> => {
    const target = ring.state && (await wayBackOf(ring, ring.state));
    return target && 'number' in target ? target.number : undefined;
  };

  return {
    /** Asks the channel to move to the version; asking again with the same `request` finds the same movement. */
    async enter(asked: ToEnter): Promise<Entered> {
      for (;;) {
        const ring = await rings.ring(asked.set, asked.channel);
        const known = enteredAlready(ring, asked);
        if (known) return known;
        const why = await versions.refusal(asked.set, asked.number);
        if (why) return { status: 'refused', failure: why };
        try {
          const { holds } = await move(ring, releaseOf(asked, ring));
          return { status: 'moving', movement: holds?.movement ?? 0, waitingFor: 'admit' };
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          // Somebody else was first: see what the channel is by now.
          if (error.code === 'PreconditionFailed') continue;
          return { status: 'refused', failure: failure(error.code, error.message) };
        }
      }
    },

    standing: async (set: string, channel: string) => standingOf(await rings.ring(set, channel)),

    /** What it holds, and the last good one before that; undefined while it holds nothing. */
    async holding(set: string, channel: string) {
      const { holds, state } = await rings.ring(set, channel);
      if (!holds) return undefined;
      const before = state?.past.find(
        ({ number, appliedAt }) => number !== holds.number && appliedAt !== undefined,
      );
      const { number, versionId, imageVersionId } = holds;
      return {
        number,
        versionId,
        imageVersionId,
        ...(before && { previous: { number: before.number, versionId: before.versionId } }),
      };
    },

    /** Ends the movement to this version where it is; done once none of its rollouts is open. */
    async stop(set: string, channel: string, versionId: string, by: string, reason: string) {
      const { holds } = await rings.ring(set, channel);
      if (holds?.versionId !== versionId) return { status: 'done' as const };
      const { movement } = holds;
      await channels.record(channelId(set, channel), () => ({
        type: 'stopped',
        movement,
        by,
        reason,
        at: now(),
      }));
      const after = await rings.ring(set, channel);
      // What was on all host pools already, or never let in, has nothing to stop.
      if (after.state?.phase !== 'stuck' || after.holds?.movement !== movement)
        return { status: 'done' as const };
      return await rollouts.stopRollouts(movementId(set, channel, movement), `stopped by ${by}: ${reason}`);
    },

    /** Back from this version, if the channel holds it, to the last that was good or to the one named. */
    async rollBack(asked: {
      readonly set: string;
      readonly channel: string;
      readonly from: string;
      readonly to?: string;
      readonly request: string;
      readonly by: string;
      readonly reason: string;
    }): Promise<void> {
      const { set, channel, from, to, request, by, reason } = asked;
      for (;;) {
        const ring = await rings.ring(set, channel);
        if (!ring.state || knownTo(ring, request) || ring.holds?.number !== from) return;
        const { state, policy } = ring;
        const target = await wayBack({ channel: state, policy, to, refusal: versions.refusal, now: now() });
        try {
          await move(ring, backTo(target, { request, by, reason }, ring));
          return;
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'PreconditionFailed') throw error;
        }
      }
    },

    /** Why it could not go back from what it holds to the last that was good; undefined where it could. */
    async noWayBack(set: string, channel: string): Promise<Failure | undefined> {
      const ring = await rings.ring(set, channel);
      if (!ring.state) return failure('NoRollbackTarget', `Channel ${channel} has never held a version.`);
      const target = await wayBackOf(ring, ring.state);
      return 'code' in target ? target : undefined;
    },

    /** Goes on from the stage that failed, if it is this version that is stuck. */
    async retry(set: string, channel: string, versionId: string, by: string): Promise<void> {
      const { holds } = await rings.ring(set, channel);
      if (holds?.versionId !== versionId) return;
      const { movement } = holds;
      await channels.record(channelId(set, channel), () => ({ type: 'retried', movement, by, at: now() }));
    },

    /** Who holds the version, is about to, or may go back to it. */
    async usesOf(set: string, number: string): Promise<readonly Use[]> {
      const uses: Use[] = [];
      for (const ring of await rings.known(set)) {
        for (const use of usesIn(ring, number, now())) {
          const back = use.kind === 'channel' ? await backFrom(ring) : undefined;
          uses.push(back === undefined ? use : { ...use, back });
        }
      }
      if (!uses.some(isWindow)) return uses;
      // What is revoked is for ever: no way back leads there.
      const isRevoked = (await versions.refusal(set, number))?.code === 'Revoked';
      return isRevoked ? uses.filter((use) => !isWindow(use)) : uses;
    },

    /** Whether rollouts of the movement may begin: asked by each once it is on record. */
    async isUnderWay(movement: string): Promise<boolean> {
      const at = movement.lastIndexOf('.');
      const channel = await channels.load(movement.slice(0, at));
      return channel !== undefined && isUnderWay(channel, Number(movement.slice(at + 1)));
    },
  };
}

const isWindow = ({ kind }: Use) => kind === 'rollback-window';

function releaseOf(asked: ToEnter, ring: Ring): Wanted {
  const { request, number, versionId, imageVersionId, by, reason, proof } = asked;
  const what = { request, number, versionId, imageVersionId, by, reason, proof };
  return { ...what, cause: 'release', isPromotion: isPromotionIn(ring), isFirst: ring.first };
}

function enteredAlready(ring: Ring, { request, number }: ToEnter): Entered | undefined {
  const { holds } = ring;
  const known = knownTo(ring, request) ?? (holds?.number === number ? holds : undefined);
  if (known) return enteredAs(ring, known);
  return holds && isNewer(holds.number, number) ? { status: 'newer', number: holds.number } : undefined;
}

function enteredAs({ state }: Ring, known: Holding | Past): Entered {
  const { movement } = known;
  if ('leftFor' in known) {
    if (known.undone) return { status: 'refused', failure: known.undone };
    const { cause, number } = known.leftFor;
    return { status: 'left', movement, cause, number };
  }
  if (state?.phase === 'stuck') return { status: 'stuck', movement, failure: state.failure };
  if (state?.phase !== 'moving') {
    return {
      status: 'settled',
      movement,
      ...(known.appliedAt !== undefined && { appliedAt: known.appliedAt }),
    };
  }
  const { waitingFor, stage } = state.standing;
  return { status: 'moving', movement, waitingFor: waitingFor || stage };
}
