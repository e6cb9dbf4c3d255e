/** How a host is brought to a version, as the policy of its pool says it. */
export interface HostPolicy {
  readonly sessions: {
    /** `{host}`, `{deadline}` and `{minutes}`: the host's name, the end of the grace, and the minutes until then. */
    readonly message: { readonly title: string; readonly body: string };
    /** Minutes before the end of the grace at which a user is told again, the most first; none if not stated. */
    readonly reminders?: readonly number[];
    /** What he is told then; the message again if not stated. */
    readonly reminder?: { readonly title: string; readonly body: string };
    /** Whose clock `{deadline}` is told by; UTC if not stated. */
    readonly timeZone?: string;
    readonly graceMinutes: number;
    readonly atGraceEnd: 'log-off' | 'wait';
    readonly waitHours: number;
    /** Whether who is disconnected, for `disconnectedMinutes` of the drain, is logged off at once and untold. */
    readonly disconnected?: 'as-active' | 'log-off-early';
    readonly disconnectedMinutes?: number;
  };
  readonly minDrainMinutes: number;
  /** What becomes of a machine that stands alone and fails on the new image; quarantine if not stated. */
  readonly failedHosts?: 'quarantine' | 'restore';
  readonly exclusionTag: string;
  readonly healthy: {
    readonly fatalChecks: readonly string[];
    readonly heartbeatMinutes: number;
    readonly settleSeconds: number;
  };
}

/** The longest that the policy lets users stay, from the first look at them. */
export function patienceMinutes({ sessions }: HostPolicy): number {
  const { atGraceEnd, graceMinutes, waitHours, disconnected, disconnectedMinutes = 0 } = sessions;
  if (atGraceEnd === 'wait') return Math.max(graceMinutes, waitHours * 60);
  // An hour for logging off to take effect. Who comes back just before he is logged off early has a grace, too.
  return (disconnected === 'log-off-early' ? disconnectedMinutes : 0) + graceMinutes + 60;
}
