import type { Instant } from '../instant.ts';

/** What the broker says of a host's health. */
export interface HealthReading {
  /** Azure's word: `Available`, `NeedsAssistance`, `Upgrading`, `Unavailable`, `Shutdown`, … */
  readonly status: string;
  /** Absent as long as the agent has never spoken. */
  readonly lastHeartbeat: Instant | undefined;
  readonly agentVersion: string;
  readonly healthChecks: readonly HealthCheck[];
}

export interface HealthCheck {
  /** Azure's name: `DomainJoinedCheck`, `SxSStackListenerCheck`, … */
  readonly name: string;
  /** Azure's word: `HealthCheckSucceeded`, `HealthCheckFailed`, `Unknown`, `SessionHostShutdown`. */
  readonly result: string;
  readonly message: string;
}
