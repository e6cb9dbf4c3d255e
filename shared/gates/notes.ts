import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { afterCheck, type Check, type CheckEvent, isOver } from './check.ts';
import type { Told, Validation } from './validation.ts';

type Untimed<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** What one look finds, check by check: each finding is held against what the ones before it made of the check. */
export class Notes {
  readonly at: Instant;
  readonly #told: Told[number][] = [];
  readonly #checks: Map<string, Check>;
  #waitSeconds = 0;

  constructor({ checks }: Validation, at: Instant) {
    this.at = at;
    this.#checks = new Map(checks.map((check) => [check.plan.name, check]));
  }

  get told(): Told {
    return this.#told;
  }

  get checks(): readonly Check[] {
    return [...this.#checks.values()];
  }

  get open(): readonly Check[] {
    return this.checks.filter((check) => !isOver(check));
  }

  /** How long Azure asked to be left alone. */
  get waitSeconds(): number {
    return this.#waitSeconds;
  }

  tell({ plan: { name } }: Check, event: Untimed<CheckEvent>): void {
    const check = this.#checks.get(name);
    const timed = { ...event, at: this.at } as CheckEvent;
    const next = check && afterCheck(check, timed);
    if (!next || next === check) return;
    this.#checks.set(name, next);
    this.#told.push({ check: name, event: timed });
  }

  /** What Azure does not answer just now is asked again with the next look; what it refuses is said. */
  async attempt<T>(ask: () => Promise<T>, refused: (why: AppError) => void): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AppError)) throw error; // a defect: the queue retries, then sets it aside
      if (error.retryable) this.#waitSeconds = Math.max(this.#waitSeconds, error.retryAfterSeconds ?? 0);
      else refused(error);
      return undefined;
    }
  }
}
