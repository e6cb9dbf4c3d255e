import { AppError } from '../errors.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import { type Channel, type ChannelEvent, heldBy } from './channel.ts';
import type { ChannelEngine } from './engine.ts';
import { channelId, type Holding } from './holding.ts';
import { type ChannelPolicy, type Place, policyOf } from './policy.ts';
import type { OrderOf } from './ports.ts';

/** A channel as it stands, with its place among those of its set; `state` is absent until it was first heard of. */
export interface Ring extends Place {
  readonly set: string;
  readonly channel: string;
  readonly state: Channel | undefined;
  readonly policy: ChannelPolicy;
  readonly revision: number;
  readonly holds: Holding | undefined;
}

/** Reads channels. A name that the set does not have is refused. */
export function rings(engine: ChannelEngine, store: WorkflowStore<Channel, ChannelEvent>, orderOf: OrderOf) {
  const orderIn = async (set: string): Promise<readonly string[]> => {
    const order = await orderOf(set);
    if (!order) throw new AppError('NotFound', `There is no image set ${set}.`, { target: set });
    return order;
  };
  const ringOf = (
    set: string,
    order: readonly string[],
    channel: string,
    state: Channel | undefined,
  ): Ring => {
    const place = { first: order[0] === channel, only: order.length === 1 };
    const policy = policyOf(state?.policy, place);
    const holds = state && heldBy(state);
    return { set, channel, ...place, state, policy, revision: state?.revision ?? 0, holds };
  };
  return {
    async ring(set: string, channel: string): Promise<Ring> {
      const order = await orderIn(set);
      if (order.includes(channel)) {
        return ringOf(set, order, channel, await engine.load(channelId(set, channel)));
      }
      const message = `Image set ${set} has no channel ${channel}: it has ${order.join(', ') || 'none'}.`;
      throw new AppError('NotFound', message, { target: channel });
    },

    /** In the order of the set. */
    async all(set: string): Promise<readonly Ring[]> {
      const order = await orderIn(set);
      const states = await Promise.all(
        order.map(async (channel) => await engine.load(channelId(set, channel))),
      );
      return order.map((channel, index) => ringOf(set, order, channel, states[index]));
    },

    /** Every channel that was ever heard of, also such as the set has no more: they may hold a version still. */
    async known(set: string): Promise<readonly Ring[]> {
      const order = (await orderOf(set)) ?? [];
      const all = await store.loadAll(`${set}.`);
      return all.map(({ saved: { state } }) => ringOf(set, order, state.channel, state));
    },
  };
}

export type Rings = ReturnType<typeof rings>;
