import type { Outside } from '../outside.ts';
import { approvalRoom } from '../approvals/room.ts';
import { channelRoom } from '../channels/room.ts';
import { gateRoom } from '../gates/room.ts';
import { logged } from '../news.ts';
import type { Announce } from '../channels/announce.ts';
import { releaseRoom } from '../releases/room.ts';
import { sharingRoom } from '../sharing/room.ts';
import type { Desktops } from './desktops.ts';
import type { Events } from './events.ts';
import {
  factsOfApprovals,
  factsOfChannels,
  factsOfReleases,
  factsOfValidations,
} from './facts-of-publishing.ts';
import type { Images } from './images.ts';

interface Around {
  readonly versions: Images['port'];
  readonly planOf: Images['planOf'];
  readonly about: Images['about'];
  readonly beginRelease: Images['beginRelease'];
  readonly rollouts: Desktops['ofChannels'];
  readonly examineHosts: Desktops['hosts']['examineHosts'];
  readonly poolsAt: Desktops['poolsAt'];
  readonly announce: Announce;
  readonly heard: Events['heard'];
}

export type PublishingRooms = ReturnType<typeof wirePublishing>;

/** What brings a version that was built to people: channels, gates, approvals, releases, and copies elsewhere. */
export function wirePublishing(outside: Outside, around: Around) {
  const { rows, wake, now, publicUrl, probes, callSystem, newSecret } = outside;
  const { versions, planOf, rollouts, announce, heard } = around;
  const due = rows('due');
  const channelsOf = async (set: string) => (await planOf(set))?.channels;

  const approvals = approvalRoom({
    releases: {
      nudge: async (id) => await releases.port.nudge(id),
      waitsFor: async (id) => await releases.port.waitsFor(id),
    },
    rows: rows('approvals'),
    due,
    wake: wake('advance-approval'),
    now,
    ...heard('approval', 'approvals', factsOfApprovals),
  });
  const channels: ReturnType<typeof channelRoom> = channelRoom({
    orderOf: channelsOf,
    versions,
    rollouts,
    proofFor: async (asked) => await releases.port.proofFor(asked),
    async about(set, number, channel, { validation, approval }) {
      const known = await around.about(set, number);
      const gate = validation === undefined ? undefined : await gates.port.find(validation);
      const given = approval === undefined ? undefined : await approvals.port.find(approval);
      const passed = gate?.checks.filter(({ state }) => state === 'passed').length ?? 0;
      return {
        ...known,
        ...(gate && { checks: { passed, total: gate.checks.length } }),
        approvals: given?.decisions.map(({ by, reason }) => ({ by, reason })) ?? [],
        ...(await rollouts.reach(set, channel, number)),
      };
    },
    announce,
    nudge: async (id) => await releases.port.nudge(id),
    rows: rows('channels'),
    due,
    wake: wake('advance-channel'),
    now,
    ...heard('channel', 'channels', factsOfChannels),
  });
  const gates: ReturnType<typeof gateRoom> = gateRoom({
    poolsOf: async (set, channel) => await rollouts.poolsOf(set, channel),
    examine: around.examineHosts,
    probes,
    imageSizeGb: async (set, number) => await versions.imageSizeGb(set, number),
    call: callSystem,
    refusal: async (set, number) => await versions.refusal(set, number),
    reportUrl: (token) => `${publicUrl}/api/external-checks/${token}`,
    newSecret,
    channelsOf,
    holding: async (set, channel) => await channels.port.holding(set, channel),
    rows,
    due,
    wake: wake('advance-validation'),
    now,
    ...heard('validation', 'validations', factsOfValidations),
  });
  const releases: ReturnType<typeof releaseRoom> = releaseRoom({
    versions,
    channels: channels.port,
    gates: gates.port,
    approvals: approvals.port,
    rollouts,
    channelsOf,
    beginAskedFor: around.beginRelease,
    rows: rows('releases'),
    due,
    wake: wake('advance-release'),
    now,
    ...heard('release', 'releases', factsOfReleases),
  });
  const sharing = sharingRoom({
    gallery: outside.sharing,
    versions,
    planOf,
    poolsAt: around.poolsAt,
    rows: { places: rows('hostingplaces'), copies: rows('copies'), grants: rows('grants') },
    due,
    wake: wake('advance-copy'),
    now,
    ...logged('copy'),
  });

  return {
    approvals,
    channels,
    gates: {
      ...gates,
      async advance(id: string): Promise<void> {
        await gates.advance(id);
        const found = await gates.port.find(id);
        // The release that waits for it goes on at once.
        if (found?.endedAt !== undefined) await releases.port.nudge(id.split('.').slice(0, -2).join('.'));
      },
    },
    releases,
    sharing,
  };
}
