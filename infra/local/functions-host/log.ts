import type { LogLevel } from './rpc.ts';

const order: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical'];

/** Where the host and the functions write, one entry a call. */
export type Log = (level: LogLevel, source: string, message: string) => void;

/**
 * A log on stderr (stdout belongs to the one line that says the host is ready). Quiet by itself: warnings and
 * worse; `verbose` adds everything from `information` up, which is what Azure would record.
 */
export function stderrLog({ verbose, now }: { verbose: boolean; now: () => number }): Log {
  const least = order.indexOf(verbose ? 'information' : 'warning');
  return (level, source, message) => {
    if (order.indexOf(level) < least) return;
    process.stderr.write(`${new Date(now()).toISOString()} ${level} [${source}] ${message}\n`);
  };
}

/** An error as a person wants to see it in a log: with its stack and what caused it. */
export function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? text : `${text}\n  caused by ${described(error.cause)}`;
}
