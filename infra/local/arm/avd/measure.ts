import type { Json } from '../core/arm-error.ts';

/** Something that happened to one user's session. */
export interface SessionEvent {
  readonly session: number;
  readonly user: string;
  readonly host: string;
  readonly at: string;
  readonly [detail: string]: unknown;
}

interface Message {
  readonly session: number;
  readonly objectId: string;
  readonly user: string;
  readonly host: string;
  readonly title: string;
  times: number;
  readonly at: string[];
}

interface Point {
  readonly at: string;
  readonly usable: number;
  readonly sessions: number;
}

/** Keeps the series short: what happens within a pool for weeks still fits in an answer. */
const MOST_POINTS = 5000;

/** What was done to one pool's users and capacity since measuring began: the truth that a rollout is held against. */
export class Measure {
  readonly since: string;
  readonly #messages = new Map<string, Message>();
  readonly #reimages = new Map<string, number>();
  readonly #points: Point[] = [];
  #lowest: Point | undefined;
  #tightest: Point | undefined;
  readonly loggedOff: SessionEvent[] = [];
  readonly cutOff: SessionEvent[] = [];
  readonly profilesTorn: SessionEvent[] = [];
  /** Users of a personal pool who were given another desktop than the one they had. */
  readonly astray: {
    readonly user: string;
    readonly from: string;
    readonly to: string;
    readonly at: string;
  }[] = [];
  readonly turnedAway: { readonly user: string; readonly at: string }[] = [];

  constructor(since: string) {
    this.since = since;
  }

  /** One message to one session; told twice counts two under the same title. */
  messaged(
    session: { id: number; objectId: string; user: string; host: { name: string } },
    title: string,
    at: string,
  ): void {
    const key = `${session.objectId}/${title}`;
    const known = this.#messages.get(key);
    if (known) {
      known.times += 1;
      known.at.push(at);
      return;
    }
    const { id, objectId, user, host } = session;
    this.#messages.set(key, { session: id, objectId, user, host: host.name, title, times: 1, at: [at] });
  }

  /** By the machine's id: its host's name may be another for a while. */
  reimaged(id: string): void {
    this.#reimages.set(id.toLowerCase(), this.reimages(id) + 1);
  }

  reimages(id: string): number {
    return this.#reimages.get(id.toLowerCase()) ?? 0;
  }

  /** Notes how many more users could be held, and how many are there. */
  sample(at: string, usable: number, sessions: number): void {
    const point = { at, usable, sessions };
    this.#lowest ??= point;
    this.#tightest ??= point;
    const fewer = usable - this.#lowest.usable;
    if (fewer < 0 || (fewer === 0 && sessions > this.#lowest.sessions)) this.#lowest = point;
    if (usable - sessions < this.#tightest.usable - this.#tightest.sessions) this.#tightest = point;
    if (this.#points.at(-1)?.usable === usable || this.#points.length >= MOST_POINTS) return;
    this.#points.push(point);
  }

  toJson(): Json {
    const { loggedOff, cutOff, profilesTorn, turnedAway, astray } = this;
    const lowest = this.#lowest;
    return {
      since: this.since,
      capacity: {
        lowest: lowest?.usable,
        at: lowest?.at,
        sessionsThen: lowest?.sessions,
        tightest: this.#tightest,
        series: this.#points,
      },
      users: { messaged: [...this.#messages.values()], loggedOff, cutOff, profilesTorn, turnedAway, astray },
    };
  }
}
