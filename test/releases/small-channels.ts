import { AppError, type Failure, failure } from '../../shared/errors.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';
import type { Proof } from '../../shared/releases/course.ts';
import type { ChannelPolicy, Channels, ChannelStanding, Entered } from '../../shared/releases/ports.ts';
import { isNewer } from '../../shared/releases/stage.ts';

export interface Held {
  readonly number: string;
  readonly versionId: string;
  readonly movement: number;
  readonly at: Instant;
  readonly request: string;
  readonly cause: 'release' | 'rollback' | 'request';
  readonly proof: Proof;
  readonly appliedAt?: Instant;
  readonly leftAt?: Instant;
  readonly leftFor?: string;
  readonly undone?: Failure;
}

interface Ring {
  movements: number;
  holds?: Held;
  past: Held[];
  phase: ChannelStanding['phase'];
  failure?: Failure;
  /** The rollouts of what was stopped are over by then. */
  openUntil?: Instant;
}

/** What befalls a movement. */
export type Fate = 'applied' | 'stuck' | 'undone';

interface Parts {
  readonly names: readonly string[];
  readonly policies: Readonly<Record<string, ChannelPolicy>>;
  readonly now: () => Instant;
  readonly after: (minutes: number, run: () => void) => void;
  readonly minutes: () => number;
  readonly fate: (channel: string) => Fate;
  readonly onEntry?: (channel: string, held: Held) => void;
}

