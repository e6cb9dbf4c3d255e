import { type Instant, secondsAfter, secondsBetween } from '../../shared/instant.ts';
import type { ArmRequest, Kind } from './arm-requests.ts';

interface Limit {
  readonly perMinute: number;
  readonly burst: number;
}
const thrice = (perMinute: number): Limit => ({ perMinute, burst: 3 * perMinute });

/** "Compute throttling limits": tokens a minute for one resource, and for a subscription in its region. */
const compute: Readonly<Record<Kind, { readonly resource?: Limit; readonly region?: Limit }>> = {
  list: { resource: thrice(10), region: thrice(500) },
  'list of machines': { region: thrice(300) },
  'set get': { resource: thrice(12) },
  'set change': { resource: thrice(4), region: thrice(500) },
  get: { resource: thrice(12) },
  // "Put VM", "Update VM" with scripts and extensions, "Delete VM" with deallocate: tokens of their own each.
  put: { resource: thrice(4), region: thrice(500) },
  update: { resource: thrice(4), region: thrice(500) },
  delete: { resource: thrice(4), region: thrice(500) },
  action: { region: thrice(500) },
};

/** "Understand how ARM throttles requests": 25 reads, 10 writes, 10 deletes a second for a subscription. */
const door = {
  reads: { perMinute: 1500, burst: 250 },
  writes: { perMinute: 600, burst: 200 },
  deletes: { perMinute: 600, burst: 200 },
} as const;

/** Each limit by the name under which it is counted, in tokens a minute. */
export const limits: Readonly<Record<string, number>> = {
  ...named(
    door,
    (side) => `front door: ${side}`,
    ({ perMinute }) => perMinute,
  ),
  ...named(
    compute,
    (kind) => `${kind} of one`,
    ({ resource }) => resource?.perMinute,
  ),
  ...named(
    compute,
    (kind) => `${kind} of the region`,
    ({ region }) => region?.perMinute,
  ),
};

function named<One>(
  all: Readonly<Record<string, One>>,
  name: (key: string) => string,
  perMinute: (one: One) => number | undefined,
): Record<string, number> {
  const found = Object.entries(all).map(([key, one]) => [name(key), perMinute(one) ?? Infinity] as const);
  return Object.fromEntries(found);
}

/** What Azure answers as far as its limits go, in the shape in which whoever paces himself hears it. */
export interface Answer {
  readonly status: 200 | 429;
  readonly retryAfterSeconds: number;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

interface Level {
  tokens: number;
  at: Instant;
}
interface Closed {
  readonly until: Instant;
  /** When it was last said, and could be told to the others. */
  readonly since: Instant;
  /** Until when it is closed as each instance was told itself. */
  readonly told: Map<string, Instant>;
}
interface Bucket {
  readonly name: string;
  readonly key: string;
  readonly limit: Limit;
}

/** How much was asked against one kind of limit. */
export interface Pressed {
  asked: number;
  refused: number;
  mostInAMinute: number;
}

/** So long after one instance was refused every other has had the chance to hear of it. */
const heardWithinSeconds = 30 + 5;

/**
 * Azure's token buckets, filled as time goes by, with 429 and Retry-After where one is empty. Notes who asks
 * again of a bucket that was closed to him.
 */
export class AzureLimits {
  readonly #now: () => Instant;
  readonly #levels = new Map<string, Level>();
  readonly #closed = new Map<string, Closed>();
  readonly #minutes = new Map<string, readonly [minute: number, count: number]>();
  readonly pressed = new Map<string, Pressed>();
  /** The share of each limit that others in the subscription use up. */
  others = 0;
  /** X-throttle, where it was broken. */
  readonly wrongs: string[] = [];
  /** Hears of each request, refused or not. */
  onRequest: (request: ArmRequest, isRefused: boolean) => void = () => {};

  constructor(now: () => Instant) {
    this.#now = now;
  }

