import type { Computer } from '../compute/computer.ts';
import type { Json } from '../core/arm-error.ts';

/** `KnownStatus` of the 2024-04-03 API, as far as hosts here come to them. */
export type Status =
  | 'Available'
  | 'Unavailable'
  | 'Upgrading'
  | 'Shutdown'
  | 'NotJoinedToDomain'
  | 'DomainTrustRelationshipLost'
  | 'SxSStackListenerNotReady'
  | 'FSLogixNotHealthy'
  | 'NeedsAssistance';

/** The checks an agent reports, in Azure's names, and the status a host falls to when one fails. */
const CHECKS: Readonly<Record<string, Status>> = {
  // "Session host statuses and health checks": the first four leave a host that nobody can use.
  DomainJoinedCheck: 'NotJoinedToDomain',
  DomainTrustCheck: 'DomainTrustRelationshipLost',
  SxSStackListenerCheck: 'SxSStackListenerNotReady',
  FSLogixHealthCheck: 'FSLogixNotHealthy',
  UrlsAccessibleCheck: 'NeedsAssistance',
  MonitoringAgentCheck: 'NeedsAssistance',
  DomainReachable: 'NeedsAssistance',
  WebRTCRedirectorCheck: 'NeedsAssistance',
  SupportedEncryptionCheck: 'NeedsAssistance',
  MetaDataServiceCheck: 'NeedsAssistance',
  AppAttachHealthCheck: 'NeedsAssistance',
};
export const CHECK_NAMES = Object.keys(CHECKS);

/** A person's order that a check fails: on one host or all (`*`), maybe only while they run a certain image. */
export interface HealthOrder {
  readonly host: string;
  readonly check: string;
  /** An image version's id or number; the check fails only on hosts made from it. */
  readonly image?: string;
}

/** The checks that fail on this machine now, worst first. */
export function failing(machine: Computer, orders: readonly HealthOrder[]): string[] {
  // Nobody signs in by a directory that the machine is not in.
  const unjoined = machine.joinedTo === undefined ? ['DomainJoinedCheck', 'DomainTrustCheck'] : [];
  if (orders.length === 0) return unjoined;
  const { imageReference = {} } = machine.instance.properties.storageProfile;
  const id = (imageReference.id ?? '').toLowerCase();
  const name = machine.guest.name.toLowerCase();
  const ordered = new Set(
    orders
      .filter(({ host }) => host === '*' || host.toLowerCase() === name)
      .filter(
        ({ image }) =>
          image === undefined || image === imageReference.exactVersion || image.toLowerCase() === id,
      )
      .map(({ check }) => check),
  );
  return CHECK_NAMES.filter((check) => ordered.has(check) || unjoined.includes(check));
}

export function statusFor([worst]: readonly string[]): Status {
  return worst === undefined ? 'Available' : (CHECKS[worst] ?? 'NeedsAssistance');
}

/** What the agent reported last; before it has checked anything every result is Unknown. */
export function healthResults(broken: readonly string[], known: boolean, at: number): Json[] {
  return CHECK_NAMES.map((healthCheckName) => {
    const failed = broken.includes(healthCheckName);
    const result = failed ? 'HealthCheckFailed' : 'HealthCheckSucceeded';
    return {
      healthCheckName,
      healthCheckResult: known ? result : 'Unknown',
      additionalFailureDetails: {
        message: failed ? `SessionHost unhealthy: ${healthCheckName} failed` : 'SessionHost healthy',
        errorCode: failed ? -2147467259 : 0,
        lastHealthCheckDateTime: new Date(at).toISOString(),
      },
    };
  });
}
