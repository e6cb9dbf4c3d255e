import type { CallSystem, Probes } from './gates/ports.ts';
import type { Machines as HostMachines } from './hosts/machine.ts';
import type { SessionHosts } from './hosts/session-host.ts';
import type { EndOfLifeGallery } from './images/bring-end-of-life.ts';
import type { Shelves } from './images/browse.ts';
import { marketplaceRequests } from './images/browse-requests.ts';
import type { Capacity } from './images/capacity.ts';
import type { Gallery } from './images/gallery.ts';
import type { Machines, Scripts } from './images/machine.ts';
import type { Marketplace } from './images/marketplace.ts';
import type { Parts } from './images/parts.ts';
import type { Secrets } from './images/secrets.ts';
import type { Sources } from './images/sources.ts';
import type { Instant } from './instant.ts';
import type { Post } from './notifications/deliver.ts';
import { repeats } from './repeats.ts';
import type { RegionGallery } from './replication/gallery.ts';
import type { HostPools } from './rollouts/host-pool.ts';
import type { Gallery as RolloutGallery, ReplicaGallery, ScaleSets } from './rollouts/scale-set.ts';
import type { SharingGallery } from './sharing/gallery.ts';
import { wireChat } from './wiring/chat.ts';
import { type Desktops, wireDesktops } from './wiring/desktops.ts';
import { type Images, wireImages } from './wiring/images.ts';
import { type PublishingRooms, wirePublishing } from './wiring/publishing.ts';
import type { Rows } from './workflow/rows.ts';

export type Queue =
  | 'advance-image'
  | 'reap-leftover'
  | 'advance-replication'
  | 'advance-release'
  | 'advance-channel'
  | 'advance-validation'
  | 'advance-approval'
  | 'advance-copy'
  | 'advance-rollout'
  | 'advance-host'
  | 'deliver-notification';

/** All that the app needs of the world around it. */
export interface Outside {
  readonly rows: (table: string) => Rows;
  /** Asks for a look at a time; never throws. */
  readonly wake: (queue: Queue) => (id: string, at: Instant) => Promise<void>;
  readonly marketplace: Marketplace;
  readonly shelves: Shelves;
  readonly sources: Sources;
  readonly capacity: Capacity;
  readonly parts: Parts;
  readonly secrets: Secrets;
  readonly machines: Machines;
  readonly scripts: Scripts;
  readonly gallery: Gallery & RolloutGallery & ReplicaGallery & RegionGallery & EndOfLifeGallery;
  readonly sharing: SharingGallery;
  readonly hostPools: HostPools;
  readonly scaleSets: ScaleSets;
  readonly hostMachines: HostMachines;
  readonly sessionHosts: SessionHosts;
  readonly probes: Probes;
  /** Tells another system that a check waits for its word. */
  readonly callSystem: CallSystem;
  readonly post: Post;
  /** Whether anybody wants to hear of promotions. */
  readonly tellsTeams: boolean;
  readonly publicUrl: string;
  /** How many versions may be on the bench of one subscription at once. */
  readonly mostBuilds: number;
  readonly now: () => Instant;
  readonly newId: () => string;
  /** What nobody can guess: 32 bytes and more, in letters, digits, - and _. */
  readonly newSecret: () => string;
}

/**
 * The whole app, wired in one place. Triggers and tests both start here. No room imports another: what one needs of
 * another is handed in here, so that of each two the compiler holds what is asked for against what is given.
 */
export function createApp(outside: Outside) {
  const { rows, now, newId, publicUrl } = outside;
  const chat = wireChat(outside);
  const desktops: Desktops = wireDesktops(outside, {
    versionOf: async (set, number) => await images.versionOf(set, number),
    refusal: async (set, number) => await images.port.refusal(set, number),
    imageVersionAt: async (...asked) => await publishing.sharing.port.imageVersionAt(...asked),
    isUnderWay: async (movement) => await publishing.channels.port.isUnderWay(movement),
  });
  const images: Images = wireImages(outside, {
    startRelease: async (wanted) => await publishing.releases.port.start(wanted),
    async isAvailable(set, number) {
      await publishing.sharing.port.ensureCopies(set, number);
      await publishing.releases.port.nudge(`${set}.${number}`);
    },
    nudgeRelease: async (versionId) => await publishing.releases.port.nudge(versionId),
    rollBack: async (asked) => await publishing.channels.port.rollBack(asked),
    stopRolloutsTo: desktops.ofChannels.stopRolloutsTo,
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
    notify: async ({ id, ...notice }) => await chat.tell(id, notice),
  });
  const publishing: PublishingRooms = wirePublishing(outside, {
    versions: images.port,
    planOf: images.planOf,
    about: images.about,
    rollouts: desktops.ofChannels,
    examineHosts: desktops.hosts.examineHosts,
    poolsAt: desktops.poolsAt,
    tell: chat.tell,
  });
  const { approvals, channels, gates, releases, sharing } = publishing;
  const kinds = [
    ...images.kinds,
    releases,
    channels,
    gates,
    approvals,
    sharing,
    ...desktops.kinds,
    ...chat.kinds,
  ];

  return {
    images: images.requests,
    keep: images.keep,
    replication: images.replication,
    marketplace: marketplaceRequests(outside.shelves),
    releases: releases.requests,
    channels: channels.requests,
    gates: gates.requests,
    approvals: approvals.requests,
    sharing: sharing.requests,
    rollouts: desktops.requests,
    freezes: desktops.freezes,
    hosts: desktops.hosts,
    requestFor: repeats(rows('requests'), now, newId),
    advanceImage: images.advanceImage,
    advanceReplication: images.advanceReplication,
    reapLeftover: images.reapLeftover,
    advanceRelease: releases.advance,
    advanceChannel: channels.advance,
    advanceValidation: gates.advance,
    advanceApproval: approvals.advance,
    advanceCopy: sharing.advance,
    advanceRollout: desktops.advanceRollout,
    advanceHost: desktops.advanceHost,
    deliver: chat.deliver,
    /** Wakes whatever is overdue. */
    sweep: async () => {
      // Each for itself: what one kind fails on must not keep the others from being found.
      const swept = await Promise.allSettled(kinds.map(async (kind) => await kind.sweep()));
      const failed = swept.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
    address: (path: string) => `${publicUrl}/api/${path}`,
    now,
  };
}

export type App = ReturnType<typeof createApp>;
