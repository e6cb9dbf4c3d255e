import { z } from 'zod';

/** All that is told of: the verbs of each noun. Part of the contract: never renamed. */
const verbs = {
  request: ['accepted'],
  build: ['started', 'stageCompleted', 'succeeded', 'failed', 'canceled', 'quarantined'],
  version: [
    'reserved',
    'published',
    'available',
    'regionAvailable',
    'replicationStalled',
    'replicationRepaired',
    'deprecated',
    'restored',
    'eolApproaching',
    'revoked',
    'deleted',
  ],
  validation: ['started', 'checkCompleted', 'passed', 'failed', 'inconclusive', 'overridden', 'canceled'],
  approval: ['requested', 'granted', 'rejected', 'expired'],
  channel: ['moved', 'promoted', 'rolledBack', 'promotionBlocked', 'stuck'],
  release: [
    'started',
    'paused',
    'resumed',
    'completed',
    'stopped',
    'superseded',
    'rolledBack',
    'revoked',
    'canceled',
  ],
  rollout: [
    'planned',
    'started',
    'canaryHealthy',
    'waveCompleted',
    'paused',
    'resumed',
    'blocked',
    'breakerOpened',
    'needsAttention',
    'completed',
    'failed',
    'aborted',
    'rolledBack',
  ],
  hostPool: ['removed'],
  schedule: ['due', 'started', 'skipped', 'failed'],
  freeze: ['opened', 'closed'],
  subscription: ['disabled', 'fellBehind', 'feedRestored'],
} as const;

type Noun = keyof typeof verbs;
/** Noun and verb of an event: `version.available`. */
export type EventType = { [N in Noun]: `${N}.${(typeof verbs)[N][number]}` }[Noun];

const nouns = Object.keys(verbs) as Noun[];
export const eventTypes = nouns.flatMap((noun) => verbs[noun].map((verb) => `${noun}.${verb}` as EventType));

/** What a filter takes: a noun, with all its verbs, or a noun and verb. What is never told of is refused. */
export const EventFilter = z
  .enum([...nouns, ...eventTypes], { error: ({ input }) => whatThereIs(input) })
  .meta({ id: 'EventFilter' });

function whatThereIs(input: unknown): string {
  const noun = nouns.find((one) => String(input).startsWith(`${one}.`));
  return noun === undefined
    ? `No event is called so: one of ${nouns.join(', ')}, or noun and verb, such as version.available.`
    : `No event is called so: of ${noun} there are ${verbs[noun].join(', ')}.`;
}
