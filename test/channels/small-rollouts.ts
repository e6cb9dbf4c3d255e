import type { Rollouts } from '../../shared/channels/ports.ts';
import { failure } from '../../shared/errors.ts';
import type { World } from '../support/world.ts';

interface Try {
  readonly movement: string;
  readonly channel: string;
  readonly number: string;
  state: 'claiming' | 'running' | 'ending' | 'succeeded' | 'failed' | 'aborted';
  isSetAside: boolean;
}

/** One host pool a channel, whose rollouts begin, take their time and fail, as those of the app do. */
export class SmallRollouts {
  readonly tries: Try[] = [];
  /** By channel: what its pool runs. */
  readonly pools = new Map<string, string>();
  readonly wrongs: string[] = [];
  readonly #world: World;
  readonly #isUnderWay: (movement: string) => Promise<boolean>;
  readonly #isRefused: (number: string) => boolean;
  /** So many more will fail. */
  #failures: number;

  constructor(
    world: World,
    asks: {
      readonly isUnderWay: (movement: string) => Promise<boolean>;
      readonly isRefused: (number: string) => boolean;
    },
    failures: number,
  ) {
    this.#world = world;
    this.#isUnderWay = asks.isUnderWay;
    this.#isRefused = asks.isRefused;
    this.#failures = failures;
  }

  port(): Rollouts {
    return {
      ensureRolledOut: async ({ movement, channel, number }) => {
        const known = this.tries.filter((one) => one.movement === movement && !one.isSetAside);
        const last = known.at(-1) ?? this.#begin({ movement, channel, number });
        const rollouts = [movement];
        if (last.state === 'succeeded') return { status: 'done', rollouts };
        const isOver = last.state === 'failed' || last.state === 'aborted';
        if (!isOver) return { status: 'running', waitingFor: last.state, rollouts };
        return { status: 'failed', failure: failure('RolloutFailed', last.state), rollouts };
      },
      setAside: async (movement) => {
        const all = this.tries.filter((one) => one.movement === movement);
        for (const one of all) one.isSetAside ||= one.state === 'failed' || one.state === 'aborted';
        return { status: all.some(({ state }) => state === 'ending') ? 'running' : 'done' };
      },
      stopRollouts: async (movement) => {
        const all = this.tries.filter((one) => one.movement === movement);
        for (const one of all) this.#stop(one);
        return { status: all.every((one) => !isOpen(one)) ? 'done' : 'running' };
      },
    };
  }

  #begin(what: Pick<Try, 'movement' | 'channel' | 'number'>): Try {
    const begun: Try = { ...what, state: 'claiming', isSetAside: false };
    this.tries.push(begun);
    this.#world.start(async () => await this.#claim(begun), this.#world.random.between(0, 60));
    return begun;
  }

  /** It asks once it is on record; who moves the channel on has written that down before it looks for rollouts. */
  async #claim(one: Try): Promise<void> {
    const isWanted = await this.#isUnderWay(one.movement);
    if (one.state !== 'claiming') return;
    if (!isWanted || this.#isRefused(one.number)) {
      one.state = 'failed';
      return;
    }
    const other = this.tries.find((it) => it !== one && it.channel === one.channel && isAtWork(it));
    if (other) this.wrongs.push(`${one.movement} begins while ${other.movement} is under way`);
    one.state = 'running';
    this.#world.after(this.#world.random.between(60, 7200), () => this.#end(one));
  }

  #end(one: Try): void {
    if (one.state !== 'running') return;
    if (this.#isRefused(one.number) || (this.#failures > 0 && this.#world.random.happens(0.4))) {
      this.#failures -= 1;
      one.state = 'failed';
      return;
    }
    one.state = 'succeeded';
    this.pools.set(one.channel, one.number);
  }

  #stop(one: Try): void {
    if (one.state === 'claiming') {
      one.state = 'aborted'; // it had no pool yet, and takes none
    } else if (one.state === 'running') {
      one.state = 'ending';
      this.#world.after(this.#world.random.between(60, 1800), () => {
        one.state = 'aborted';
      });
    } else if (one.state === 'failed' || one.state === 'aborted') {
      one.isSetAside = true;
    }
  }
}

const isAtWork = ({ state }: Try) => state === 'running' || state === 'ending';
const isOpen = (one: Try) => one.state === 'claiming' || isAtWork(one);
