import type { Instant } from '../instant.ts';
import type { Override, Release } from './course.ts';
import type { Ports, VersionStanding } from './ports.ts';
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
    const approval = here.policy.entry === 'approved' ? await approvalFor(channel, release) : undefined;
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

  /** The one that its release asked for. What was approved by hand was for that one movement. */
  async function approvalFor(channel: string, release: Release | undefined) {
    return release && (await approvals.find(approvalIdOf(release, channel)));
  }
}

/** The name of the next approval that is given by whoever promotes by hand. */
export async function nextByHand(
  { approvals }: Pick<Ports, 'approvals'>,
  versionId: string,
  channel: string,
): Promise<string> {
  for (let which = 1; ; which += 1) {
    const next = `${versionId}.${channel}.hand-${which}`;
    if (!(await approvals.find(next))) return next;
  }
}
