import type { Random } from '../../core/random.ts';
import type { Contents, StoredFile } from './contents.ts';

/** Work that takes virtual seconds: it yields them one after another, and comes to a result. */
export type Work<T> = Generator<number, T, unknown>;

/** A file on the web, as much as a guest sees of it. */
export type Download = Omit<StoredFile, 'path'> & {
  readonly size: number;
  readonly content: string;
  readonly status?: number;
};

/** What a script in a guest can reach: the guest's contents, its machine, and the web outside. */
export interface Host {
  readonly name: string;
  readonly contents: Contents;
  readonly random: Random;
  /** The account it runs under; undefined is the system's own. */
  readonly user: string | undefined;
  readonly now: () => number;
  /** What Windows says of itself: see `ImageState`. */
  readonly imageState: () => string;
  readonly download: (uri: string) => Download | 'unknown host' | 'not found';
  /** Happens in this guest after so many seconds, unless it goes down before. */
  readonly later: (seconds: number, effect: () => void) => void;
  /** The guest restarts, or stops, when the script is through. */
  readonly leave: (how: 'restart' | 'stop') => void;
  /** What the script has said so far: set by whoever runs it. */
  said: () => Said;
  /** Sysprep (or Linux's deprovisioning) begins; answers how the program ends, undefined when it never does. */
  readonly seal: (given: string) => Work<SealEnd>;
  /** One Windows Installer package after the other. */
  readonly installing: { until: number };
}

export interface SealEnd {
  readonly exitCode: number;
  readonly hangs?: boolean;
  readonly error?: string;
}

/** A script's words, whether it has ended or not. */
export interface Said {
  readonly output: string;
  readonly error: string;
}

/** What a script came to. */
export interface Outcome {
  readonly exitCode: number;
  readonly output: string;
  readonly error?: string;
}
