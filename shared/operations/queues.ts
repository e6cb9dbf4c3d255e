interface About {
  /** Of workflow, as the log calls it. */
  readonly kind: string;
  /** Where the API shows what an id of the kind is of: a path below `/api/`. */
  readonly subject: (id: string) => string | undefined;
}

const setOf = (id: string) => id.split('.')[0] ?? '';
/** Ids begin with those of versions: `win11-avd.1.4.0`. */
const ofVersion = (id: string) => `image-sets/${setOf(id)}/versions/${id.split('.').slice(1, 4).join('.')}`;
const beforeFirstPeriod = (id: string) => id.split('.')[0] ?? id;

/** What the messages of each queue are about. */
export const queues = {
  'advance-image': { kind: 'version', subject: ofVersion },
  'reap-leftover': { kind: 'leftover', subject: ofVersion },
  'advance-replication': { kind: 'replication', subject: (id: string) => `${ofVersion(id)}/regions` },
  'advance-release': { kind: 'release', subject: (id: string) => `releases/${id}` },
  'advance-channel': {
    kind: 'channel',
    subject: (id: string) => `image-sets/${setOf(id)}/channels/${id.slice(setOf(id).length + 1)}`,
  },
  'advance-validation': { kind: 'validation', subject: (id: string) => `validations/${id}` },
  'advance-approval': { kind: 'approval', subject: (id: string) => `approvals/${id}` },
  'advance-copy': { kind: 'copy', subject: ofVersion },
  'advance-schedule': { kind: 'schedule', subject: (id: string) => `schedules/${id}` },
  'advance-rollout': { kind: 'rollout', subject: (id: string) => `rollouts/${id}` },
  // A rollout's id has no period in it.
  'advance-host': { kind: 'host', subject: (id: string) => `rollouts/${beforeFirstPeriod(id)}/hosts` },
  'deliver-notification': { kind: 'subscription', subject: (id: string) => `subscriptions/${id}` },
} as const satisfies Readonly<Record<string, About>>;

export type QueueName = keyof typeof queues;
export const queueNames = Object.keys(queues) as [QueueName, ...QueueName[]];
