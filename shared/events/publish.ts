import { type Instant, secondsBetween } from '../instant.ts';
import { measure } from '../telemetry/telemetry.ts';
import type { outboxOf, Told } from '../workflow/outbox.ts';
import type { EventFeed } from './feed.ts';

type Outbox = ReturnType<typeof outboxOf>;

interface Parts {
  readonly feed: EventFeed;
  /** Whoever is to hear of everything from now on is there before it is appended. */
  readonly beforeAppend?: () => Promise<void>;
  /** Hears of what is in the feed, and of the feed's last place, before it leaves the outbox: at least once. */
  readonly onAppended: (head: number, told: readonly Told[]) => Promise<void>;
  readonly now: () => Instant;
}

/**
 * Takes what one kind has left in its outbox to the feed: in the order of its saves, so that nothing of a subject
 * comes after what followed it. What is in the feed leaves the outbox last: a crash anywhere leaves it to the next.
 */
export function publisher({ feed, beforeAppend, onAppended, now }: Parts) {
  return async (outbox: Outbox): Promise<void> => {
    const entries = await outbox.read(now());
    if (entries.length === 0) return;
    await beforeAppend?.();
    const told = entries.flatMap((entry) => entry.told);
    const placed = await feed.append(told);
    for (const { at } of told) measure('goldsmith.feed.lag', Math.max(0, secondsBetween(at, now())));
    // Of what was in the feed already somebody may have died before he told of it.
    await onAppended(placed.at(-1)?.position ?? (await feed.head()), told);
    await outbox.remove(entries);
  };
}
