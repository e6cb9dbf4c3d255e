import type { Instant } from '../instant.ts';
import type { Feed } from '../workflow/outbox.ts';
import type { Rows } from '../workflow/rows.ts';
import { WorkflowStore } from '../workflow/store.ts';
import type { Announce } from './announce.ts';
import { type Channel, type ChannelEvent, heldBy } from './channel.ts';
import { channelEngine } from './engine.ts';
import { channelPort } from './port.ts';
import type { About, OrderOf, ProofFor, Rollouts, Versions } from './ports.ts';
import { requestsOfChannels } from './requests.ts';
import { rings as ringsOf } from './rings.ts';

interface Parts {
  readonly orderOf: OrderOf;
  readonly versions: Versions;
  readonly rollouts: Rollouts;
  readonly proofFor: ProofFor;
  readonly about: About;
  readonly announce: Announce;
  /** Something that waits for the channel may look now. May be lost: whoever waits looks by itself, too. */
  readonly nudge: (versionId: string) => Promise<void>;
  readonly rows: Rows;
  readonly due: Rows;
  readonly wake: (id: string, at: Instant) => Promise<void>;
  readonly now: () => Instant;
  readonly onNews?: (id: string, event: ChannelEvent) => void;
  readonly feed?: Feed<Channel, ChannelEvent>;
}

/** The channels of all image sets, wired. */
export function channelRoom({ orderOf, proofFor, nudge, rows, due, ...parts }: Parts) {
  const { versions, rollouts, now } = parts;
  const store = new WorkflowStore<Channel, ChannelEvent>('channel', rows, due);
  const promotedIn = async (set: string) => {
    const holds = (await store.loadAll(`${set}.`)).map(({ saved: { state } }) => heldBy(state));
    return new Set(holds.flatMap((one) => (one?.isPromotion ? [one.number] : [])));
  };
  const engine = channelEngine({ ...parts, store, promotedIn });
  const rings = ringsOf(engine, store, orderOf);
  return {
    port: channelPort({ channels: engine, rings, versions, rollouts, now }),
    requests: requestsOfChannels({ channels: engine, store, rings, versions, proofFor, now }),
    async advance(id: string): Promise<void> {
      const before = await engine.load(id);
      await engine.advance(id);
      const after = await engine.load(id);
      const held = after && heldBy(after);
      if (held && before?.phase !== after.phase) await nudge(held.versionId);
    },
    sweep: async () => await engine.sweep(),
  };
}
