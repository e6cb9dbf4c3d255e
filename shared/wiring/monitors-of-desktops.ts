import { failure } from '../errors.ts';
import type { Subscription, SubscriptionEvent } from '../notifications/subscription.ts';
import { running, type Watch } from '../operations/monitor.ts';
import { lostBy } from '../rollouts/ending.ts';
import { type Rollout, type RolloutEvent, stages } from '../rollouts/rollout.ts';

/** Bringing one host pool to one version. One that is aborted, or fails, puts back what it can before it ends. */
const rollout: Watch<Rollout, RolloutEvent> = {
  work: (id) => ({ id }),
  resource: (id) => `rollouts/${id}`,
  begins: ({ type }) => type === 'requested',
  stands({ state: rollout, of }) {
    switch (rollout.phase) {
      case 'running':
        return running(rollout.standing, Object.keys(stages));
      case 'stopping':
        return running(rollout.standing);
      case 'succeeded': {
        const lost = lostBy(of, rollout).map(({ code, message, target }) => ({ code, message, target }));
        return { status: 'Succeeded', ...(lost.length > 0 && { warnings: lost }) };
      }
      case 'failed':
        return { status: 'Failed', error: rollout.failure };
      case 'aborted':
        return { status: 'Canceled', reason: `${rollout.by}: ${rollout.reason}` };
    }
  },
};

/** An event that is sent once more. */
const redelivery: Watch<Subscription, SubscriptionEvent> = {
  work: (id) => ({ id }),
  resource: (id) => `subscriptions/${id}`,
  begins: ({ type }) => type === 'redelivery-asked',
  request: (event) => (event.type === 'redelivery-asked' ? event.event : undefined),
  stands({ state, history, begunAt }) {
    const asked = history[begunAt]?.event;
    if (asked?.type !== 'redelivery-asked') throw new Error('a redelivery that nobody asked for');
    for (const { event } of history.slice(begunAt + 1)) {
      if (event.type === 'redelivery-asked' && event.position === asked.position)
        return { status: 'Succeeded' };
      if (event.type === 'dead' && event.event === asked.event)
        return { status: 'Failed', error: failure('DeliveryRefused', event.said) };
    }
    if (!state.again.includes(asked.position)) return { status: 'Succeeded' };
    if (state.removed) return { status: 'Canceled', reason: `${state.removed.by} removed the subscription.` };
    const { lookAt, paused } = state;
    if (paused) return { status: 'Running', waitingFor: `it is paused: ${paused.reason}` };
    return { status: 'Running', since: asked.at, nextLookAt: lookAt, waitingFor: 'the receiver' };
  },
};

/** What of rollouts, and of receivers, takes long. */
export const monitorsOfRollouts = { rollout };
export const monitorsOfSubscriptions = { redelivery };
