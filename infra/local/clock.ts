/**
 * The clock of the local cloud. Simulated Azure and the app live in virtual time, which starts at a chosen
 * moment and runs `speed` times as fast as the machine's. Everyone is handed the same text
 * (`LocalClock=<real ms>/<virtual ms>/<speed>`), so that separate processes agree without talking.
 */
export interface Clock {
  /** Virtual time, in ms since 1970. */
  readonly now: () => number;
  /** Calls back after so many virtual ms; never keeps the process alive by itself. */
  readonly after: (virtualMs: number, callback: () => void) => NodeJS.Timeout;
  /** How many real ms a virtual span takes. */
  readonly realMs: (virtualMs: number) => number;
  readonly speed: number;
  /** The text from which another process makes the same clock. */
  readonly text: string;
}

export function startClock({
  speed = 1,
  startAt = Date.now(),
}: { speed?: number; startAt?: number } = {}): Clock {
  return clockFrom(`${Date.now()}/${startAt}/${speed}`);
}

export function clockFrom(text: string): Clock {
  const [real, virtual, speed] = text.split('/').map(Number);
  if (real === undefined || virtual === undefined || !(speed !== undefined && speed > 0)) {
    throw new Error(`LocalClock must read <real ms>/<virtual ms>/<speed>, not "${text}"`);
  }
  const longest = 2 ** 31 - 1; // setTimeout fires at once beyond this
  const realMs = (virtualMs: number) => virtualMs / speed;
  return {
    now: () => virtual + (Date.now() - real) * speed,
    after: (virtualMs, callback) =>
      setTimeout(callback, Math.min(longest, Math.max(0, realMs(virtualMs)))).unref(),
    realMs,
    speed,
    text,
  };
}
