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

/** One measured question about one host, with its evidence. */
export interface Check {
  readonly name: string;
  readonly host: string;
  readonly outcome: 'passed' | 'failed' | 'inconclusive';
  readonly evidence: string;
}

/** What a host is asked, and what it must have come from. */
export interface Examination {
  readonly host: string;
  readonly imageVersionId: string;
  readonly fatalChecks: readonly string[];
  readonly heartbeatMinutes: number;
  /** The agent must be as new as this; any will do if none is named. */
  readonly minAgentVersion?: string;
  /** A heartbeat from before this speaks of another disk. */
  readonly since?: Instant;
}

/** Statuses in which a host takes users; anything else may still become one of them. */
const usable = new Set(['Available', 'NeedsAssistance']);

/**
 * Every question, answered by itself: the broker's word alone is no proof, because it keeps calling a host
 * available long after it fell silent. What may yet pass is inconclusive.
 */
export function examine(
  asked: Examination,
  machine: { readonly imageVersionId: string } | undefined,
  reading: HealthReading | undefined,
  now: Instant,
): readonly Check[] {
  const check = (name: string, outcome: Check['outcome'], evidence: string): Check => {
    return { name, host: asked.host, outcome, evidence };
  };
  const image = machine?.imageVersionId ?? '';
  const isThatImage = image.toLowerCase() === asked.imageVersionId.toLowerCase();
  const version = check('ImageVersion', isThatImage ? 'passed' : 'failed', image || 'no machine');
  if (!reading) return [version, check('Registration', 'inconclusive', 'not in the host pool')];
  return [
    version,
    check('Registration', 'passed', 'in the host pool'),
    check('Status', usable.has(reading.status) ? 'passed' : 'inconclusive', reading.status),
    check('Heartbeat', ...heartbeat(asked, reading.lastHeartbeat, now)),
    check('Agent', ...agent(asked, reading)),
    ...asked.fatalChecks.map((name) => check(name, ...fatal(reading, name))),
  ];
}

export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ outcome }) => outcome === 'passed');
}

/** What stands in the way, in words. */
export function complaints(checks: readonly Check[]): string {
  const open = checks.filter(({ outcome }) => outcome !== 'passed');
  return open.map(({ name, evidence }) => `${name}: ${evidence}`).join('; ');
}

type Answer = [outcome: Check['outcome'], evidence: string];

function heartbeat(
  { since = '', heartbeatMinutes }: Examination,
  at: Instant | undefined,
  now: Instant,
): Answer {
  if (at === undefined) return ['inconclusive', 'none yet'];
  if (at < since) return ['inconclusive', `${at}, before the disk it should speak for`];
  const isFresh = Date.parse(now) - Date.parse(at) <= heartbeatMinutes * 60_000;
  return [isFresh ? 'passed' : 'inconclusive', at];
}

/** An old agent updates itself in its own time: what is too old may yet be new enough. */
function agent({ minAgentVersion }: Examination, { agentVersion }: HealthReading): Answer {
  if (agentVersion === '') return ['inconclusive', 'no version'];
  if (minAgentVersion === undefined || isAtLeast(agentVersion, minAgentVersion))
    return ['passed', agentVersion];
  return ['inconclusive', `${agentVersion}, not yet ${minAgentVersion}`];
}

/** By its numbers, part by part: 1.0.10 is newer than 1.0.9. */
function isAtLeast(version: string, least: string): boolean {
  const [is, must] = [version, least].map((text) => text.split('.').map(Number));
  for (const [index, part] of (must ?? []).entries()) {
    const number = is?.[index] ?? 0;
    if (number !== part) return number > part;
  }
  return true;
}

/** A check that has not reported, or cannot tell, has not passed. */
function fatal({ healthChecks }: HealthReading, name: string): Answer {
  const found = healthChecks.find((check) => check.name.toLowerCase() === name.toLowerCase());
  if (!found) return ['inconclusive', 'not reported'];
  const evidence = found.message ? `${found.result} (${found.message})` : found.result;
  if (found.result === 'HealthCheckSucceeded') return ['passed', evidence];
  return [found.result === 'HealthCheckFailed' ? 'failed' : 'inconclusive', evidence];
}
