import type { z } from 'zod';
import { AppError, type Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { mayPut, type Precondition } from '../precondition.ts';
import { type Asked, type Page, pageIn, pageOf } from '../workflow/page.ts';
import type { Line, WorkflowStore } from '../workflow/store.ts';
import { type Channel, type ChannelEvent, channelLife } from './channel.ts';
import type { ChannelEngine } from './engine.ts';
import { channelId, isNewer, type Wanted } from './holding.ts';
import { isPromotionIn, policyOf } from './policy.ts';
import { backTo, knownTo, movesOf } from './moves.ts';
import type { ProofFor, Versions } from './ports.ts';
import type { Promote, PutChannel, RetryChannel, RollBack } from './request-bodies.ts';
import type { Ring, Rings } from './rings.ts';
import { wayBack } from './way-back.ts';

interface Parts {
  readonly channels: ChannelEngine;
  readonly store: WorkflowStore<Channel, ChannelEvent>;
  readonly rings: Rings;
  readonly versions: Pick<Versions, 'standing' | 'refusal'>;
  readonly proofFor: ProofFor;
  readonly now: () => Instant;
}

const somebody = (by: string | undefined) => by ?? 'function key';

/**
 * What people may ask of channels. `ifMatch` is the revision they decided on; without one it is what the
 * channel was when the request came, so that of two at once one is refused.
 */
export function requestsOfChannels({ channels, store, rings, versions, proofFor, now }: Parts) {
  const move = movesOf(channels, now);

  return {
    /** In the order of the set: they are few. */
    async list(set: string, asked: Asked = {}) {
      const places = [...(await rings.all(set)).entries()];
      const page = pageIn(places, ([place]) => String(place).padStart(4, '0'), asked);
      return pageOf(page, ([, ring]) => ring);
    },
    get: async (set: string, channel: string) => await rings.ring(set, channel),

    async history(set: string, channel: string, asked: Asked = {}): Promise<Page<Line<ChannelEvent>>> {
      await rings.ring(set, channel);
      return await store.lines(channelId(set, channel), asked);
    },

    async define(
      set: string,
      channel: string,
      { by, ...policy }: z.infer<typeof PutChannel>,
      onlyIf?: Precondition,
    ) {
      const ring = await rings.ring(set, channel);
      const { state } = await channels.record(channelId(set, channel), (current) => {
        const onto = current?.revision ?? 0;
        const event = { type: 'defined', set, channel, policy, by: somebody(by), onto, at: now() } as const;
        const there = { revision: onto, isUsual: current?.policy === undefined };
        mayPut(`Channel ${channel}`, there, onlyIf, channelLife.evolve(current, event) === current);
        return event;
      });
      return { ...ring, state, policy: policyOf(state.policy, ring), revision: state.revision };
    },

    /** Moves the channel to a version that its gates have let through. */
    async promote(
      set: string,
      channel: string,
      { version: number, by, reason }: z.infer<typeof Promote>,
      { request, ifMatch }: { readonly request: string; readonly ifMatch?: number | undefined },
    ): Promise<Ring> {
      const ring = await rings.ring(set, channel);
      if (knownTo(ring, request)) return ring;
      mayDecideOn(ring, ring.state, ifMatch ?? ring.revision);
      const { versionId, imageVersionId } = await usable(set, number);
      if (ring.holds?.number === number) return ring;
      if (ring.holds && isNewer(ring.holds.number, number)) {
        const message = `Channel ${channel} holds ${ring.holds.number}, which is newer than ${number}.`;
        throw new AppError('VersionIsNewer', message, { target: 'version' });
      }
      const said = { by: somebody(by), ...(reason && { reason }) };
      const proven = await proofFor({ set, number, channel, ...said });
      if (!proven.ok) throw refused(proven.failure);
      const what = { request, number, versionId, imageVersionId, reason, proof: proven.proof };
      const place = { isPromotion: isPromotionIn(ring), isFirst: ring.first };
      const wanted: Wanted = { ...what, ...place, cause: 'request', by: somebody(by) };
      return await move(ring, wanted, ifMatch);
    },

    /** Back to the last good version or to the one named, whatever the channel is doing: in one call. */
    async rollBack(
      set: string,
      channel: string,
      { version: to, by, reason }: z.infer<typeof RollBack>,
      { request, ifMatch }: { readonly request: string; readonly ifMatch?: number | undefined },
    ): Promise<Ring> {
      const ring = await rings.ring(set, channel);
      if (knownTo(ring, request)) return ring;
      mayDecideOn(ring, ring.state, ifMatch ?? ring.revision);
      const { state, policy } = ring;
      if (!state) {
        const message = `Channel ${channel} has never held a version.`;
        throw new AppError('NoRollbackTarget', message, { target: channel });
      }
      const target = await wayBack({ channel: state, policy, to, refusal: versions.refusal, now: now() });
      return await move(ring, backTo(target, { request, by: somebody(by), reason }, ring), ifMatch);
    },

    /** Goes on from the stage that failed. */
    async retry(
      set: string,
      channel: string,
      { by }: z.infer<typeof RetryChannel>,
      ifMatch?: number,
    ): Promise<Ring> {
      const ring = await rings.ring(set, channel);
      const { state } = await channels.record(channelId(set, channel), (current) => {
        mayDecideOn(ring, current, ifMatch ?? current?.revision ?? 0);
        if (current?.phase === 'stuck') {
          return { type: 'retried', movement: current.holds.movement, by: somebody(by), at: now() };
        }
        const message = `Channel ${channel} is ${current?.phase ?? 'empty'}: there is nothing to retry.`;
        throw new AppError('InvalidPhase', message, { target: channel });
      });
      return { ...ring, state };
    },
  };

  async function usable(set: string, number: string) {
    const version = await versions.standing(set, number);
    if (!version) {
      throw new AppError('NotFound', `Image set ${set} has no version ${number}.`, { target: 'version' });
    }
    const why = await versions.refusal(set, number);
    if (why) throw refused(why);
    const { versionId, imageVersionId } = version;
    if (imageVersionId !== undefined) return { versionId, imageVersionId };
    throw new AppError('VersionNotReady', `Version ${number} is not in the gallery yet.`, {
      target: 'version',
    });
  }
}

const refused = ({ code, message }: Failure) => new AppError(code, message, { target: 'version' });

function mayDecideOn({ channel }: Ring, state: Channel | undefined, onto: number): void {
  const revision = state?.revision ?? 0;
  if (revision === onto) return;
  const message = `Channel ${channel} is at revision ${revision}, and this was decided on ${onto}.`;
  throw new AppError('PreconditionFailed', message, { target: 'If-Match' });
}
