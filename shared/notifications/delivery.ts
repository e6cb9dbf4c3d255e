import type { Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import {
  answers,
  decideStage,
  entered,
  isStageNews,
  type StageCommand,
  type StageEvent,
  type Standing,
  stayed,
} from '../workflow/stages.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { News } from './chat-news.ts';

/** One message to one receiver, until it is taken or given up. The address is a secret and not in here. */
interface Common {
  readonly receiver: 'teams';
  readonly what: News;
}

export type Delivery = Common &
  (
    | { readonly phase: 'pending'; readonly standing: Standing<'deliver'> }
    | { readonly phase: 'delivered'; readonly at: Instant }
    | { readonly phase: 'dead'; readonly at: Instant; readonly failure: Failure }
  );

type Nothing = Record<string, never>;
export type DeliveryEvent =
  | {
      readonly type: 'requested';
      readonly receiver: 'teams';
      readonly what: News;
      readonly at: Instant;
    }
  | StageEvent<'deliver', Nothing>;

/** Longer than all the attempts together. */
const minutesAllowed = 12 * 60;

export const deliveryLife: Workflow<Delivery, DeliveryEvent, StageCommand> = {
  evolve(delivery, event) {
    if (event.type === 'requested') return delivery ?? requested(event);
    if (delivery?.phase !== 'pending' || !answers(delivery.standing, event)) return delivery;
    const { receiver, what, standing } = delivery;
    switch (event.type) {
      case 'stage-running':
      case 'stage-intended':
      case 'stage-troubled':
        return { ...delivery, standing: stayed(standing, event) };
      case 'stage-done':
        return { receiver, what, phase: 'delivered', at: event.at };
      case 'stage-failed':
      case 'stage-overdue':
        return { receiver, what, phase: 'dead', at: event.at, failure: event.failure };
    }
  },
  decide: (delivery, now) => (delivery.phase === 'pending' ? decideStage(delivery.standing, now) : {}),
  isNews: isStageNews,
};

function requested({ receiver, what, at }: Extract<DeliveryEvent, { type: 'requested' }>): Delivery {
  return { receiver, what, phase: 'pending', standing: entered('deliver', at, minutesAllowed, 0) };
}
