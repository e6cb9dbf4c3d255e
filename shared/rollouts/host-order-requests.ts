import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { afterEnd } from './after-end.ts';
import { canBeRetried, canBeSkipped, type HostOrder } from './course.ts';
import { hostId, type Hosts } from './hosts.ts';
import type { Plan } from './plan.ts';
import { canBePaused, isOver, type Rollout } from './rollout.ts';
import type { RolloutEngine } from './rollout-engine.ts';
import type { HostRecord } from './waves.ts';

interface Parts {
  /** What may be decided once the rollout is over. */
  readonly after: ReturnType<typeof afterEnd>;
  readonly rollouts: Pick<RolloutEngine, 'load' | 'record'>;
  /** What there is to bring, read now: who was never begun is on no record. */
  readonly planOf: (rollout: Rollout) => Promise<Pick<Plan, 'order'>>;
  readonly standings: Hosts['standings'];
  readonly now: () => Instant;
}

interface Ordered {
  /** Of the rollout that it is done in: of another, where that which was asked is over. */
  readonly id: string;
  readonly rollout: Rollout;
  readonly host: HostRecord | undefined;
}

interface Said {
  readonly by?: string | undefined;
  readonly reason: string;
}

/** What people may decide on single hosts of a rollout. Asked again it is no other. */
export function hostOrderRequests({ after, rollouts, planOf, standings, now }: Parts) {
  const ordered = async (
    type: HostOrder['type'],
    id: string,
    host: string,
    { by = 'function key', reason }: Said,
    refuse: (record: HostRecord | undefined) => string | undefined,
  ): Promise<Ordered> => {
    const before = await rollouts.load(id);
    if (!before) throw new AppError('NotFound', `There is no rollout ${id}.`, { target: id });
    const known = recordOf(before, host);
    if (isOver(before)) {
      const asked = { id, rollout: before, host, record: known, by, reason };
      if (type === 'host-retried') return { ...(await after.retry(asked)), host: undefined };
      await after.letGo(asked);
      return { id, rollout: before, host: known };
    }
    const { instanceId, name } = known ?? foundIn(await planOf(before), id, host);
    const isPast = type === 'host-skipped' && known !== undefined && (await isPastReturn(id, known));
    const { state } = await rollouts.record(id, (rollout = before) => {
      if (!canBePaused(rollout)) {
        const message = `Rollout ${id} is ${rollout.phase}: nothing is decided on its hosts any more.`;
        throw new AppError('InvalidPhase', message, { target: id });
      }
      const record = rollout.facts.hosts?.[instanceId];
      const isLate = isPast && record?.outcome === 'admitted' && !record.skip;
      const why = isLate
        ? 'is past the point of no return: it comes to its end on the version.'
        : refuse(record);
      if (why !== undefined) throw new AppError('InvalidPhase', `${name} ${why}`, { target: host });
      return { type, instanceId, name, by, reason, at: now() };
    });
    return { id, rollout: state, host: state.facts.hosts?.[instanceId] };
  };
  /** Past being put back, by what is known now: what passes it in the next moment comes to its end all the same. */
  const isPastReturn = async (id: string, record: HostRecord): Promise<boolean> => {
    if (record.outcome !== 'admitted' || record.skip) return false;
    const work = (await standings(id)).find((one) => one.id === hostId(id, record));
    return work?.outcome === 'running' && !work.canBePutBack;
  };
  return {
    /** The host is tried again, as if it had never begun; its failure counts no longer. After the end by another rollout. */
    retryHost: async (id: string, host: string, said: Said) =>
      await ordered('host-retried', id, host, said, (record) => {
        const isAsked = record?.again !== undefined && !hasEnded(record);
        if (canBeRetried(record) || isAsked) return undefined;
        return `${standingOf(record)}: only a host that failed, was put back or left, or is in quarantine is tried again.`;
      }),

    /** The host is not brought; one that was begun is put back first, if it still can be; one that was lost is let go. */
    skipHost: async (id: string, host: string, said: Said) =>
      await ordered('host-skipped', id, host, said, (record) =>
        canBeSkipped(record) || record?.skip
          ? undefined
          : `${standingOf(record)}: it has come to its end, and there is nothing to skip.`,
      ),
  };
}

function hasEnded({ outcome }: HostRecord): boolean {
  return outcome !== 'admitted' && outcome !== 'put-off';
}

function standingOf(record: HostRecord | undefined): string {
  if (!record) return 'was not begun';
  return record.outcome === 'admitted' ? 'is under way' : `is ${record.outcome}`;
}

/** By whatever people call it: its instance, its name, or its name in the host pool. */
function recordOf({ facts: { hosts = {} } }: Rollout, host: string): HostRecord | undefined {
  const wanted = host.toLowerCase();
  return Object.values(hosts).find((one) =>
    [one.instanceId, one.name, one.sessionHost].some((name) => name.toLowerCase() === wanted),
  );
}

function foundIn({ order }: Pick<Plan, 'order'>, id: string, host: string) {
  const wanted = host.toLowerCase();
  const found = order.find(
    (one) => one.host.toLowerCase() === wanted || one.instanceId.toLowerCase() === wanted,
  );
  if (found) return { instanceId: found.instanceId, name: found.host };
  throw new AppError('NotFound', `Rollout ${id} has no host ${host} to bring.`, { target: host });
}
