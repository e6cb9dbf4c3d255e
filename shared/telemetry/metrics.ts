/** What is measured, and in what. Names begin with the app's, as OpenTelemetry wants of what it has no name for. */
export const metrics = {
  'goldsmith.look.duration': {
    of: 'histogram',
    unit: 's',
    about: 'How long a look took, by kind and outcome: moved, quiet or failed.',
    bounds: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  'goldsmith.queue.lag': {
    of: 'histogram',
    unit: 's',
    about: 'How long after its time a look began, by queue.',
    bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
  },
  'goldsmith.arm.duration': {
    of: 'histogram',
    unit: 's',
    about: 'How long Azure Resource Manager took to answer, by operation and status.',
    bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
  },
  'goldsmith.arm.throttled': {
    of: 'counter',
    unit: '{request}',
    about:
      'Requests that Azure refused for now (by azure), or that were not sent because it would (by governor).',
  },
  'goldsmith.arm.remaining': {
    of: 'gauge',
    unit: '{request}',
    about: 'What is left of the reads, writes and deletes of a subscription, as this instance knows it.',
  },
  'goldsmith.rollouts': { of: 'gauge', unit: '{rollout}', about: 'Rollouts that are not over, by state.' },
  'goldsmith.hosts': {
    of: 'gauge',
    unit: '{host}',
    about: 'Hosts that rollouts are working on, by host pool.',
  },
  'goldsmith.feed.lag': {
    of: 'histogram',
    unit: 's',
    about: 'How long after it happened an event was in the feed.',
    bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  'goldsmith.dead_letters': {
    of: 'counter',
    unit: '{message}',
    about: 'Messages that failed for the last time, by queue.',
  },
} as const satisfies Readonly<Record<string, Definition>>;

interface Definition {
  readonly of: 'histogram' | 'counter' | 'gauge';
  readonly unit: string;
  readonly about: string;
  readonly bounds?: readonly number[];
}

export type Metric = keyof typeof metrics;
