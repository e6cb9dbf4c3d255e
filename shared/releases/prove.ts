import type { Instant } from '../instant.ts';
import type { Override, Release } from './course.ts';
import type { ApprovalStanding, Ports, VersionStanding } from './ports.ts';
import { soakedIn } from './guard.ts';
import type { Question } from './proof.ts';
import { approvalIdOf } from './stage.ts';

type Needed = Pick<Ports, 'versions' | 'channels' | 'gates' | 'approvals'>;

/** Which version is to enter which of which channels; and its release, where it has one. */
interface Asked {
  readonly set: string;
  readonly number: string;
  readonly channel: string;
  readonly channels: readonly string[];
  readonly release: Release | undefined;
}

const noOverrides: readonly Override[] = [];

/** Asks everybody what the answer depends on. The version itself last, so that a revocation is never overlooked. */
export function questionOf({ versions, channels, gates, approvals }: Needed, now: () => Instant) {
  return async ({ set, number, channel, channels: order, release }: Asked): Promise<Question | undefined> => {
    const here = await channels.standing(set, channel);
    const versionId = `${set}.${number}`;
    const name = order[order.indexOf(channel) - 1];
    const there = name === undefined ? undefined : await channels.standing(set, name);
    const before = name !== undefined &&
      there && {
        channel: name,
        standing: there,
        validation: await gates.latest(versionId, name),
        soakedAt: release && soakedIn(release, name, there, channel),
      };
    const approval =
      here.policy.entry === 'approved' ? await approvalFor(versionId, channel, release) : undefined;
    const refusal = await versions.refusal(set, number);
    const version: VersionStanding | undefined = await versions.standing(set, number);
    const overrides = release?.facts.overrides ?? noOverrides;
    return (
      version && {
        channel,
        now: now(),
        version,
        refusal,
        here,
        overrides,
        approval,
        ...(before && { before }),
      }
    );
  };

  /** The one that its release asked for; else one that was given by hand, and counts. */
  async function approvalFor(versionId: string, channel: string, release: Release | undefined) {
    const own = release && (await approvals.find(approvalIdOf(release, channel)));
    if (own?.status === 'approved' && now() < own.expiresAt) return own;
    const byHand = await byHandFor(versionId, channel);
    return byHand.given ?? own;
  }

  async function byHandFor(versionId: string, channel: string) {
    return await givenByHand({ approvals }, versionId, channel, now());
  }
}

/** What was approved by whoever promoted by hand, while it counts; and the name of the next such approval. */
export async function givenByHand(
  { approvals }: Pick<Ports, 'approvals'>,
  versionId: string,
  channel: string,
  now: Instant,
): Promise<{ readonly given: ApprovalStanding | undefined; readonly next: string }> {
  for (let which = 1; ; which += 1) {
    const next = `${versionId}.${channel}.hand-${which}`;
    const found = await approvals.find(next);
    if (found?.status === 'approved' && now < found.expiresAt) return { given: found, next };
    if (!found || found.status === 'pending') return { given: undefined, next };
  }
}
