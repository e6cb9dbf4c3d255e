import type { Copy } from './bench.ts';

/** A disk, snapshot or NIC as Azure shows it. */
export interface FoundPart {
  /** Its own; of a NIC the name that was asked for is only the beginning. */
  readonly id: string;
  readonly owner: string | undefined;
  readonly provisioningState: string;
  /** Why it failed, in Azure's words. */
  readonly error?: string;
  /** Of a snapshot that is still being filled in the background. */
  readonly completionPercent?: number;
}

/**
 * Disks, snapshots and NICs on the bench, by id. Every call but `find` only starts its work. Azure adds to the name
 * of a NIC that it makes with a machine, so that its id stands for whatever begins with it.
 */
export interface Parts {
  readonly find: (id: string) => Promise<FoundPart | undefined>;
  /** Makes a disk or a snapshot, as the id says, tagged with its owner. */
  readonly create: (
    id: string,
    wanted: Copy & { readonly owner: string; readonly location: string },
  ) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
}
