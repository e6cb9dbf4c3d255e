import type { Outside } from '../outside.ts';
import { logged } from '../news.ts';
import { type Delivery, type DeliveryEvent, deliveryLife } from '../notifications/delivery.ts';
import { performDelivery } from '../notifications/perform.ts';
import type { News } from '../notifications/chat-news.ts';
import { Engine } from '../workflow/engine.ts';
import { WorkflowStore } from '../workflow/store.ts';

/** What people hear of in chat. */
export function wireChat({ rows, wake, now, post, tellsTeams }: Outside) {
  const deliveries = new Engine({
    workflow: deliveryLife,
    store: new WorkflowStore<Delivery, DeliveryEvent>('delivery', rows('deliveries'), rows('due')),
    perform: performDelivery(post, now),
    wake: wake('deliver-notification'),
    now,
    ...logged('delivery'),
  });
  return {
    /** Sees to it that it is told; the same id is told once. */
    async tell(id: string, what: News): Promise<void> {
      if (!tellsTeams) return;
      const event: DeliveryEvent = { type: 'requested', receiver: 'teams', what, at: now() };
      await deliveries.record(`${id}.teams`, () => event);
    },
    deliver: async (id: string) => await deliveries.advance(id),
    kinds: [deliveries],
  };
}
