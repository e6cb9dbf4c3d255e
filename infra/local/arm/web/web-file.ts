import type { ArchiveEntry, Installer } from '../compute/guest/contents.ts';

/** What is to be found at an address. */
export interface WebFile {
  readonly uri: string;
  /** What its SHA-256 is taken of, and what a guest reads when it opens the file. */
  readonly content: string;
  /** Bytes that go over the wire; the content's own when it is not said. */
  readonly size?: number;
  readonly installer?: Installer;
  readonly entries?: readonly ArchiveEntry[];
  /** Answered instead of the file, e.g. 404 or 503. */
  readonly status?: number;
}
