import { Guest, type Power } from './guest.ts';
import type { Image } from './image.ts';

interface Watcher {
  readonly booting: (agentDelaySeconds: number) => void;
  readonly down: () => void;
}

/** A guest whose coming and going is watched, whoever causes it: Azure, or a script that restarts Windows. */
export class WatchedGuest extends Guest {
  readonly #watcher: Watcher;

  constructor(
    name: string,
    image: (Pick<Image, 'facts'> & Partial<Pick<Image, 'osType'>>) | undefined,
    watcher: Watcher,
  ) {
    super(name, image);
    this.#watcher = watcher;
  }

  override boot(now: number, agentDelaySeconds: number): void {
    super.boot(now, agentDelaySeconds);
    this.#watcher.booting(agentDelaySeconds);
  }

  override halt(power: Power, now?: number): void {
    super.halt(power, now);
    this.#watcher.down();
  }
}
