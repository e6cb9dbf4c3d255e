import type { Cloud } from '../../test/simulation/cloud.ts';
import type { Call } from '../../test/simulation/ports.ts';

/** Azure answers lists of instances and session hosts in pages of so many. */
const pageSize = 250;

/**
 * Azure's own limits, as its "Compute throttling limits" say: tokens a minute, three times that in a burst. For
 * host pools no number is published.
 */
export const limits: Readonly<Record<string, number>> = {
  'lists of a scale set': 10,
  'reads of one instance': 12,
  'changes of one instance': 4,
  'changes in the subscription': 500,
};

/** What was asked against one kind of limit: the most in one minute, and how much of it Azure would refuse. */
export interface Pressed {
  readonly mostInAMinute: number;
  readonly refusedPercent: number;
}

interface Kind {
  most: number;
  asked: number;
  refused: number;
}

/** Counts what is asked of Azure Resource Manager, in requests, and holds it against Azure's limits. */
export class Ledger {
  all = 0;
  readonly #hosts: number;
  readonly #places: Cloud['places'];
  readonly #byCall = new Map<string, number>();
  readonly #kinds = new Map<string, Kind>();
  readonly #buckets = new Map<string, Bucket>();

  constructor({ world, ports, places }: Cloud, hosts: number) {
    this.#hosts = hosts;
    this.#places = places;
    ports.onCall = (call) => this.#count(call, Date.parse(world.now()) / 60_000);
  }

  get commonest(): readonly (readonly [what: string, perHost: number])[] {
    const hosts = this.#hosts * this.#places.size;
    return [...this.#byCall]
      .toSorted(([, a], [, b]) => b - a)
      .map(([what, count]) => [what, count / hosts] as const);
  }

  get pressed(): Readonly<Record<string, Pressed>> {
    const kinds = [...this.#kinds].map(([kind, { most, asked, refused }]) => {
      return [kind, { mostInAMinute: most, refusedPercent: (refused / asked) * 100 }] as const;
    });
    return Object.fromEntries(kinds);
  }

  #count(call: Call, minute: number): void {
    const requests = requestsOf(call, this.#hosts);
    this.all += requests;
    const what = `${call.port}.${call.what}`;
    this.#byCall.set(what, (this.#byCall.get(what) ?? 0) + requests);
    for (const [name, key] of bucketsOf(call)) {
      const kind = this.#kinds.get(name) ?? { most: 0, asked: 0, refused: 0 };
      const bucket = this.#buckets.get(`${name}|${key}`) ?? new Bucket(limits[name]);
      this.#kinds.set(name, kind);
      this.#buckets.set(`${name}|${key}`, bucket);
      kind.asked += requests;
      kind.refused += bucket.take(requests, minute);
      kind.most = Math.max(kind.most, bucket.inThisMinute);
    }
  }
}

/** Tokens that Azure fills up as time goes by. */
class Bucket {
  readonly #perMinute: number;
  #tokens: number;
  #at = 0;
  #minute = 0;
  inThisMinute = 0;

  constructor(perMinute = Number.POSITIVE_INFINITY) {
    this.#perMinute = perMinute;
    this.#tokens = perMinute * 3;
  }

  /** How many of the requests Azure would have refused. */
  take(requests: number, at: number): number {
    if (Math.floor(at) !== this.#minute) this.inThisMinute = 0;
    this.#minute = Math.floor(at);
    this.inThisMinute += requests;
    if (this.#perMinute === Number.POSITIVE_INFINITY) return 0;
    const filled = this.#tokens + (at - this.#at) * this.#perMinute;
    this.#at = at;
    this.#tokens = Math.min(this.#perMinute * 3, filled);
    const granted = Math.min(requests, Math.floor(this.#tokens));
    this.#tokens -= granted;
    return requests - granted;
  }
}

/** As the adapters ask: a tag is read before the whole instance is written, a token before it is renewed. */
function requestsOf({ what }: Call, hosts: number): number {
  if (what === 'list' || what === 'sessionsOfPool') return Math.ceil(hosts / pageSize);
  if (what === 'setTag' || what === 'registrationToken') return 2;
  return 1;
}

/** What Azure counts a call against: the scale set, one instance, or all of the subscription in a region. */
function bucketsOf({ port, what, place, instanceId }: Call): (readonly [kind: string, key: string])[] {
  if (port !== 'hostMachines' && port !== 'fleets') return [['calls of a host pool', place]];
  if (what === 'list') return [['lists of a scale set', place]];
  const isRead = what === 'read' || what === 'runCommand' || what === 'model';
  const machine = `${place}/${instanceId ?? ''}`;
  if (isRead) return [['reads of one instance', machine]];
  // A reimage and its like are counted for the subscription alone.
  const isAction = what === 'reimage' || what === 'applyModel' || what === 'start';
  const wide = ['changes in the subscription', 'all'] as const;
  return isAction ? [wide] : [['changes of one instance', machine], wide];
}
