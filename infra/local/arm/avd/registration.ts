import type { Random } from '../core/random.ts';
import type { Timeline } from '../core/timeline.ts';
import { refusal, type HostPool } from './host-pool.ts';

export interface RegistrationToken {
  readonly token: string;
  readonly pool: HostPool;
  /** Virtual ms. */
  readonly expiresAt: number;
}

const HOUR = 3_600_000;
const LONGEST = 27 * 24 * HOUR;

/** The keys by which agents join host pools. They look like Azure's: three dotted base64 parts. */
export class Registrations {
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #slack: number;
  readonly #tokens = new Map<string, RegistrationToken>();

  /** `slack`: what the fastest client loses of its hour between writing the request and our reading it. */
  constructor(timeline: Timeline, random: Random, slack: number) {
    this.#timeline = timeline;
    this.#random = random;
    this.#slack = slack;
  }

  /** Issues a token; "Add session hosts to a host pool": valid between one hour and 27 days. */
  issue(pool: HostPool, expirationTime: unknown): RegistrationToken {
    const expiresAt = typeof expirationTime === 'string' ? Date.parse(expirationTime) : Number.NaN;
    const span = expiresAt - this.#timeline.now();
    if (Number.isNaN(expiresAt) || span < HOUR - this.#slack || span > LONGEST) {
      throw refusal(400, 'ExpirationTime must be between 1 hour and 27 days from now.');
    }
    const claims = JSON.stringify({
      RegistrationId: this.#random.uuid(),
      HostPool: pool.name,
      nbf: Math.floor(this.#timeline.now() / 1000),
      exp: Math.floor(expiresAt / 1000),
    });
    const parts = [JSON.stringify({ alg: 'RS256', typ: 'JWT' }), claims, this.#random.uuid()];
    const token = parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
    const issued = { token, pool, expiresAt };
    this.#tokens.set(token, issued);
    return issued;
  }

  /** Takes back every token of the pool. */
  revoke(pool: HostPool): void {
    for (const { token, pool: owner } of this.#tokens.values())
      if (owner === pool) this.#tokens.delete(token);
  }

  /** The pool's newest token that has not expired. */
  current(pool: HostPool): RegistrationToken | undefined {
    return [...this.#tokens.values()].findLast(
      (one) => one.pool === pool && one.expiresAt > this.#timeline.now(),
    );
  }

  /** The pool a token admits to now; undefined for one that is unknown or has expired. */
  poolFor(token: string): HostPool | undefined {
    const known = this.#tokens.get(token);
    return known && known.expiresAt > this.#timeline.now() ? known.pool : undefined;
  }
}

/** Whether a value was meant as a registration token: by its shape, or by the name it was handed over under. */
export function looksLikeToken(name: string, value: string): boolean {
  return /token/i.test(name) || /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(value);
}
