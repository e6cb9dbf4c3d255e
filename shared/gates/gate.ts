import type { Instant } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';

/** The checks that a version must pass in a channel before it may leave it for the next. */
export interface Gate {
  readonly checks: readonly CheckPlan[];
  /** How long one run of all of them may take. */
  readonly minutes: number;
  /** What asks hosts, in a channel without any, counts as not called for; else nothing was proven. */
  readonly allowNoHosts: boolean;
}

export type CheckPlan = Named & (HealthPlan | ProbePlan | ComparePlan | ExternalPlan);

interface Named {
  readonly name: string;
  /** Only what is required decides. */
  readonly required: boolean;
}

/** What the broker and the scale set say of every host. */
export interface HealthPlan {
  readonly kind: 'health';
  /** One of ours, or an AVD health check by Azure's name. */
  readonly which: string;
  /** Of `Heartbeat`: how old the last one may be; else as the policy of the pool says. */
  readonly heartbeatMinutes?: number;
  /** Of `Agent`. */
  readonly minVersion?: string;
}

/** A script in the guest of hosts. */
export interface ProbePlan extends OnHosts {
  readonly kind: 'probe';
  readonly probe: Probe;
}

export interface OnHosts {
  readonly hosts: number | 'all';
  readonly timeoutMinutes: number;
}

export type Probe =
  | { readonly signIn: { readonly maxSeconds: number; readonly last: number; readonly waitMinutes: number } }
  | { readonly cpu: { readonly maxPercent: number; readonly seconds: number } }
  | { readonly memory: { readonly maxMb: number } }
  | { readonly processes: { readonly absent: readonly string[] } }
  | { readonly applications: { readonly present: readonly Application[] } }
  | { readonly script: Script };

export interface Application {
  /** As Windows lists it; `*` stands for anything. */
  readonly name: string;
  readonly minVersion?: string;
}

export interface Script {
  readonly text: string;
  /** What is held against the threshold: the last line of the output that is a number, or how it ended. */
  readonly reads: 'number' | 'exitCode';
  readonly max?: number;
  readonly min?: number;
  readonly equals?: number;
  readonly unit?: string;
}

export const metrics = ['bootSeconds', 'signInSeconds', 'memoryMb', 'imageSizeGb', 'packages'] as const;
export type Metric = (typeof metrics)[number];

/** A measure, held against the same of the version that the channel had before. */
export interface ComparePlan extends OnHosts {
  readonly kind: 'compare';
  readonly metric: Metric;
  /** By how much more it may be. */
  readonly tolerancePercent: number;
  /** Packages that may have disappeared. */
  readonly allowed: readonly string[];
}

/** Another system is told, and answers at once or later through a link that is good for one report. */
export interface ExternalPlan {
  readonly kind: 'external';
  readonly url?: string;
  readonly report: boolean;
}

/** Of the health checks those that are not Azure's. */
export const ownHealthChecks = [
  'Registration',
  'Status',
  'Heartbeat',
  'Agent',
  'ImageVersion',
  'MachineIdentity',
  'FatalChecks',
] as const;

/** `HealthCheckName` of the Azure Virtual Desktop API. */
export const avdHealthChecks = [
  'DomainJoinedCheck',
  'DomainTrustCheck',
  'FSLogixHealthCheck',
  'SxSStackListenerCheck',
  'UrlsAccessibleCheck',
  'MonitoringAgentCheck',
  'DomainReachable',
  'WebRTCRedirectorCheck',
  'SupportedEncryptionCheck',
  'MetaDataServiceCheck',
  'AppAttachHealthCheck',
] as const;

/** Every host healthy, as its pool's policy has it. */
const everyHostHealthy: Gate = {
  minutes: 360,
  allowNoHosts: false,
  checks: (
    [
      ['registration', 'Registration'],
      ['status', 'Status'],
      ['heartbeat', 'Heartbeat'],
      ['agent', 'Agent'],
      ['image-version', 'ImageVersion'],
      ['fatal-checks', 'FatalChecks'],
    ] as const
  ).map(([name, which]) => ({ name, required: true, kind: 'health', which })),
};

/**
 * The gate of a channel that was never given one. Nothing leaves a channel for the next unproven; after the last
 * nothing follows, and it may have no hosts of ours.
 */
export function defaultGate({ isLast }: { readonly isLast: boolean }): Gate {
  return { ...everyHostHealthy, allowNoHosts: isLast };
}

/** A gate as it is kept; one that was never put is `defaultGate`, at revision 0. */
export interface KeptGate {
  readonly gate: Gate;
  readonly revision: number;
  readonly by: string;
  readonly changedAt: Instant;
}

export interface GateEvent {
  readonly type: 'defined';
  readonly gate: Gate;
  readonly by: string;
  readonly at: Instant;
}

/** A gate waits for nothing; what has begun goes on under the gate that it began with. */
export const gateLife: Workflow<KeptGate, GateEvent, never> = {
  evolve(kept, { gate, by, at }) {
    if (kept && JSON.stringify(kept.gate) === JSON.stringify(gate)) return kept;
    return { gate, revision: (kept?.revision ?? 0) + 1, by, changedAt: at };
  },
  decide: () => ({}),
  isNews: () => true,
};
