import type { Instant } from '../instant.ts';
import type { Subscription } from './subscription.ts';

/** A subscription as the API shows it. */
export function subscriptionView(id: string, subscription: Subscription) {
  const {
    plan,
    cursor,
    head,
    current,
    lookAt,
    failingSince,
    lastDeliveredAt,
    paused,
    fellBehind,
    feedRestored,
  } = subscription;
  const { kind, description, wants, address } = plan;
  return {
    id,
    kind,
    description,
    ...wants,
    address: typeof address === 'string' ? address : ('key-vault' as const),
    ...(typeof address === 'object' && address),
    status: statusOf(paused, failingSince),
    behind: head - cursor,
    ...(current && { current: { event: current.event, attempts: current.attempts, nextLookAt: lookAt } }),
    ...(failingSince !== undefined && { failingSince }),
    ...(fellBehind && { fellBehind: { code: 'EventsGone' as const, ...fellBehind } }),
    ...(feedRestored && { feedRestored }),
    ...(lastDeliveredAt !== undefined && { lastDeliveredAt }),
    ...(paused && { paused }),
    by: subscription.by,
    createdAt: subscription.createdAt,
    changedAt: subscription.changedAt,
  };
}

function statusOf(paused: object | undefined, failingSince: Instant | undefined) {
  if (paused) return 'paused' as const;
  return failingSince === undefined ? ('active' as const) : ('failing' as const);
}
