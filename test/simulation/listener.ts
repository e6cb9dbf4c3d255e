import { PutSubscription } from '../../shared/notifications/request-bodies.ts';
import { minutesAfter } from '../../shared/instant.ts';
import type { Post } from '../../shared/notifications/ports.ts';
import type { Subscription } from '../../shared/notifications/subscription.ts';
import { Random } from '../support/random.ts';
import type { Cloud } from './cloud.ts';
import type { People } from './people.ts';

/** Under which name it is told. */
export const listenerName = 'listener';

/**
 * In some lives somebody wants to hear of everything, at a receiver that is down for a while, fails and takes what
 * nobody hears that it took. It is drawn apart, so that all other lives are as they would be without it.
 */
export class Listener {
  /** Ids in the order in which they were taken; some more than once. */
  readonly taken: string[] = [];
  readonly isThere: boolean;
  readonly #cloud: Cloud;
  readonly #random: Random;
  #downUntil = '';

  constructor(cloud: Cloud, seed: number) {
    this.#cloud = cloud;
    this.#random = new Random(seed + 1);
    this.isThere = this.#random.happens(0.3);
    if (!this.isThere) return;
    // A message may arrive when its sender has given up on it.
    cloud.post = cloud.world.port({ post: this.#answer }, { post: 40 }).post;
  }

  subscribe(people: People): void {
    if (!this.isThere) return;
    const body = PutSubscription.parse({ kind: 'webhook', url: 'https://listener.example/hook' });
    people.ask(
      'be told of everything',
      async (app) => await app.subscriptions.put(listenerName, body),
      this.#random.oneOf([0, 0, 3600]),
    );
  }

  /** Whether nothing is on its way any more. */
  get isDone(): boolean {
    const { tables } = this.#cloud;
    if (tables.untold.length > 0) return false;
    return tables
      .statesOf<Subscription>('subscriptions')
      .every(([, { cursor, head, current }]) => cursor === head && !current);
  }

  readonly #answer: Post = async ({ headers }) => {
    const { now } = this.#cloud.world;
    const random = this.#random;
    if (now() < this.#downUntil) return { status: random.oneOf([503, 0, 302, 429]) };
    if (random.happens(0.03)) this.#downUntil = minutesAfter(now(), random.oneOf([1, 10, 60]));
    // What is refused for good is in the log of deliveries, and keeps nothing back.
    if (random.happens(0.02)) return { status: 404 };
    const isHeard = random.happens(0.9);
    if (isHeard || random.happens(0.5)) this.taken.push(String(headers['webhook-id']));
    return { status: isHeard ? 200 : random.oneOf([503, 0]) };
  };
}
