import { randomUUID } from 'node:crypto';
import type { Consumer, Entity } from '../entity.ts';
import type { Journal } from '../journal.ts';
import type { Amend, DeadLetter, Settlement } from '../queue/message.ts';
import { errors } from './errors.ts';
import { tagToToken, tokenToTag } from './lock-token.ts';
import { accepted, hasRoom, inside, register, rejected, settleForGood, types } from './rhea.ts';
import type { Delivery, EventContext, Sender, Typed } from './rhea.ts';
import { encodeMessage, withProperties } from './sections.ts';

const settled = 1;

/** Serves a receiver: hands it messages of the entity and does what it says about them. Answers how to stop. */
export function serveReceiver(sender: Sender, entity: Entity, journal: Journal): () => void {
  const isPeekLock = sender.snd_settle_mode !== settled;
  const mode = isPeekLock ? 'peek-lock' : 'receive-and-delete';
  // Both settle modes must be said back, or the client does not know which it got.
  Object.assign(inside(sender).local.attach, {
    snd_settle_mode: isPeekLock ? 0 : settled,
    rcv_settle_mode: isPeekLock ? 1 : 0,
  });
  const credit = creditOf(sender);
  const consumer: Consumer = {
    mode,
    credit: credit.left,
    deliver({ message, lock }) {
      credit.use();
      // The header counts the deliveries that came to nothing, so 0 the first time.
      const bytes = encodeMessage(message, message.deliveryCount - 1, lock?.until);
      sender.send(bytes, tokenToTag(lock?.token ?? randomUUID()), 0);
    },
  };
  entity.add(consumer);
  sender.on('sender_flow', () => {
    entity.stir();
  });
  sender.on('sendable', () => {
    entity.stir();
  });
  sender.on('sender_draining', () => {
    // What there is goes first; then the rest of the credit is given back.
    entity.pump();
    credit.drain();
  });
  for (const outcome of ['accepted', 'rejected', 'modified', 'released'] as const) {
    sender.on(outcome, ({ delivery }: EventContext) => {
      if (delivery !== undefined) settle(delivery, outcome, entity, journal);
    });
  }
  return () => entity.remove(consumer);
}

/**
 * How much a receiver still wants. rhea counts a message when it is written, which is later than when it is
 * sent; in between its credit is too high by what is under way.
 */
function creditOf(sender: Sender) {
  const link = inside(sender);
  let used = 0;
  let isDraining = false;
  const underWay = () => used - link.delivery_count;
  // The library drops the connection when its buffer overflows, so a full one counts as no credit.
  const left = () => (hasRoom(sender.session) ? link.credit - underWay() : 0);
  const giveBack = () => {
    link.issue_flow = true;
    register(sender.connection);
  };
  // rhea answers a drain only if there is credit left, but the client waits for the answer in any case.
  link._get_drain = () => {
    if (!isDraining) return false;
    if (underWay() > 0) {
      // The client's window is full. What is under way needs its credit, so the rest is given back later.
      setTimeout(giveBack, 5);
      return false;
    }
    isDraining = false;
    used += link.credit;
    link.delivery_count += link.credit;
    link.credit = 0;
    return true;
  };
  return {
    left,
    use: () => {
      used += 1;
    },
    drain: () => {
      isDraining = true;
      giveBack();
    },
  };
}

function settle(delivery: Delivery, outcome: string, entity: Entity, journal: Journal): void {
  const { link, tag } = delivery;
  const settlement = settlementFrom(outcome, delivery.remote_state ?? {});
  const answer = (state: Typed) => {
    if (link.is_open()) settleForGood(delivery, state);
  };
  if (settlement.type === 'dead-letter' && entity.queue.isDeadLetterQueue) {
    answer(rejected(errors.noSecondDeath));
    return;
  }
  const held = entity.queue.settle(tagToToken(tag), settlement);
  // A dead-lettered message is answered "accepted" too: the client takes a rejection for a failure.
  journal.committed(() => answer(held ? accepted() : rejected(errors.lockLost)));
}

interface OutcomeState {
  readonly undeliverable_here?: boolean;
  readonly message_annotations?: Record<string, unknown>;
  readonly error?: { readonly condition?: string; readonly info?: Record<string, unknown> };
}

function settlementFrom(outcome: string, state: OutcomeState): Settlement {
  if (outcome === 'accepted') return { type: 'complete' };
  if (outcome === 'rejected') return deadLetterFrom(state.error?.info ?? {});
  const changes = state.message_annotations ?? {};
  const type = state.undeliverable_here ? 'defer' : 'abandon';
  return { type, amend: amendment(changes) };
}

function deadLetterFrom(info: Record<string, unknown>): Settlement {
  const { DeadLetterReason: reason, DeadLetterErrorDescription: description, ...changes } = info;
  const why: DeadLetter = {
    reason: typeof reason === 'string' ? reason : undefined,
    description: typeof description === 'string' ? description : undefined,
  };
  return { type: 'dead-letter', ...why, amend: amendment(changes) };
}

/** Changes to a message's application properties, if there are any. */
export function amendment(changes: Record<string, unknown>): Amend | undefined {
  const typed = Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, types.wrap(value)]));
  if (Object.keys(typed).length === 0) return undefined;
  return (content) => withProperties(content, typed);
}
