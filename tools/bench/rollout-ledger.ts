import type { Cloud } from '../../test/simulation/cloud.ts';
import type { Call } from '../../test/simulation/ports.ts';

/** Azure answers lists of instances and session hosts in pages of so many. */
const pageSize = 250;

/** Counts what is asked of Azure Resource Manager, in requests, and the most of a kind within one minute. */
export class Ledger {
  all = 0;
  readonly #hosts: number;
  readonly #pools: () => number;
  readonly #byKind = new Map<string, number>();
  readonly #minutes = new Map<string, Map<number, number>>();

  constructor({ world, ports, places }: Cloud, hosts: number) {
    this.#hosts = hosts;
    this.#pools = () => places.size;
    ports.onCall = (call) => this.#count(call, Math.floor(Date.parse(world.now()) / 60_000));
  }

  get commonest(): readonly (readonly [what: string, perHost: number])[] {
    const hosts = this.#hosts * this.#pools();
    return [...this.#byKind]
      .toSorted(([, a], [, b]) => b - a)
      .map(([what, count]) => [what, count / hosts] as const);
  }

  get peaks(): Readonly<Record<string, number>> {
    const peaks: Record<string, number> = {};
    for (const [key, minutes] of this.#minutes) {
      const [kind = ''] = key.split('|');
      peaks[kind] = Math.max(peaks[kind] ?? 0, ...minutes.values());
    }
    return peaks;
  }

  #count(call: Call, minute: number): void {
    const requests = requestsOf(call, this.#hosts);
    this.all += requests;
    const what = `${call.port}.${call.what}`;
    this.#byKind.set(what, (this.#byKind.get(what) ?? 0) + requests);
    for (const key of bucketsOf(call)) {
      const minutes = this.#minutes.get(key) ?? new Map<number, number>();
      this.#minutes.set(key, minutes.set(minute, (minutes.get(minute) ?? 0) + requests));
    }
  }
}

/** As the adapters ask: a tag is read before the whole instance is written, a token before it is renewed. */
function requestsOf({ what }: Call, hosts: number): number {
  if (what === 'list' || what === 'sessionsOfPool') return Math.ceil(hosts / pageSize);
  if (what === 'setTag' || what === 'registrationToken') return 2;
  return 1;
}

/** What Azure counts a call against: the scale set, one instance, or all of the subscription in a region. */
function bucketsOf({ port, what, place, instanceId }: Call): string[] {
  if (port !== 'hostMachines' && port !== 'scaleSets') return [`host pool a minute|${place}`];
  if (what === 'list') return [`lists of a scale set a minute|${place}`];
  const isRead = what === 'read' || what === 'runCommand' || what === 'model';
  const kind = isRead ? 'reads' : 'changes';
  return [
    `${kind} of one instance a minute|${place}/${instanceId ?? ''}`,
    ...(isRead ? [] : ['changes in the subscription a minute|all']),
  ];
}
