import type { Instant } from '../instant.ts';
import { lookAtStage } from '../workflow/look.ts';
import type { StageCommand } from '../workflow/stages.ts';
import { ensureDelivered, type Post } from './deliver.ts';
import type { Delivery } from './delivery.ts';

/** Carries out what a delivery calls for. */
export function performDelivery(post: Post, now: () => Instant) {
  const look = lookAtStage({ stages: { deliver: ensureDelivered(post) }, now });
  return async (id: string, command: StageCommand, delivery: Delivery) => {
    if (delivery.phase !== 'pending') throw new Error(`${id} is ${delivery.phase} and calls for nothing`);
    return await look(id, command, delivery, delivery.standing);
  };
}
