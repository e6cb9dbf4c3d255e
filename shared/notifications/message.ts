import type { Instant } from '../instant.ts';
import { cardOf } from './card.ts';
import type { Delivered, Message } from './ports.ts';
import { signed } from './signature.ts';
import { slackMessage } from './slack.ts';
import type { SubscriptionPlan } from './subscription.ts';
import { teamsMessage } from './teams.ts';

interface About {
  readonly kind: SubscriptionPlan['kind'];
  readonly event: Delivered;
  /** Noun and verb. */
  readonly name: string;
  readonly url: string;
  readonly keys: readonly string[];
  readonly at: Instant;
}

const mostBytes = 256 * 1024;

/** The event in the form that its receiver takes. */
export function messageOf({ kind, event, name, url, keys, at }: About): Message {
  if (kind === 'webhook') {
    const body = wholeOrLinked(event);
    const type = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    return { url, headers: { ...type, ...signed(event.id, at, body, keys) }, body };
  }
  const card = cardOf(name, event);
  const body = JSON.stringify(kind === 'teams' ? teamsMessage(card) : slackMessage(card));
  return { url, headers: { 'content-type': 'application/json', 'webhook-id': event.id }, body };
}

/** What is too long to be sent says where it can be read. */
function wholeOrLinked(event: Delivered): string {
  const whole = JSON.stringify(event);
  if (Buffer.byteLength(whole) <= mostBytes) return whole;
  return JSON.stringify({ ...event, data: { link: event.data['link'], isShortened: true } });
}
