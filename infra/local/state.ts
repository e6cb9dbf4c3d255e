import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from './clock.ts';

/** The keys that callers and clients of this local cloud need; made once, then kept with its state. */
interface Keys {
  readonly host: string;
  readonly master: string;
  /** The shared access key of the broker. */
  readonly broker: string;
}

/** The folder where a local cloud keeps what outlives its processes. */
export interface State {
  readonly folder: string;
  readonly keys: Keys;
  /** The virtual time at which an earlier run left off, in ms; 0 if there was none. */
  readonly leftOffAt: number;
  /** Notes the time every second from now on, so that the next run does not go back in it. */
  readonly follow: (clock: Clock) => void;
  readonly close: () => void;
}

/** Opens the folder, or makes one that is removed at the end. */
export function openState(given?: string): State {
  const folder = given === undefined ? mkdtempSync(join(tmpdir(), 'goldsmith-')) : resolve(given);
  mkdirSync(folder, { recursive: true });
  const unlock = lock(folder);
  const timeFile = join(folder, 'virtual-time');
  let note: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    folder,
    keys: keysIn(join(folder, 'keys.json')),
    leftOffAt: existsSync(timeFile) ? Number(readFileSync(timeFile, 'utf8')) || 0 : 0,
    follow(clock) {
      note = () => writeFileSync(timeFile, String(Math.ceil(clock.now())));
      note();
      timer = setInterval(note, 1000).unref();
    },
    close() {
      clearInterval(timer);
      note?.();
      unlock();
      if (given === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Two brokers on one file would hand out every message twice. */
function lock(folder: string): () => void {
  const file = join(folder, 'in-use-by');
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (holder !== process.pid && lives(holder)) {
    throw new Error(`${folder} is in use by process ${holder}. Stop that one, or name another folder.`);
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function lives(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // someone else's, but there
  }
}

function keysIn(file: string): Keys {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Keys;
  const key = () => randomBytes(32).toString('base64url');
  const keys = { host: key(), master: key(), broker: randomBytes(32).toString('base64') };
  writeFileSync(file, JSON.stringify(keys, undefined, 2), { mode: 0o600 });
  return keys;
}
