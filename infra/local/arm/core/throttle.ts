import { ArmError } from './arm-error.ts';
import type { Timeline } from './timeline.ts';

/**
 * One of Azure's token buckets, as published in "Troubleshoot API throttling errors" (Compute) and
 * "Understand how ARM throttles requests": holds `burst` tokens, gains `perMinute`, one request takes one.
 */
export interface BucketRule {
  readonly name: string;
  readonly perMinute: number;
  readonly burst: number;
  /** The path parameters that tell one bucket from the next; none: one for the subscription and region. */
  readonly by?: readonly string[];
}

/** What of a request tells which buckets it draws from. */
interface Drawing {
  readonly subscriptionId: string;
  readonly params: Readonly<Record<string, string>>;
}

/** The two buckets Compute keeps for a kind of request: one per resource, one per subscription and region. */
export function buckets(
  name: string,
  resource: { perMinute: number; by: readonly string[] } | undefined,
  subscription?: { perMinute: number },
): BucketRule[] {
  // Compute's bursts are three times the refill throughout its table.
  const rules: BucketRule[] = [];
  if (subscription) {
    const { perMinute } = subscription;
    rules.push({ name: `Microsoft.Compute/${name}Subscription`, perMinute, burst: perMinute * 3 });
  }
  if (resource) {
    const { perMinute, by } = resource;
    rules.push({ name: `Microsoft.Compute/${name}Resource`, perMinute, burst: perMinute * 3, by });
  }
  return rules;
}

/** ARM's own limits in front of every provider, per subscription: 25 reads, 10 writes, 10 deletes a second. */
const FRONT_DOOR = {
  reads: { name: 'reads', perMinute: 25 * 60, burst: 250 },
  writes: { name: 'writes', perMinute: 10 * 60, burst: 200 },
  deletes: { name: 'deletes', perMinute: 10 * 60, burst: 200 },
} as const;

/** Counts tokens on virtual time and refuses with 429 and Retry-After when a bucket is empty. */
export class Throttle {
  readonly #timeline: Timeline;
  readonly #levels = new Map<string, { tokens: number; at: number }>();
  /** Set to false by tests that are about something else. */
  enabled = true;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** Takes a token at ARM's front door; answers the header that tells what remains. */
  enter(method: string, subscriptionId: string): Record<string, string> {
    const kind = method === 'DELETE' ? 'deletes' : method === 'GET' || method === 'HEAD' ? 'reads' : 'writes';
    const { left, wait } = this.#take(FRONT_DOOR[kind], `${kind}/${subscriptionId}`);
    if (wait > 0) {
      const seconds = Math.ceil(wait);
      throw new ArmError(
        429,
        'SubscriptionRequestsThrottled',
        `Number of '${kind.slice(0, -1)}' requests for subscription '${subscriptionId}' exceeded. Please try again ` +
          `after '${seconds}' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling ` +
          'for additional information.',
        { retryAfter: seconds },
      );
    }
    return { [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(left) };
  }

  /** Takes a token from each of the provider's buckets that the request falls under. */
  take(rules: readonly BucketRule[], call: Drawing, region: string): Record<string, string> {
    const remaining: string[] = [];
    for (const rule of rules) {
      const { left, wait } = this.#take(rule, bucketKey(rule, call, region));
      remaining.push(`${rule.name};${left}`);
      if (wait > 0) throw tooManyRequests(rule, wait, remaining);
    }
    return remaining.length > 0 ? { 'x-ms-ratelimit-remaining-resource': remaining.join(',') } : {};
  }

  #take(rule: BucketRule, key: string): { left: number; wait: number } {
    const now = this.#timeline.now();
    const before = this.#levels.get(key) ?? { tokens: rule.burst, at: now };
    const gained = ((now - before.at) / 60_000) * rule.perMinute;
    const tokens = Math.min(rule.burst, before.tokens + gained);
    if (!this.enabled) return { left: Math.floor(tokens), wait: 0 };
    if (tokens < 1) {
      this.#levels.set(key, { tokens, at: now });
      return { left: 0, wait: ((1 - tokens) / rule.perMinute) * 60 };
    }
    this.#levels.set(key, { tokens: tokens - 1, at: now });
    return { left: Math.floor(tokens - 1), wait: 0 };
  }
}

function bucketKey(rule: BucketRule, call: Drawing, region: string): string {
  const names = rule.by?.map((name) => call.params[name] ?? '') ?? [region];
  return [rule.name, call.subscriptionId, ...names].join('/').toLowerCase();
}

function tooManyRequests(rule: BucketRule, wait: number, remaining: readonly string[]): ArmError {
  const what = rule.by ? 'resource' : 'subscription';
  return new ArmError(
    429,
    'OperationNotAllowed',
    `The server rejected the request because too many requests have been received for this ${what}.`,
    {
      retryAfter: wait,
      details: [
        {
          code: 'TooManyRequests',
          target: rule.name,
          message: `Limit of ${rule.perMinute} a minute reached.`,
        },
      ],
      headers: { 'x-ms-ratelimit-remaining-resource': remaining.join(',') },
    },
  );
}
