/** So many refusals of one caller are kept of each minute. */
const mostAMinute = 20;
const mostCallers = 1000;

interface Counted {
  readonly minute: number;
  readonly kept: number;
  readonly leftOut: number;
}

/**
 * Keeps strangers from filling the audit: of the refusals of one caller the first of each minute are kept, by each
 * process, and the others counted; the next that is kept says how many.
 */
export function boundedRefusals(nowMs: () => number) {
  const callers = new Map<string, Counted>();
  return {
    /** How many were left out before this one; undefined where this one is left out itself. */
    admit(caller: string): number | undefined {
      const minute = Math.floor(nowMs() / 60_000);
      const known = callers.get(caller);
      const kept = known?.minute === minute ? known.kept : 0;
      const leftOut = known?.leftOut ?? 0;
      // Whoever sends under ever new names is forgotten with all others, and counted anew.
      if (!known && callers.size >= mostCallers) callers.clear();
      if (kept >= mostAMinute) {
        callers.set(caller, { minute, kept, leftOut: leftOut + 1 });
        return undefined;
      }
      callers.set(caller, { minute, kept: kept + 1, leftOut: 0 });
      return leftOut;
    },
  };
}
