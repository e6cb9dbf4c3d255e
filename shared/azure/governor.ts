import { type Instant, secondsAfter, secondsBetween } from '../instant.ts';
import { log } from '../log.ts';
import type { Rows } from '../workflow/rows.ts';
import { type Bucket, bucketsOf, placedResource } from './governor-buckets.ts';

/** A request as far as its pace goes, and what Azure answered. */
export interface Asked {
  readonly method: string;
  readonly url: string;
}
export interface Answered {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

interface Level {
  tokens: number;
  at: Instant;
  closedUntil: Instant;
  /** Of a list: how many pages were asked for since it was begun, and how many it had the last time. */
  pages: { asked: number; inAll: number };
}

/** Azure names a wait with nearly every 429; this is for those without. */
const waitSeconds = 15;
/** So often an instance at work asks the table what the others were refused. */
const newsEverySeconds = 30;
const partition = 'closed';
/** Levels of so many resources are kept; the oldest are full again by the time there are more. */
const mostLevels = 5000;

/**
 * Keeps what we ask of Azure within what Azure allows: a token for each request from each bucket that Azure
 * will count it against. Azure's own count, in its headers, corrects ours downwards. Who finds a bucket empty
 * is told how long to wait and asks nothing. A 429 closes the bucket for all who share it: in this process at
 * once, in the others through one row in a table, which they read twice a minute while they are at work.
 */
export class Governor {
  readonly #now: () => Instant;
  #rows: Rows | undefined;
  readonly #levels = new Map<string, Level>();
  readonly #regions = new Map<string, string>();
  #newsAt: Instant = '';

  constructor(now: () => Instant) {
    this.#now = now;
  }

  /** Where other instances tell what they were refused; before that it knows only of this process. */
  shareOver(rows: Rows): void {
    this.#rows = rows;
  }

