import type { Wanted } from './plan.ts';

/** What schedules need of image sets and versions: handed in, because a capability knows only itself. */
export interface Images {
  /** Whether there is such a set, and which channels it has. */
  readonly channelsOf: (set: string) => Promise<readonly string[] | undefined>;
  /** Asks for a version in a schedule's name. The same request is the same version. Answers its number. */
  readonly request: (wanted: Wanted, by: string, request: string) => Promise<string>;
  /** What the version still waits for until it is released, or only built where it is not to be; undefined once over. */
  readonly underWay: (set: string, number: string) => Promise<string | undefined>;
  /** The source of the set as a version begun now would find it, exactly; and whether none was made from it yet. */
  readonly source: (set: string) => Promise<{ readonly source: string; readonly isNew: boolean }>;
}
