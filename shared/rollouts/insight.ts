import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import { explained } from './explain.ts';
import { hostId, type Hosts } from './hosts.ts';
import type { Rollout, RolloutEvent } from './rollout.ts';
import { type HostLine, timelineOf } from './timeline.ts';

interface Parts {
  readonly rolloutStore: WorkflowStore<Rollout, RolloutEvent>;
  /** The work on single hosts, as they tell of it. Handed in from the hosts. */
  readonly work: {
    readonly standings: Hosts['standings'];
    readonly history: (id: string) => Promise<readonly HostLine[]>;
  };
  /** The number of the version that a rollout may be taken back to now, if it may be. */
  readonly backTo: (id: string) => Promise<string | undefined>;
  readonly now: () => Instant;
}

/** The histories of so many hosts are read, of those that took longest: each is a query of its own. */
const mostHistories = 200;

/** What people may ask when they wonder. Reads our own tables and nothing of Azure. */
export function rolloutInsight({ rolloutStore, work, backTo, now }: Parts) {
  const rolloutWith = async (id: string): Promise<Rollout> => {
    const saved = await rolloutStore.load(id);
    if (!saved) throw new AppError('NotFound', `There is no rollout ${id}.`, { target: id });
    return saved.state;
  };
  return {
    async explain(id: string) {
      const rollout = await rolloutWith(id);
      return explained(id, rollout, await work.standings(id), now(), await backTo(id));
    },

    async timeline(id: string) {
      const rollout = await rolloutWith(id);
      const at = now();
      const timeOf = ({ admittedAt, endedAt = at }: { admittedAt: Instant; endedAt?: Instant }) =>
        Date.parse(endedAt) - Date.parse(admittedAt);
      const longest = Object.values(rollout.facts.hosts ?? {})
        .toSorted((a, b) => timeOf(b) - timeOf(a))
        .slice(0, mostHistories);
      const lines = new Map<string, readonly HostLine[]>();
      for (const record of longest) lines.set(record.instanceId, await work.history(hostId(id, record)));
      return timelineOf(id, rollout, await rolloutStore.history(id), lines, at);
    },
  };
}