  /** Seconds until the request may be sent; 0 takes its tokens. */
  async ask({ method, url }: Asked): Promise<number> {
    const buckets = this.#bucketsOf(method, url);
    if (buckets.length === 0) return 0;
    await this.#hearNews();
    const levels = buckets.map((bucket) => ({ bucket, level: this.#level(bucket) }));
    const isNextPage = /[?&](?:\$|%24)skiptoken=/i.test(url);
    for (const { level } of levels) if (!isNextPage) level.pages.asked = 0;
    const wait = Math.max(...levels.map(({ bucket, level }) => this.#waitFor(bucket, level)));
    if (wait > 0) return Math.ceil(wait);
    for (const { level } of levels) {
      level.tokens -= 1;
      level.pages.asked += 1;
    }
    return 0;
  }

  /** What Azure's answer says of what is left, and for how long there is nothing. */
  async heard({ method, url }: Asked, { status, header, body }: Answered): Promise<void> {
    const buckets = this.#bucketsOf(method, url);
    this.#learnRegion(url, body);
    for (const bucket of buckets) {
      const level = this.#level(bucket);
      level.tokens = Math.min(level.tokens, remaining(bucket, header) ?? level.tokens);
      if (status === 200) countPages(level, body.includes('"nextLink"'));
    }
    if (status !== 429 || buckets.length === 0) return;
    const wait = secondsIn(header('retry-after'), this.#now()) ?? waitSeconds;
    await this.#close(blamed(buckets, body), secondsAfter(this.#now(), wait));
  }

  /** What is left of the limit in front of all, for requests such as this. */
  left({ method, url }: Asked) {
    const door = this.#bucketsOf(method, url).find(({ of }) => of === 'front-door');
    if (!door) return undefined;
    const [, subscription = '', kind = ''] = door.key.split('|');
    return { subscription, kind, tokens: this.#level(door).tokens };
  }

  #bucketsOf(method: string, url: string): readonly Bucket[] {
    return bucketsOf(method, url, (path) => this.#regions.get(placedResource(path) ?? '') ?? '');
  }

  /** Addresses do not tell regions; what Azure says of a machine or a scale set does. */
  #learnRegion(url: string, body: string): void {
    const resource = placedResource(new URL(url).pathname);
    if (resource === undefined || this.#regions.has(resource)) return;
    const region = /"location":\s*"([^"]+)"/.exec(body)?.[1];
    if (region !== undefined) this.#regions.set(resource, region.replaceAll(' ', '').toLowerCase());
  }

  #level({ key, limit }: Bucket): Level {
    const now = this.#now();
    const known = this.#levels.get(key);
    const level = known ?? levelOf({ tokens: limit?.burst ?? Infinity, at: now });
    if (limit) {
      const gained = (secondsBetween(level.at, now) / 60) * limit.perMinute;
      level.tokens = Math.min(limit.burst, level.tokens + Math.max(0, gained));
    }
    level.at = now;
    if (!known) this.#keep(key, level);
    return level;
  }

  #keep(key: string, level: Level): void {
    this.#levels.set(key, level);
    if (this.#levels.size <= mostLevels) return;
    const [oldest] = this.#levels.keys();
    if (oldest !== undefined) this.#levels.delete(oldest);
  }

  /**
   * A list that is refused half way was asked for in vain: it begins when there are tokens for as many pages as
   * it had the last time, and ends early where Azure shows that others took them.
   */
  #waitFor({ limit, isList }: Bucket, { tokens, closedUntil, pages }: Level): number {
    const closed = closedUntil === '' ? 0 : secondsBetween(this.#now(), closedUntil);
    const left = isList ? Math.max(1, pages.inAll - pages.asked) : 1;
    const needed = Math.min(left, limit?.burst ?? 1);
    const empty = limit && tokens < needed ? ((needed - tokens) / limit.perMinute) * 60 : 0;
    return Math.max(0, closed, empty);
  }

  async #close(bucket: Bucket, until: Instant): Promise<void> {
    const level = this.#level(bucket);
    if (level.closedUntil >= until) return;
    level.closedUntil = until;
    log.warn('azure.throttled', { bucket: bucket.key, until });
    if (!this.#rows) return;
    const row = { row: rowOf(bucket.key), json: JSON.stringify({ until }), etag: 'any' };
    await this.#quietly(this.#rows.write(partition, [row]));
  }

  /** What others were refused since, and out with what has long passed. */
  async #hearNews(): Promise<void> {
    const rows = this.#rows;
    const now = this.#now();
    if (!rows || (this.#newsAt !== '' && secondsBetween(this.#newsAt, now) < newsEverySeconds)) return;
    this.#newsAt = now;
    await this.#quietly(this.#hearAll(rows, now));
  }

  async #hearAll(rows: Rows, now: Instant): Promise<void> {
    for (const { row, json } of await rows.inPartition(partition, { from: '', to: '\uffff' })) {
      const { until } = JSON.parse(json) as { until: Instant };
      if (until < now) {
        await rows.remove(partition, row);
        continue;
      }
      const key = keyIn(row);
      const level = this.#levels.get(key);
      if (!level) this.#keep(key, levelOf({ tokens: 0, at: now, closedUntil: until }));
      else if (level.closedUntil < until) level.closedUntil = until;
    }
  }

  /** A table that is down must not keep us from Azure: each instance then learns for itself. */
  async #quietly(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      log.warn('throttles not shared', { reason: (error as Error).message });
    }
  }
}

function levelOf({ closedUntil = '', ...level }: Pick<Level, 'tokens' | 'at'> & Partial<Level>): Level {
  return { ...level, closedUntil, pages: { asked: 0, inAll: 1 } };
}

/** The last page tells how many there are; before that there is at least one more. */
function countPages({ pages }: Level, isMore: boolean): void {
  pages.inAll = isMore ? Math.max(pages.inAll, pages.asked + 1) : pages.asked;
}

/** What Azure says is left. Its names differ from table to table, but always tell whose tokens they are. */
function remaining({ of, key }: Bucket, header: Answered['header']): number | undefined {
  if (of === 'front-door')
    return numberIn(header(`x-ms-ratelimit-remaining-subscription-${key.split('|').at(-1)}`));
  const left = (header('x-ms-ratelimit-remaining-resource') ?? '').split(',').flatMap((entry) => {
    const [name = '', tokens] = entry.split(';');
    const isRegions = /subscription/i.test(name);
    const number = numberIn(tokens);
    return isRegions === (of === 'region') && number !== undefined ? [number] : [];
  });
  return left.length > 0 ? Math.min(...left) : undefined;
}

/** Whose limit a 429 speaks of: ARM says so by its code, Compute by the name of the policy. */
function blamed(buckets: readonly Bucket[], body: string): Bucket {
  const kind = (wanted: Bucket['of']) => buckets.find(({ of }) => of === wanted);
  const isDoor = /"(?:Subscription|Tenant)RequestsThrottled"/.test(body);
  const isRegion = /"target":\s*"[^"]*Subscription/i.test(body);
  const found =
    (isDoor ? kind('front-door') : isRegion ? kind('region') : kind('resource')) ?? buckets.at(-1);
  if (!found) throw new Error('a request without buckets was throttled');
  return found;
}

/** A key of a row takes no slash. */
const rowOf = (key: string) => key.replaceAll('/', '!');
const keyIn = (row: string) => row.replaceAll('!', '/');

function numberIn(text: string | undefined): number | undefined {
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function secondsIn(retryAfter: string | undefined, now: Instant): number | undefined {
  const seconds = numberIn(retryAfter);
  if (seconds !== undefined) return seconds;
  const at = Date.parse(retryAfter ?? '');
  return Number.isNaN(at) ? undefined : Math.max(0, secondsBetween(now, new Date(at).toISOString()));
}
