import { counted } from '../counted.ts';
import { AppError } from '../errors.ts';
import { type Instant, minutesAfter } from '../instant.ts';
import { type Channel, heldBy } from './channel.ts';
import type { Past } from './holding.ts';
import type { ChannelPolicy } from './policy.ts';
import type { Versions } from './ports.ts';

interface Asked {
  readonly channel: Channel;
  readonly policy: ChannelPolicy;
  /** The version to go back to; without one, the last that was good. */
  readonly to: string | undefined;
  readonly refusal: Versions['refusal'];
  readonly now: Instant;
}

/** Until when a version that was left may be gone back to; undefined if it never may. */
export function goneBackToUntil(past: Past, { rollbackDays }: ChannelPolicy): Instant | undefined {
  return whyNeverGood(past) === undefined ? minutesAfter(past.leftAt, rollbackDays * 24 * 60) : undefined;
}

function whyNeverGood({ undone, appliedAt }: Past): string | undefined {
  if (undone) return `was never let in: ${undone.message}`;
  return appliedAt === undefined ? 'was never on all host pools of the channel' : undefined;
}

/**
 * The version to go back to. What was itself taken back is gone back to only by name. Refused with the reason
 * for each that might have been meant.
 */
export async function wayBack({ channel, policy, to, refusal, now }: Asked): Promise<Past> {
  const held = heldBy(channel)?.number;
  const details: { code: string; message: string; target: string }[] = [];
  const seen = new Set<string>();
  for (const past of channel.past) {
    const { number } = past;
    if (number === held || (to !== undefined && number !== to)) continue;
    const not = whyNot(past, { policy, to, now });
    const why = not === undefined ? (await refusal(channel.set, number))?.message : `${number} ${not}`;
    if (why === undefined) return past;
    // Of a version that was there more than once, its last time says enough.
    if (!seen.has(number)) details.push({ code: 'NotUsable', message: why, target: number });
    seen.add(number);
  }
  throw noneOf(channel, to, details);
}

function noneOf(
  channel: Channel,
  to: string | undefined,
  details: NonNullable<AppError['details']>,
): AppError {
  const name = channel.channel;
  const none = to === undefined ? 'has no version to go back to' : `cannot go back to ${to}`;
  const whys = details.map(({ message }) => message.replace(/\.$/, ''));
  const why = whys.length > 0 ? whys.join('; ') : notHeld(to, heldBy(channel)?.number);
  const target = to === undefined ? name : 'version';
  return new AppError('NoRollbackTarget', `Channel ${name} ${none}: ${why}.`, { target, details });
}

function notHeld(to: string | undefined, held: string | undefined): string {
  if (to === undefined) return 'it held no other';
  return to === held ? 'it holds it now' : 'it did not hold it of late';
}

type Terms = Pick<Asked, 'policy' | 'to' | 'now'>;

function whyNot(past: Past, { policy, to, now }: Terms): string | undefined {
  const never = whyNeverGood(past);
  if (never !== undefined) return never;
  const { leftFor, leftAt } = past;
  if (to === undefined && leftFor.cause === 'rollback')
    return `was taken back at ${leftAt}: name it to go there`;
  const until = goneBackToUntil(past, policy) ?? leftAt;
  return until <= now
    ? `was left at ${leftAt}, more than ${counted(policy.rollbackDays, 'day')} ago`
    : undefined;
}
