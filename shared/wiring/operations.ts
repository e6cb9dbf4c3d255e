import { type QueueName, queueNames, queues } from '../operations/queues.ts';
import { operationsRequests, type Work } from '../operations/requests.ts';
import type { State } from '../operations/stuck.ts';
import type { Outside, Queue } from '../outside.ts';
import type { Pool } from '../rollouts/pool.ts';
import type { Rollout } from '../rollouts/rollout.ts';
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
  const pools = new WorkflowStore<Pool, never>('host-pool', rows('hostpools'), due);
  const rollouts = new WorkflowStore<Rollout, never>('rollout', rows('rollouts'), due);

  return operationsRequests({
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
          if (rollout) ofPool.push({ id, hosts: Object.values(rollout.state.facts.hosts ?? {}) });
        }
        found.push(ofPool);
      }
      return found;
    },
    now,
  });
}
