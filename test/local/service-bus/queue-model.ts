/** What a queue and its dead-letter queue ought to do, as plainly as it can be said: lists, and no cleverness. */
export interface ModelRules {
  readonly lockDuration: number;
  readonly maxDeliveryCount: number;
  readonly timeToLive: number;
  readonly deadLetteringOnMessageExpiration: boolean;
  readonly duplicateDetectionWindow: number | undefined;
}

export interface ModelMessage {
  number: number;
  readonly id: string;
  place: 'queue' | 'dead';
  state: 'active' | 'deferred' | 'scheduled';
  deliveries: number;
  readonly due: number;
  readonly timeToLive: number;
  expires: number;
  lock: { readonly token: string; until: number } | undefined;
  reason: string | undefined;
}

export type ModelOutcome = 'complete' | 'abandon' | 'defer' | 'dead-letter';

export class QueueModel {
  messages: ModelMessage[] = [];
  readonly #rules: ModelRules;
  #seen: { id: string; until: number }[] = [];
  #last = 0;
  #now = 0;

  constructor(rules: ModelRules) {
    this.#rules = rules;
  }

  at(now: number): void {
    this.#now = now;
    for (let message = this.#nextDue(); message !== undefined; message = this.#nextDue())
      this.#happen(message);
  }

  send(arrivals: readonly { id: string; due: number; timeToLive: number }[]): number[] {
    return arrivals.map(({ id, due, timeToLive: asked }) => {
      this.#last += 1;
      if (this.#isDuplicate(id)) return this.#last;
      const timeToLive = Math.min(asked, this.#rules.timeToLive);
      this.messages.push({
        number: this.#last,
        id,
        place: 'queue',
        state: due > this.#now ? 'scheduled' : 'active',
        deliveries: 0,
        due,
        timeToLive,
        expires: this.#now + timeToLive,
        lock: undefined,
        reason: undefined,
      });
      return this.#last;
    });
  }

  cancel(number: number): boolean {
    const found = this.messages.find((one) => one.number === number && one.state === 'scheduled');
    if (found !== undefined) this.#drop(found);
    return found !== undefined;
  }

  receive(place: 'queue' | 'dead', token: string | undefined): number | undefined {
    const free = this.messages
      .filter((one) => one.place === place && one.state === 'active' && one.lock === undefined)
      .toSorted((a, b) => a.number - b.number)[0];
    if (free !== undefined) this.#hand(free, token);
    return free?.number;
  }

  receiveDeferred(number: number, token: string): number | undefined {
    const isThere = ({ place, state, lock }: ModelMessage) =>
      place === 'queue' && state === 'deferred' && !lock;
    const found = this.messages.find((one) => one.number === number && isThere(one));
    if (found !== undefined && found.expires <= this.#now) {
      this.#expire(found);
      return undefined;
    }
    if (found !== undefined) this.#hand(found, token);
    return found?.number;
  }

  settle(token: string, outcome: ModelOutcome): boolean {
    const held = this.messages.find(({ lock }) => lock?.token === token);
    if (held === undefined) return false;
    if (outcome === 'complete') this.#drop(held);
    else if (outcome === 'dead-letter') this.#bury(held, 'by hand');
    else if (outcome === 'abandon') this.#loseLock(held);
    else {
      held.state = 'deferred';
      held.lock = undefined;
    }
    return true;
  }

  renew(token: string): number | undefined {
    const lock = this.messages.find((one) => one.lock?.token === token)?.lock;
    if (lock !== undefined) lock.until = this.#now + this.#rules.lockDuration;
    return lock?.until;
  }

  restart(): void {
    for (const message of this.messages) {
      if (message.lock === undefined) continue;
      if (message.state === 'active') this.#loseLock(message);
      else message.lock = undefined;
    }
  }

  #hand(message: ModelMessage, token: string | undefined): void {
    message.deliveries += 1;
    if (token === undefined) this.#drop(message);
    else message.lock = { token, until: this.#now + this.#rules.lockDuration };
  }

  #isDuplicate(id: string): boolean {
    const { duplicateDetectionWindow: window } = this.#rules;
    if (window === undefined) return false;
    if (this.#seen.some((one) => one.id === id && one.until > this.#now)) return true;
    this.#seen.push({ id, until: this.#now + window });
    return false;
  }

  #dueAt({ lock, state, due, expires }: ModelMessage): number {
    if (lock !== undefined) return lock.until;
    if (state === 'deferred') return Infinity;
    return state === 'scheduled' ? due : expires;
  }

  #nextDue(): ModelMessage | undefined {
    return this.messages
      .filter((message) => this.#dueAt(message) <= this.#now)
      .toSorted((a, b) => this.#dueAt(a) - this.#dueAt(b) || a.number - b.number)[0];
  }

  #happen(message: ModelMessage): void {
    if (message.lock !== undefined) return this.#loseLock(message);
    if (message.state === 'scheduled') {
      this.#last += 1;
      Object.assign(message, {
        number: this.#last,
        state: 'active',
        expires: this.#now + message.timeToLive,
      });
      return;
    }
    this.#expire(message);
  }

  #expire(message: ModelMessage): void {
    if (this.#rules.deadLetteringOnMessageExpiration) this.#bury(message, 'TTLExpiredException');
    else this.#drop(message);
  }

  #loseLock(message: ModelMessage): void {
    message.lock = undefined;
    const isSpent = message.place === 'queue' && message.deliveries >= this.#rules.maxDeliveryCount;
    if (isSpent) this.#bury(message, 'MaxDeliveryCountExceeded');
  }

  #bury(message: ModelMessage, reason: string): void {
    Object.assign(message, { place: 'dead', state: 'active', lock: undefined, expires: Infinity, reason });
  }

  #drop(message: ModelMessage): void {
    this.messages = this.messages.filter((other) => other !== message);
  }
}