/** Channels that keep to what is agreed of them, in memory. They ask nothing of the version: that is for others. */
export class SmallChannels {
  readonly rings = new Map<string, Ring>();
  readonly paused = new Set<string>();
  /** How often a movement that was stuck went on because somebody asked. */
  retries = 0;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const name of parts.names) this.rings.set(name, { movements: 0, past: [], phase: 'empty' });
  }

  ring(channel: string): Ring {
    const ring = this.rings.get(channel);
    if (!ring) throw new AppError('NotFound', `There is no channel ${channel}.`);
    return ring;
  }

  /** Everything that it has held, newest first. */
  held(channel: string): readonly Held[] {
    const { holds, past } = this.ring(channel);
    return holds ? [holds, ...past] : past;
  }

  /** It is there, on all hosts. */
  put(channel: string, number: string): void {
    const ring = this.ring(channel);
    this.#move(channel, {
      number,
      versionId: `win11.${number}`,
      request: `put ${number}`,
      cause: 'request',
      proof: {},
    });
    if (ring.holds) ring.holds = { ...ring.holds, appliedAt: this.#parts.now() };
    ring.phase = 'settled';
  }

  move(channel: string, number: string, cause: Held['cause'], request: string, proof: Proof = {}): void {
    this.#move(channel, { number, versionId: `win11.${number}`, request, cause, proof });
    this.#begin(channel, this.#parts.fate(channel));
  }

  /** The last that was good before what it holds. */
  target(channel: string): Held | undefined {
    const { holds, past } = this.ring(channel);
    return past.find(
      (one) => one.appliedAt !== undefined && holds !== undefined && isNewer(holds.number, one.number),
    );
  }

  goBack(channel: string, request: string): void {
    if (this.held(channel).some((one) => one.request === request)) return;
    const target = this.target(channel);
    if (!target) throw new AppError('NoRollbackTarget', `Channel ${channel} has nothing to go back to.`);
    this.move(channel, target.number, 'rollback', request, target.proof);
  }

  #move(channel: string, wanted: Omit<Held, 'movement' | 'at'>): void {
    const ring = this.ring(channel);
    const at = this.#parts.now();
    if (ring.holds) ring.past.unshift({ ...ring.holds, leftAt: at, leftFor: wanted.number });
    ring.movements += 1;
    ring.holds = { ...wanted, movement: ring.movements, at };
    ring.phase = 'moving';
    delete ring.failure;
    this.#parts.onEntry?.(channel, ring.holds);
  }

  #begin(channel: string, fate: Fate): void {
    const ring = this.ring(channel);
    const { movement = 0 } = ring.holds ?? {};
    const end = () => {
      const { holds } = ring;
      if (holds?.movement !== movement || ring.phase !== 'moving') return;
      if (this.paused.has(`win11.${channel}.${movement}`)) {
        this.#parts.after(10, end);
        return;
      }
      if (fate === 'applied') {
        ring.holds = { ...holds, appliedAt: this.#parts.now() };
        ring.phase = 'settled';
        return;
      }
      const why = failure('RolloutFailed', `A host pool of ${channel} failed.`);
      if (fate === 'undone') this.#undo(ring, why);
      else {
        ring.phase = 'stuck';
        ring.failure = why;
      }
    };
    this.#parts.after(this.#parts.minutes(), end);
  }

  #undo(ring: Ring, why: Failure): void {
    const [back, ...past] = ring.past;
    if (!ring.holds) return;
    ring.past = [{ ...ring.holds, undone: why }, ...past];
    delete ring.holds;
    ring.phase = 'empty';
    if (!back) return;
    const { leftAt: _, leftFor: __, ...holds } = back;
    ring.holds = holds;
    ring.phase = 'settled';
  }

  #enteredAs(ring: Ring, known: Held): Entered {
    const { movement, leftFor, undone } = known;
    if (undone) return { status: 'refused', failure: undone };
    if (leftFor !== undefined) {
      const cause = isNewer(leftFor, known.number) ? 'request' : 'rollback';
      return { status: 'left', movement, cause, number: leftFor };
    }
    if (ring.phase === 'stuck' && ring.failure) return { status: 'stuck', movement, failure: ring.failure };
    return { status: ring.phase === 'settled' ? 'settled' : 'moving', movement };
  }

  port: Channels = {
    enter: async ({ channel, number, request, proof }) => {
      const ring = this.ring(channel);
      const known =
        this.held(channel).find((one) => one.request === request) ??
        (ring.holds?.number === number ? ring.holds : undefined);
      if (known) return this.#enteredAs(ring, known);
      if (ring.holds && isNewer(ring.holds.number, number))
        return { status: 'newer', number: ring.holds.number };
      this.move(channel, number, 'release', request, proof);
      return { status: 'moving', movement: ring.movements };
    },

    standing: async (_, channel) => {
      const { holds, phase, failure: why } = this.ring(channel);
      const first = this.#parts.names[0] === channel;
      const policy = this.#parts.policies[channel];
      if (!policy) throw new Error(`${channel} has no policy`);
      return {
        first,
        only: this.#parts.names.length === 1,
        policy,
        ...(holds && { holds }),
        phase,
        ...(why && { failure: why }),
        ...(phase === 'moving' && { waitingFor: 'its rollouts' }),
      };
    },

    stop: async (_, channel, versionId) => {
      const ring = this.ring(channel);
      if (ring.holds?.versionId !== versionId) return { status: 'done' };
      if (ring.phase === 'moving') {
        ring.phase = 'stuck';
        ring.failure = failure('RolloutFailed', 'It was stopped.');
        ring.openUntil = minutesAfter(this.#parts.now(), this.#parts.minutes());
      }
      if (ring.phase !== 'stuck') return { status: 'done' };
      return { status: this.#parts.now() < (ring.openUntil ?? '') ? 'running' : 'done' };
    },

    noWayBack: async (_, channel) =>
      this.target(channel) ? undefined : failure('NoRollbackTarget', `Channel ${channel} has no way back.`),
    rollBack: async ({ channel, from, request }) => {
      if (this.ring(channel).holds?.number === from) this.goBack(channel, request);
    },

    retry: async (_, channel, versionId) => {
      const ring = this.ring(channel);
      if (ring.holds?.versionId !== versionId || ring.phase !== 'stuck') return;
      ring.phase = 'moving';
      delete ring.failure;
      this.retries += 1;
      // It was let in before: it can only be stuck again.
      this.#begin(channel, this.#parts.fate(channel) === 'stuck' ? 'stuck' : 'applied');
    },
  };

  rollouts = {
    pauseRollouts: async (movement: string) => {
      this.paused.add(movement);
    },
    resumeRollouts: async (movement: string) => {
      this.paused.delete(movement);
    },
  };
}
