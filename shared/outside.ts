import type { CallSystem, Probes } from './gates/ports.ts';
import type { Machines as HostMachines } from './hosts/machine.ts';
import type { SessionHosts } from './hosts/session-host.ts';
import type { EndOfLifeGallery } from './images/bring-end-of-life.ts';
import type { Shelves } from './images/browse.ts';
import type { Capacity } from './images/capacity.ts';
import type { Gallery } from './images/gallery.ts';
import type { Machines, Scripts } from './images/machine.ts';
import type { Marketplace } from './images/marketplace.ts';
import type { Parts } from './images/parts.ts';
import type { Secrets } from './images/secrets.ts';
import type { Sources } from './images/sources.ts';
import type { Instant } from './instant.ts';
import type { Post } from './notifications/ports.ts';
import type { RegionGallery } from './replication/gallery.ts';
import type { DeadLetters } from './operations/ports.ts';
import type { HostPools } from './rollouts/host-pool.ts';
import type { Gallery as RolloutGallery, ReplicaGallery, Fleets } from './rollouts/fleet.ts';
import type { SharingGallery } from './sharing/gallery.ts';
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
  | 'advance-schedule'
  | 'advance-rollout'
  | 'advance-host'
  | 'deliver-notification';

/** All that the app needs of the world around it. */
export interface Outside {
  readonly rows: (table: string) => Rows;
  /** Asks for a look at a time; never throws. */
  readonly wake: (queue: Queue) => (id: string, at: Instant) => Promise<void>;
  readonly deadLetters: DeadLetters;
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
  readonly fleets: Fleets;
  readonly hostMachines: HostMachines;
  readonly sessionHosts: SessionHosts;
  readonly probes: Probes;
  /** Tells another system that a check waits for its word. */
  readonly callSystem: CallSystem;
  readonly post: Post;
  /** Where the settings want people to hear of promotions. */
  readonly teamsWebhook: string | undefined;
  /** Receivers on this machine: in a local cloud. */
  readonly allowPrivateReceivers?: boolean;
  readonly publicUrl: string;
  /** How many versions may be on the bench of one subscription at once. */
  readonly mostBuilds: number;
  /** For how long entries of the audit are kept; 400 days unless said. */
  readonly auditDays?: number | undefined;
  /** For how long events can be read; 90 days unless said. */
  readonly eventDays?: number | undefined;
  readonly now: () => Instant;
  readonly newId: () => string;
  /** What nobody can guess: 32 bytes and more, in letters, digits, - and _. */
  readonly newSecret: () => string;
}