  /** A request of one instance of the app. */
  ask(request: ArmRequest, from: string): Answer {
    const buckets = bucketsOf(request);
    for (const { name, key } of buckets) this.#heeds(name, key, from);
    const empty = buckets.find((bucket) => this.#level(bucket).tokens < 1);
    this.#count(buckets, empty);
    this.onRequest(request, empty !== undefined);
    if (empty) return this.#refused(empty, from);
    for (const bucket of buckets) this.#level(bucket).tokens -= 1;
    return { status: 200, retryAfterSeconds: 0, header: this.#headers(buckets), body: bodyOf(request) };
  }

  #level({ key, limit: { perMinute, burst } }: Bucket): Level {
    const now = this.#now();
    const level = this.#levels.get(key) ?? { tokens: burst, at: now };
    const gained = (secondsBetween(level.at, now) / 60) * perMinute * (1 - this.others);
    level.tokens = Math.min(burst, level.tokens + gained);
    level.at = now;
    this.#levels.set(key, level);
    return level;
  }

  #refused({ name, key, limit }: Bucket, from: string): Answer {
    const now = this.#now();
    const missing = 1 - (this.#levels.get(key)?.tokens ?? 0);
    const retryAfterSeconds = Math.ceil((missing / (limit.perMinute * (1 - this.others))) * 60);
    const until = secondsAfter(now, retryAfterSeconds);
    const told = this.#closed.get(key)?.told ?? new Map<string, Instant>();
    this.#closed.set(key, { until, since: now, told: told.set(from, until) });
    const code = name.startsWith('front door') ? 'SubscriptionRequestsThrottled' : 'TooManyRequests';
    const target = name.endsWith('of the region') ? 'MaximumPerSubscription' : 'MaximumPerResource';
    return {
      status: 429,
      retryAfterSeconds,
      header: (header) => (header === 'retry-after' ? String(retryAfterSeconds) : undefined),
      body: JSON.stringify({ error: { code, target } }),
    };
  }

  /** X-throttle: who was told to wait waits; who shares the bucket with him, from when he can know of it. */
  #heeds(name: string, key: string, from: string): void {
    const closed = this.#closed.get(key);
    const now = this.#now();
    if (!closed || closed.until <= now) return;
    const canKnow = secondsBetween(closed.since, now) > heardWithinSeconds;
    const knows = (closed.told.get(from) ?? '') > now;
    if (!knows && !canKnow) return;
    const left = Math.ceil(secondsBetween(now, closed.until));
    this.wrongs.push(`X-throttle: ${from} asks against ${name} ${left} s before Azure will have it`);
  }

  #headers(buckets: readonly Bucket[]): Answer['header'] {
    const left = ({ key }: Bucket) => Math.floor(this.#levels.get(key)?.tokens ?? 0);
    return (header) => {
      if (header === 'x-ms-ratelimit-remaining-resource') {
        const counted = buckets.filter(({ name }) => !name.startsWith('front door'));
        return counted.map((one) => `Microsoft.Compute/${policyOf(one)};${left(one)}`).join(',');
      }
      const counted = buckets.find(
        ({ name }) => header === `x-ms-ratelimit-remaining-subscription-${name.split(': ')[1]}`,
      );
      return counted && String(left(counted));
    };
  }

  #count(buckets: readonly Bucket[], empty: Bucket | undefined): void {
    const minute = Math.floor(Date.parse(this.#now()) / 60_000);
    for (const { name, key } of buckets) {
      const pressed = this.pressed.get(name) ?? { asked: 0, refused: 0, mostInAMinute: 0 };
      const [last, count] = this.#minutes.get(key) ?? [minute, 0];
      const inMinute = last === minute ? count + 1 : 1;
      this.#minutes.set(key, [minute, inMinute]);
      pressed.asked += 1;
      pressed.mostInAMinute = Math.max(pressed.mostInAMinute, inMinute);
      if (empty?.key === key) pressed.refused += 1;
      this.pressed.set(name, pressed);
    }
  }
}

function policyOf({ name }: Bucket): string {
  return name.endsWith('of the region') ? 'SubscriptionMaximum' : 'ResourceMaximum';
}

/** All that a request draws from, the widest first. */
function bucketsOf({ method, url, kind, resource }: ArmRequest): readonly Bucket[] {
  const subscription = /subscriptions\/([^/]+)/.exec(url)?.[1] ?? '';
  const side = method === 'GET' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes';
  const front = { name: `front door: ${side}`, key: `${subscription}|${side}`, limit: door[side] };
  if (!kind) return [front];
  const { resource: own, region } = compute[kind];
  return [
    front,
    ...(region ? [{ name: `${kind} of the region`, key: `${subscription}|${kind}`, limit: region }] : []),
    ...(own ? [{ name: `${kind} of one`, key: `${resource}|${kind}`, limit: own }] : []),
  ];
}

/** Where a machine is, its own answer says; and a list, whether there is more of it. */
function bodyOf({ kind, isMore }: ArmRequest): string {
  const placed = kind ? { location: 'westeurope' } : {};
  return JSON.stringify(isMore ? { ...placed, nextLink: 'the next page' } : placed);
}
