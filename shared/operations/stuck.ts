import { kinds } from '../error-kinds.ts';
import { type Instant, secondsAfter } from '../instant.ts';

/** Why something does not go on by itself, or not as it should. */
export const whys = [
  'failing',
  'overdue',
  'troubled',
  'held',
  'paused',
  'quarantined',
  'left-behind',
] as const;

/** One thing that somebody should look at. */
export interface Stuck {
  readonly kind: string;
  readonly id: string;
  readonly why: (typeof whys)[number];
  readonly since: Instant;
  readonly message: string;
  readonly code?: string;
  readonly remedy?: string;
  /** Of a rollout, and of a host of one. */
  readonly hostPool?: string;
  /** How often in a row it did not work. */
  readonly times?: number;
  readonly nextLookAt?: Instant;
}

/** What states have in common, as far as any has it. */
export interface State {
  readonly phase?: string;
  readonly since?: Instant;
  readonly at?: Instant;
  readonly lookAt?: Instant;
  /** Of a leftover. */
  readonly why?: string;
  /** Of a rollout its name; of a host where it is in Azure. */
  readonly pool?: unknown;
  readonly failure?: { readonly code: string; readonly message: string; readonly remedy: string };
  readonly pause?: { readonly by: string; readonly reason?: string; readonly at: Instant };
  readonly standing?: {
    readonly since: Instant;
    readonly troubles: number;
    readonly waitingFor: string;
    readonly lookAt: Instant;
  };
}

export interface Failing {
  readonly changes: number;
  readonly since: Instant;
  readonly times: number;
  readonly why: string;
  readonly restsUntil: Instant;
}

export interface Saved {
  readonly state: State;
  readonly changes: number;
  readonly dueAt: Instant | undefined;
}

/** The sweeper comes each minute, and finds what is late by half of one: later than this it did not help. */
const overdueSeconds = 180;
/** Azure says no for now every day. So often in a row, over two minutes, somebody may want to know. */
const fewTroubles = 3;

/** What is wrong with a piece of work, if anything is: the worst first. */
export function stuckBy(
  kind: string,
  id: string,
  { state, changes, dueAt }: Saved,
  failing: Failing | undefined,
  now: Instant,
): Stuck | undefined {
  if (failing?.changes === changes) {
    const { since, times, why: message, restsUntil } = failing;
    return { kind, id, why: 'failing', since, message, times, nextLookAt: restsUntil };
  }
  if (dueAt !== undefined && secondsAfter(dueAt, overdueSeconds) < now) {
    return { kind, id, why: 'overdue', since: dueAt, message: 'Nobody has looked at it since it was due.' };
  }
  return standing(kind, id, state);
}

function standing(kind: string, id: string, state: State): Stuck | undefined {
  const { failure, pause, standing: at } = state;
  if (kind === 'leftover') return leftBehind(id, state);
  if (failure && isHeld(state)) {
    return { kind, id, why: 'held', since: state.since ?? state.at ?? '', ...failure };
  }
  if (pause) {
    const message = `${pause.by} paused it${pause.reason ? `: ${pause.reason}` : '.'}`;
    return { kind, id, why: 'paused', since: pause.at, message };
  }
  if (!at || at.troubles < fewTroubles) return undefined;
  const { since, waitingFor: message, troubles: times, lookAt: nextLookAt } = at;
  return { kind, id, why: 'troubled', since, message, times, nextLookAt };
}

function leftBehind(id: string, { since = '', why: message = '', lookAt }: State): Stuck {
  const next = lookAt === undefined ? {} : { nextLookAt: lookAt };
  return { kind: 'leftover', id, why: 'left-behind', since, message, ...next };
}

/** Until a person decides: a version that failed, a release that may not go on, a movement that could not. */
function isHeld({ phase }: State): boolean {
  return phase === 'held' || phase === 'blocked' || phase === 'stuck';
}

interface HostRecord {
  readonly name: string;
  readonly outcome: string;
  readonly why: string;
  readonly code?: string;
  readonly admittedAt: Instant;
  readonly endedAt?: Instant;
}

export interface RolloutSeen {
  readonly id: string;
  readonly hostPool: string;
  readonly hosts: readonly HostRecord[];
}

/** The hosts of one pool that are out of service, by its rollouts, newest first: of each host its last word counts. */
export function quarantinedIn(rollouts: readonly RolloutSeen[]): readonly Stuck[] {
  const known = new Set<string>();
  const found: Stuck[] = [];
  for (const { id: rollout, hostPool, hosts } of rollouts) {
    for (const { name, outcome, why: message, code, admittedAt, endedAt = admittedAt } of hosts) {
      if (known.has(name) || !telling.has(outcome)) continue;
      known.add(name);
      if (outcome !== 'quarantined') continue;
      const id = `${rollout}.${name}`;
      const about = { kind: 'host', id, hostPool, why: 'quarantined' as const };
      found.push({ ...about, since: endedAt, message, ...(code && { code, ...remedyOf(code) }) });
    }
  }
  return found;
}

/** A record of a host keeps the code alone. */
function remedyOf(code: string): Pick<Stuck, 'remedy'> {
  return Object.hasOwn(kinds, code) ? { remedy: kinds[code as keyof typeof kinds].remedy } : {};
}

/** Of the others a rollout has not changed what a host was before. */
const telling = new Set(['done', 'quarantined', 'admitted', 'failed']);
