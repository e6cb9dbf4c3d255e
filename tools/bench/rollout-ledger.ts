import type { ArmRequest } from '../../test/simulation/arm-requests.ts';
import type { Cloud } from '../../test/simulation/cloud.ts';

/** What was asked against one kind of limit: the most in one minute, and how much of it Azure refused. */
export interface Pressed {
  readonly mostInAMinute: number;
  readonly refusedPercent: number;
}

/** Counts what is asked of Azure Resource Manager, request by request, refused or not. */
export class Ledger {
  all = 0;
  refused = 0;
  readonly #cloud: Cloud;
  readonly #hosts: number;
  readonly #byCall = new Map<string, number>();

  constructor(cloud: Cloud, hosts: number) {
    this.#cloud = cloud;
    this.#hosts = hosts;
    cloud.limits.onRequest = (request, isRefused) => this.#count(request, isRefused);
  }

  get commonest(): readonly (readonly [what: string, perHost: number])[] {
    return [...this.#byCall]
      .toSorted(([, a], [, b]) => b - a)
      .map(([what, count]) => [what, count / this.#hosts] as const);
  }

  get pressed(): Readonly<Record<string, Pressed>> {
    const kinds = [...this.#cloud.limits.pressed].map(([kind, { asked, refused, mostInAMinute }]) => {
      return [kind, { mostInAMinute, refusedPercent: (refused / asked) * 100 }] as const;
    });
    return Object.fromEntries(kinds);
  }

  #count({ method, url, kind }: ArmRequest, isRefused: boolean): void {
    this.all += 1;
    if (isRefused) this.refused += 1;
    const what = kind
      ? `${method} ${kind}`
      : `${method} ${new URL(url).pathname.split('/').slice(9).join('/')}`;
    this.#byCall.set(what, (this.#byCall.get(what) ?? 0) + 1);
  }
}
