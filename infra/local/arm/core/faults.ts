import type { Json } from './arm-error.ts';
import type { Random } from './random.ts';

/**
 * What goes wrong. The transport kinds are carried out by the server (`lost-request` has no effect,
 * `lost-reply` has its effect and then the socket is torn), the operation kinds by `operations.ts`; all
 * others (`partial`, `stall-replication`, `fail-replication`, …) by the handler of the request they hit.
 */
export interface Fault {
  readonly fault: string;
  readonly code?: string;
  readonly message?: string;
  /** Turns an operation's error into the variety in which Compute hides the code one level down. */
  readonly innererror?: Json;
  readonly retryAfter?: number;
  /** Virtual seconds: how slow, or after how long an operation fails. */
  readonly seconds?: number;
  /** Anything a handler understands, e.g. the region whose replication stalls or the instances that fail. */
  readonly region?: string;
  readonly exitCode?: number;
  readonly instanceIds?: readonly string[];
}

/** When a fault strikes: of the requests that match, the nth one only, the first `times`, or each by chance. */
export interface FaultRule extends Fault {
  readonly method?: string;
  /** A regular expression held against path and query, without regard to case. */
  readonly path?: string;
  readonly nth?: number;
  readonly times?: number;
  readonly probability?: number;
}

interface Armed {
  readonly id: number;
  readonly rule: FaultRule;
  readonly pattern: RegExp;
  seen: number;
  struck: number;
}

/** The fault script: rules can be added, listed and dropped while the simulator runs. */
export class Faults {
  readonly #random: Random;
  #rules: Armed[] = [];
  #lastId = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  add(...rules: readonly FaultRule[]): number[] {
    const armed = rules.map((rule) => {
      this.#lastId += 1;
      return { id: this.#lastId, rule, pattern: new RegExp(rule.path ?? '', 'i'), seen: 0, struck: 0 };
    });
    this.#rules.push(...armed);
    return armed.map(({ id }) => id);
  }

  list(): readonly Json[] {
    return this.#rules.map(({ id, rule, seen, struck }) => ({ id, ...rule, seen, struck }));
  }

  remove(id: number): void {
    this.#rules = this.#rules.filter((armed) => armed.id !== id);
  }

  clear(): void {
    this.#rules = [];
  }

  /** The fault for this request, if any: every rule counts it, the first that strikes wins. */
  strike(method: string, pathAndQuery: string): Fault | undefined {
    let struck: Fault | undefined;
    for (const armed of this.#rules) {
      if (armed.rule.method !== undefined && armed.rule.method.toUpperCase() !== method) continue;
      if (!armed.pattern.test(pathAndQuery)) continue;
      armed.seen += 1;
      if (struck || !this.#isDue(armed)) continue;
      armed.struck += 1;
      struck = armed.rule;
    }
    return struck;
  }

  #isDue({ rule, seen, struck }: Armed): boolean {
    if (rule.nth !== undefined && seen !== rule.nth) return false;
    if (rule.times !== undefined && struck >= rule.times) return false;
    return rule.probability === undefined || this.#random.chance(rule.probability);
  }
}
