import type { Instant } from '../instant.ts';

/** One thing that holds a version: as long as there is one it is not deleted. */
export interface Use {
  readonly kind:
    | 'channel'
    | 'rollback-window'
    | 'host-pool'
    | 'hosts'
    | 'rollout'
    | 'validation'
    | 'release'
    | 'version'
    | 'copy';
  readonly name: string;
  readonly message: string;
  readonly until?: Instant;
  /** Of a channel that holds it: the version that a rollback goes to, if there is one. */
  readonly back?: string;
}

/** Everything that uses a version now, of all rooms: handed in by the app. */
export type UsedBy = (version: {
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  readonly imageVersionId?: string;
}) => Promise<readonly Use[]>;
