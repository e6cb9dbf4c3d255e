import type { Instant } from '../instant.ts';
import { Engine } from '../workflow/engine.ts';
import type { Feed } from '../workflow/outbox.ts';
import type { Rows } from '../workflow/rows.ts';
import { WorkflowStore } from '../workflow/store.ts';
import { copiesOf } from './copies.ts';
import type { RegionGallery } from './gallery.ts';
import { performReplication, type ReplicationEngine, type UsedIn } from './perform.ts';
import { type Replication, type ReplicationEvent, replicationLife } from './replication.ts';
import { replicationRequests } from './requests.ts';

interface Parts {
  readonly gallery: RegionGallery;
  readonly usedIn: UsedIn;
  readonly rows: Rows;
  readonly due: Rows;
  readonly wake: (id: string, at: Instant) => Promise<void>;
  readonly now: () => Instant;
  readonly onNews?: (id: string, event: ReplicationEvent) => void;
  readonly feed?: Feed<Replication, ReplicationEvent>;
}

/** The regions of all versions, wired; each version's are known by the id of the version. */
export function replicationRoom({ gallery, usedIn, rows, due, ...parts }: Parts) {
  const { now } = parts;
  const store = new WorkflowStore<Replication, ReplicationEvent>('replication', rows, due);
  const perform = performReplication({ gallery, usedIn, now });
  const engine: ReplicationEngine = new Engine({ workflow: replicationLife, store, perform, ...parts });
  return {
    copies: copiesOf(engine, now),
    /** `versionIdOf` answers the id of a version, where there is one. */
    requests: (versionIdOf: (set: string, number: string) => Promise<string | undefined>) =>
      replicationRequests({ replications: engine, replicationStore: store, versionIdOf, usedIn, now }),
    advance: async (id: string) => await engine.advance(id),
    sweep: async () => await engine.sweep(),
  };
}
