import type { Instant } from '../instant.ts';
import { Engine } from '../workflow/engine.ts';
import type { Feed as Tells } from '../workflow/outbox.ts';
import type { Rows } from '../workflow/rows.ts';
import { WorkflowStore } from '../workflow/store.ts';
import { performSubscription } from './deliver.ts';
import { deliveryLog } from './log.ts';
import type { Feed, Post } from './ports.ts';
import { subscriptionRequests } from './requests.ts';
import { keptSecrets } from './secrets.ts';
import {
  hasWork,
  type Subscription,
  type SubscriptionEvent,
  subscriptionLife,
  type SubscriptionPlan,
} from './subscription.ts';
import { type Happened, isWanted } from './wanted.ts';

interface Parts {
  readonly feed: Feed;
  readonly post: Post;
  /** The Teams webhook of the settings: the subscription that is there without anybody asking for it. */
  readonly teamsWebhook: string | undefined;
  readonly allowPrivate: boolean;
  readonly publicUrl: string;
  readonly rows: (table: string) => Rows;
  readonly readVault: (secretUri: string) => Promise<string>;
  readonly newSecret: () => string;
  readonly wake: (id: string, at: Instant) => Promise<void>;
  readonly now: () => Instant;
  readonly onNews?: (id: string, event: SubscriptionEvent) => void;
  readonly onFailure?: (id: string, error: unknown) => string;
  readonly heard?: Tells<Subscription, SubscriptionEvent>;
}

const builtIn = 'teams';
/** What chat hears of where nobody has said what it wants. */
const forPeople: SubscriptionPlan = {
  kind: 'teams',
  description: 'The Teams webhook of the settings.',
  address: 'setting',
  wants: {
    types: [
      'channel.promoted',
      'channel.rolledBack',
      'approval.requested',
      'validation.failed',
      'validation.inconclusive',
      'version.eolApproaching',
    ],
    imageSets: [],
    hostPools: [],
    channels: [],
  },
};
/** One that wants little of much is brought along all the same, so that it never has far to look. */
const mostBehind = 500;
/** Lines of logs that go in one night. */
const mostLinesANight = 20_000;

/** Who hears of what, wired: each subscription follows the feed by itself. */
export function notificationRoom({ feed, post, teamsWebhook, rows, readVault, newSecret, ...parts }: Parts) {
  const { now, wake, onNews, onFailure, heard } = parts;
  const store = new WorkflowStore<Subscription, SubscriptionEvent>(
    'subscription',
    rows('subscriptions'),
    rows('due'),
    { order: 'by-id' },
  );
  const log = deliveryLog(rows('deliverylog'));
  const setting = teamsWebhook;
  const kept = rows('subscriptionsecrets');
  const secrets = keptSecrets({ rows: kept, readVault, setting, newSecret, now });
  const engine = new Engine({
    workflow: subscriptionLife,
    store,
    perform: performSubscription({ feed, log, secrets, post, now }),
    wake,
    now,
    ...(onNews && { onNews }),
    ...(onFailure && { onFailure }),
    ...(heard && { feed: heard }),
  });
  let isThere = setting === undefined;

  /** The feed is one of an earlier time: what is new in it is heard all the same. */
  const restored = async (id: string, head: number, fresh: number): Promise<void> => {
    const to = Math.max(0, head - fresh);
    await engine.record(id, (known) =>
      known && known.cursor > head
        ? { type: 'feed-restored', look: known.look, to, head, beyond: known.cursor - head, at: now() }
        : { type: 'told', head, at: now() },
    );
  };

  return {
    requests: subscriptionRequests({ ...parts, engine, store, feed, log, secrets, post }),

    /** The built-in subscription is there before the first event that it is to hear of. */
    async beforeAppend(): Promise<void> {
      if (isThere) return;
      if (!(await engine.load(builtIn))) {
        const from = await feed.head();
        const at = now();
        await engine.record(builtIn, (state) =>
          state
            ? { type: 'told', head: from, at }
            : { type: 'defined', plan: forPeople, from, by: 'the settings', at },
        );
      }
      isThere = true;
    },

    /** Tells all whom it concerns that there is more in the feed, up to `head`. */
    async tell(head: number, happened: readonly Happened[]): Promise<void> {
      for (const { id, saved } of await store.loadAll('')) {
        const { plan, cursor, removed } = saved.state;
        // Of two who tell at once the later may have told already: only the feed itself says where it ends.
        const end = cursor > head && !removed ? await feed.head() : head;
        if (cursor > end && !removed) await restored(id, end, happened.length);
        const concerns = () => happened.some((one) => isWanted(id, plan.wants, one));
        if (removed || !(hasWork(saved.state) || head - cursor > mostBehind || concerns())) continue;
        await engine.record(id, () => ({ type: 'told', head, at: now() }));
      }
    },

    /** Removes from the logs what is about places of the feed up to there, which are gone; nobody idle is behind them. */
    async prune(upTo: number): Promise<void> {
      let left = mostLinesANight;
      for (const { id, saved } of await store.loadAll('')) {
        if (left > 0) left -= await log.prune(id, upTo, left);
        const isIdle = (one: Subscription) => !one.removed && !hasWork(one) && one.cursor < upTo;
        if (!isIdle(saved.state)) continue;
        // Nothing of what is gone was for it: else it would have been told, and have lost something.
        await engine.record(id, (known) =>
          known && isIdle(known)
            ? { type: 'passed-over', look: known.look, to: upTo, at: now() }
            : { type: 'told', head: 0, at: now() },
        );
      }
    },

    advance: async (id: string) => await engine.advance(id),
    sweep: async () => await engine.sweep(),
  };
}
