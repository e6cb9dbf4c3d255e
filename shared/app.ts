import { cursors } from './api/cursors.ts';
import { marketplaceRequests } from './images/browse-requests.ts';
import { namer, repeats } from './repeats.ts';
import { wireAudit } from './wiring/audit.ts';
import { type Events, wireEvents } from './wiring/events.ts';
import { type Desktops, wireDesktops } from './wiring/desktops.ts';
import { type Images, wireImages } from './wiring/images.ts';
import { wireMonitors } from './wiring/monitors.ts';
import { wireOperations } from './wiring/operations.ts';
import { type PublishingRooms, wirePublishing } from './wiring/publishing.ts';
import { type Notifications, wireNotifications } from './wiring/notifications.ts';
import { wireSchedules } from './wiring/schedules.ts';
import type { Outside } from './outside.ts';

/**
 * The whole app, wired in one place. Triggers and tests both start here. No room imports another: what one needs of
 * another is handed in here, so that of each two the compiler holds what is asked for against what is given.
 */
export function createApp(outside: Outside) {
  const { rows, now, newId, publicUrl } = outside;
  const events: Events = wireEvents(outside, {
    beforeAppend: async () => await notifications.beforeAppend(),
    onAppended: async (head, told) => await notifications.tell(head, told),
  });
  const notifications: Notifications = wireNotifications(outside, events);
  const desktops: Desktops = wireDesktops(outside, events, {
    versionOf: async (set, number) => await images.versionOf(set, number),
    refusal: async (set, number) => await images.port.refusal(set, number),
    imageVersionAt: async (...asked) => await publishing.sharing.port.imageVersionAt(...asked),
    isUnderWay: async (movement) => await publishing.channels.port.isUnderWay(movement),
    async heldIn(set, channel) {
      if (!(await images.planOf(set))?.channels.includes(channel)) return undefined;
      return { number: (await publishing.channels.port.standing(set, channel)).holds?.number };
    },
    isImageSet: async (name) => (await images.planOf(name)) !== undefined,
    async onItsWay(set, channel) {
      const rings = (await images.planOf(set))?.channels.includes(channel);
      const standing = rings ? await publishing.channels.port.standing(set, channel) : undefined;
      return standing?.phase === 'moving' ? standing.holds?.number : undefined;
    },
  });
  const images: Images = wireImages(outside, events, {
    startRelease: async (wanted) => await publishing.releases.port.start(wanted),
    async isAvailable(set, number) {
      await publishing.sharing.port.ensureCopies(set, number);
      await publishing.releases.port.nudge(`${set}.${number}`);
    },
    heldIn: async (set, channel) => (await publishing.channels.port.standing(set, channel)).holds?.number,
    nudgeRelease: async (versionId) => await publishing.releases.port.nudge(versionId),
    rollBack: async (asked) => await publishing.channels.port.rollBack(asked),
    stopRolloutsTo: async (...asked) => await desktops.ofChannels.stopRolloutsTo(...asked),
    copiesOf: async (set, number) => await publishing.sharing.port.copiesOf(set, number),
    ensureCopiesRemoved: async (set, number) =>
      await publishing.sharing.port.ensureCopiesRemoved(set, number),
    usedIn: desktops.usageOf,
    rooms: [
      async ({ set, number }) => await publishing.channels.port.usesOf(set, number),
      async ({ set, number, imageVersionId }) => {
        const copies = await publishing.sharing.port.copiesOf(set, number);
        const ids = [imageVersionId ?? [], ...copies.map((copy) => copy.imageVersionId)].flat();
        return await desktops.usesOf(ids);
      },
      async ({ versionId }) => await publishing.gates.port.usesOf(versionId),
      async ({ versionId }) => await publishing.releases.port.usesOf(versionId),
    ],
    notify: async ({ id, ...notice }) => await notifications.announce(id, notice),
  });
  const publishing: PublishingRooms = wirePublishing(outside, {
    versions: images.port,
    planOf: images.planOf,
    about: async (set, number) => await images.about(set, number),
    beginRelease: async (id) => await images.beginRelease(id),
    rollouts: desktops.ofChannels,
    examineHosts: async (asked) => await desktops.hosts.examineHosts(asked),
    poolsAt: desktops.poolsAt,
    announce: notifications.announce,
    heard: events.heard,
  });
  const { approvals, channels, gates, releases, sharing } = publishing;
  const schedules = wireSchedules(outside, events, images, releases.port);
  const audit = wireAudit(outside);
  const kinds = [
    ...images.kinds,
    releases,
    channels,
    gates,
    approvals,
    sharing,
    schedules,
    ...desktops.kinds,
    notifications,
    events,
    audit,
  ];

  return {
    images: {
      ...images.requests,
      history: async (...asked: Parameters<typeof images.keep.history>) =>
        await images.keep.history(...asked),
    },
    keep: images.keep,
    replication: images.replication,
    marketplace: marketplaceRequests(outside.shelves),
    releases: releases.requests,
    channels: channels.requests,
    gates: gates.requests,
    approvals: approvals.requests,
    sharing: sharing.requests,
    schedules: schedules.requests,
    rollouts: desktops.requests,
    freezes: desktops.freezes,
    audit: { ...audit.requests, journal: audit.journal },
    events: { follow: events.follow },
    subscriptions: notifications.requests,
    hosts: desktops.hosts,
    operations: wireOperations(outside),
    monitors: wireMonitors(outside, { images, desktops, publishing }),
    cursors: cursors(rows('cursors'), outside.newSecret),
    requestFor: repeats(rows('requests'), now, newId),
    nameRequest: namer(newId),
    advanceImage: async (id: string) => await images.advanceImage(id),
    advanceReplication: async (id: string) => await images.advanceReplication(id),
    reapLeftover: async (id: string) => await images.reapLeftover(id),
    advanceRelease: async (id: string) => await releases.advance(id),
    advanceChannel: async (id: string) => await channels.advance(id),
    advanceValidation: async (id: string) => await gates.advance(id),
    advanceApproval: async (id: string) => await approvals.advance(id),
    advanceCopy: async (id: string) => await sharing.advance(id),
    advanceSchedule: async (id: string) => await schedules.advance(id),
    advanceRollout: async (id: string) => await desktops.advanceRollout(id),
    advanceHost: async (id: string) => await desktops.advanceHost(id),
    async deliver(id: string): Promise<void> {
      if (!(await events.publish(id))) await notifications.advance(id);
    },
    /** Wakes whatever is overdue. */
    sweep: async () => {
      // Each for itself: what one kind fails on must not keep the others from being found.
      const swept = await Promise.allSettled(kinds.map(async (kind) => await kind.sweep()));
      const failed = swept.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
    /** Removes what has been kept for as long as it is to be. */
    async prune(): Promise<void> {
      await audit.prune();
      await notifications.prune(await events.prune());
    },
    address: (path: string) => `${publicUrl}/api/${path}`,
    now,
  };
}

export type App = ReturnType<typeof createApp>;
