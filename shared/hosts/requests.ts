import type { Instant } from '../instant.ts';
import { type Asked, type Page, pageOf } from '../workflow/page.ts';
import type { Line, WorkflowStore } from '../workflow/store.ts';
import { type Check, examine } from './health.ts';
import { emptyAt, type Host, type HostEvent, isPastReturn, type Revoked } from './host.ts';
import { type HostPlan, isWithoutMachine, type KeptBlueprint } from './course.ts';
import type { HostPolicy } from './policy.ts';
import type { HostEngine } from './host-engine.ts';
import type { Machine, Machines, FleetAddress } from './machine.ts';
import { membersOf } from './members.ts';
import type { HostPoolAddress, SessionHosts } from './session-host.ts';

interface Parts {
  readonly hosts: HostEngine;
  readonly hostStore: WorkflowStore<Host, HostEvent>;
  readonly machines: Machines;
  readonly sessionHosts: SessionHosts;
  readonly now: () => Instant;
}

/** A host pool whose hosts are to be examined, without anything being done to them. */
export interface Examined {
  readonly pool: HostPoolAddress;
  readonly scaleSet: FleetAddress;
  readonly imageVersionId: string;
  readonly healthy: Pick<HostPolicy['healthy'], 'fatalChecks' | 'heartbeatMinutes'> & {
    readonly minAgentVersion?: string;
  };
}

/** A host of a pool, what it answered, and which machine it is. */
export interface ExaminedHost extends Pick<Machine, 'instanceId' | 'vmId' | 'osDiskId' | 'power'> {
  readonly host: string;
  readonly checks: readonly Check[];
}

/** What rollouts and people may ask of the work on hosts. */
export function hostRequests({ hosts, hostStore, machines, sessionHosts, now }: Parts) {
  /** Every host of the pool by itself, measured now. */
  const examineHosts = async (asked: Examined): Promise<readonly ExaminedHost[]> => {
    const { pool, scaleSet, imageVersionId, healthy } = asked;
    const instances = await machines.list(scaleSet);
    const registered = await sessionHosts.list(pool);
    return membersOf(pool, scaleSet, instances, registered).map((machine) => {
      const sessionHost = registered.find(
        ({ resourceId }) => resourceId.toLowerCase() === machine.id.toLowerCase(),
      );
      const host =
        machine.computerName || sessionHost?.name.split('.')[0] || `instance ${machine.instanceId}`;
      const checks = examine({ ...healthy, host, imageVersionId }, machine, sessionHost, now());
      const { instanceId, vmId, osDiskId, power } = machine;
      return { host, instanceId, vmId, osDiskId, power, checks };
    });
  };

  const lines = async (id: string, asked: Asked = {}): Promise<Page<Line<HostEvent>>> =>
    pageOf(await hostStore.lines(id, asked), ({ at, event }) => ({ at, event: withoutBlueprint(event) }));

  return {
    /** Begins the work on a host; the first to begin it counts. With `revoked` it is over as it begins. */
    async ensureAdmitted(id: string, plan: HostPlan, revoked?: Revoked): Promise<void> {
      await hosts.record(id, (host) => ({
        type: 'admitted',
        plan: host?.plan ?? plan,
        at: now(),
        ...(revoked && { revoked }),
      }));
    },

    /** It is the host's turn: it may be reimaged once it is empty. Repeatable. */
    async go(id: string): Promise<void> {
      await hosts.record(id, () => ({ type: 'go', at: now() }));
    },

    async standings(rollout: string) {
      const found = await hostStore.loadAll(`${rollout}.`);
      return found.map(({ id, saved }) => standingOf(id, saved.state));
    },

    /** What the work on a host kept of its machine; undefined if nothing is, or the host is done. */
    async kept(id: string): Promise<KeptBlueprint | undefined> {
      const saved = await hostStore.load(id);
      return saved && keptOf(saved.state).blueprint;
    },

    async abort(id: string, { by, reason }: Revoked): Promise<void> {
      await hosts.record(id, () => ({ type: 'aborted', by, reason, at: now() }));
    },

    /** The work on a host, if it was begun. */
    host: async (id: string): Promise<Host | undefined> => await hosts.load(id),

    history: async (id: string): Promise<readonly Line<HostEvent>[]> => (await lines(id)).value,

    /** The same, page by page. */
    lines,

    /** Every check of every host of the pool, measured now. */
    async examine(asked: Examined): Promise<readonly Check[]> {
      return (await examineHosts(asked)).flatMap(({ checks }) => checks);
    },

    examineHosts,
  };
}

/** What is kept of a machine is long, and for nobody but Azure's adapter to read. */
function withoutBlueprint(event: HostEvent): HostEvent {
  if (event.type !== 'admitted' || !event.plan.blueprint) return event;
  const { blueprint: _, ...plan } = event.plan;
  return { ...event, plan };
}

/** How far it is, as far as others of its rollout wait for it and it for them. */
function turnOf(host: Host) {
  const readyAt = emptyAt(host);
  const { goAt, firstHealthyAt } = host.facts;
  return {
    ...(readyAt !== undefined && { readyAt }),
    ...(goAt !== undefined && { goAt }),
    ...(firstHealthyAt !== undefined && { firstHealthyAt }),
  };
}

/** Whoever goes on with a host that is not done may find its machine gone. */
function keptOf({ phase, plan, facts }: Host): { readonly blueprint?: KeptBlueprint } {
  const { blueprint = plan.blueprint } = facts;
  return blueprint && phase !== 'done' && plan.task !== 'add' ? { blueprint } : {};
}

/** Of a personal desktop whose user has another one by now. */
function elsewhere({ plan, facts: { givenMeanwhile: given } }: Host): readonly string[] {
  return given ? [`${given.user} was given ${given.desktop} meanwhile, and ${plan.name} is nobody’s`] : [];
}

/** How the work on one host stands, for who asked for it. */
function standingOf(id: string, host: Host) {
  const { told = [], loggedOff = [] } = host.facts;
  const { name } = host.plan;
  const counts = { told: told.length, loggedOff: loggedOff.length, seconds: host.spent };
  if ('standing' in host) {
    const { stage, waitingFor, lookAt } = host.standing;
    const canBePutBack = host.phase === 'running' && !isPastReturn(host);
    const running = { outcome: 'running' as const, why: waitingFor, stage, nextLookAt: lookAt, canBePutBack };
    return { id, name, ...running, ...turnOf(host), ...counts };
  }
  const ended = {
    id,
    name,
    outcome: host.phase,
    canBePutBack: false,
    endedAt: host.at,
    ...counts,
    ...keptOf(host),
    ...(host.phase === 'quarantined' && isWithoutMachine(host) && { isGone: true as const }),
  };
  switch (host.phase) {
    case 'done':
      return { ...ended, why: ['on the version', ...elsewhere(host)].join('; ') };
    case 'put-back':
      return { ...ended, why: `put back: ${host.reason}` };
    case 'deferred':
    case 'failed':
    case 'quarantined': {
      const { code, message } = host.failure;
      return { ...ended, why: message, code, stage: host.stage };
    }
  }
}
