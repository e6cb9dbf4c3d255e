import { type QueueName, queueNames, queues } from '../operations/queues.ts';
import { operationsRequests, type Work } from '../operations/requests.ts';
import type { State } from '../operations/stuck.ts';
import type { Outside, Queue } from '../outside.ts';
import { PoolStore } from '../rollouts/pools.ts';
import { isPaused, type Rollout } from '../rollouts/rollout.ts';
import { isObserved, measure } from '../telemetry/telemetry.ts';
import { WorkflowStore } from '../workflow/store.ts';

/** Where the states of what each queue wakes are kept. The compiler holds every queue to be in here. */
const tables: Record<Queue & QueueName, string> & Record<Queue | QueueName, string> = {
  'advance-image': 'versions',
  'reap-leftover': 'leftovers',
  'advance-replication': 'replications',
  'advance-release': 'releases',
  'advance-channel': 'channels',
  'advance-validation': 'validations',
  'advance-approval': 'approvals',
  'advance-copy': 'copies',
  'advance-schedule': 'schedules',
  'advance-rollout': 'rollouts',
  'advance-host': 'hosts',
  'deliver-notification': 'subscriptions',
};

/** So many rollouts back a host is looked for that was left in quarantine. */
const rolloutsBack = 5;

/** What is wrong, of all kinds of work. Reads what the others keep, and changes none of it. */
export function wireOperations({ rows, now, deadLetters }: Pick<Outside, 'rows' | 'now' | 'deadLetters'>) {
  const due = rows('due');
  const work = (kind: string, table: string, subject: Work['subject']): Work => {
    const store = new WorkflowStore<State, never>(kind, rows(table), due);
    const isChannel = kind === 'channel';
    return {
      kind,
      subject,
      // A movement that could not go on waits for a person and for no time. Channels are few.
      underWay: async () => (isChannel ? await store.loadAll('') : await store.underWay()),
      failing: async () => await store.backOff.all(),
    };
  };
  const pools = new PoolStore<never>('host-pool', rows('hostpools'), due);
  const rollouts = new WorkflowStore<Rollout, never>('rollout', rows('rollouts'), due);

  const requests = operationsRequests({
    deadLetters,
    works: [
      ...queueNames.map((queue) => work(queues[queue].kind, tables[queue], queues[queue].subject)),
      work('end-of-life', 'endsoflife', queues['advance-image'].subject),
    ],
    async rolloutsByPool() {
      const found = [];
      for (const { saved } of await pools.loadAll('')) {
        const { activeRollout, over } = saved.state;
        const ids = [...over, ...(activeRollout === undefined ? [] : [activeRollout])].toReversed();
        const ofPool = [];
        for (const id of ids.slice(0, rolloutsBack)) {
          const rollout = await rollouts.load(id);
          if (!rollout) continue;
          const { pool: hostPool, facts } = rollout.state;
          ofPool.push({ id, hostPool, hosts: Object.values(facts.hosts ?? {}) });
        }
        found.push(ofPool);
      }
      return found;
    },
    now,
  });
  return {
    ...requests,
    /** For whoever watches; costs a query of the host pools, and a read for each rollout that is not over. */
    async census(): Promise<void> {
      if (!isObserved()) return;
      const active = [];
      for (const { id, saved } of await pools.loadAll('')) {
        const { activeRollout } = saved.state;
        const rollout = activeRollout === undefined ? undefined : await rollouts.load(activeRollout);
        active.push({ pool: id, rollout: rollout?.state });
      }
      tellOf(active);
    },
  };
}

function tellOf(active: readonly { readonly pool: string; readonly rollout: Rollout | undefined }[]): void {
  // Each state is told of, lest one that nothing is in any more keep its last figure.
  const counts = { running: 0, paused: 0, stopping: 0 };
  for (const { pool, rollout } of active) {
    const isOver = rollout?.phase !== 'running' && rollout?.phase !== 'stopping';
    if (rollout && !isOver) counts[isPaused(rollout) ? 'paused' : rollout.phase] += 1;
    const hosts = Object.values(rollout?.facts.hosts ?? {});
    const inFlight = hosts.filter(({ outcome }) => outcome === 'admitted');
    measure('goldsmith.hosts', isOver ? 0 : inFlight.length, { pool });
  }
  for (const [state, count] of Object.entries(counts)) measure('goldsmith.rollouts', count, { state });
}
