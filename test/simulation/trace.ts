import type { Cloud } from './cloud.ts';

const kept = 30;

/** The last things that happened, for whoever has to find out why. */
export class Trace {
  readonly #cloud: Cloud;
  readonly #ring: (readonly [event: number, at: string, what: () => string])[] = [];

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Hears of every save and of every call that changes something. */
  listen(): void {
    const { tables, ports } = this.#cloud;
    const check = tables.onSaved;
    tables.onSaved = (saving) => {
      this.note(() => `${saving.table} ${saving.id}: ${told(saving.event, saving.after.state)}`);
      check(saving);
    };
    ports.onCall = ({ what, place, instanceId }) => {
      if (!/^(?:list|read|model|hostPool|runCommand|sessions)/.test(what))
        this.note(() => `Azure is asked to ${what} ${instanceId ?? ''} in ${place}`);
    };
  }

  note(what: string | (() => string)): void {
    const { world } = this.#cloud;
    this.#ring.push([world.events, world.now(), typeof what === 'string' ? () => what : what]);
    if (this.#ring.length > 2 * kept) this.#ring.splice(0, kept);
  }

  lines(): string[] {
    return this.#ring.slice(-kept).map(([event, at, what]) => `#${event} ${at} ${what()}`);
  }
}

interface Line {
  readonly type?: string;
  readonly stage?: string;
  readonly news?: string;
}

function told(event: unknown, state: unknown): string {
  const { type = 'looked at', stage = '', news = '' } = (event ?? {}) as Line;
  const { phase = '', standing } = state as {
    phase?: string;
    standing?: { stage: string; waitingFor: string };
  };
  const now = standing ? `${phase} in ${standing.stage}, waiting for ${standing.waitingFor || 'it'}` : phase;
  return [type, stage, news, now && `-> ${now}`].filter((part) => part !== '').join(' ');
}
