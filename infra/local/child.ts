import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const leash = pathToFileURL(`${import.meta.dirname}/leash.ts`).href;
const tailLines = 40;
const startMs = 60_000;
const stopMs = 15_000;

/** A script to run in a process of its own; it prints one line of JSON when it is ready. */
export interface Program {
  readonly script: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Hears every line that the process prints, and whether it was on stderr. */
  readonly onLine?: ((line: string, isError: boolean) => void) | undefined;
}

export interface Child<Ready> {
  readonly pid: number;
  readonly ready: Ready;
  /** Resolves when the process is gone, with what to say about it: how it ended and its last words. */
  readonly gone: Promise<string>;
  /** kill -9, and waits for the end. */
  readonly kill: () => Promise<void>;
  /** SIGTERM, then kill -9 for one that will not go, and waits for the end. */
  readonly stop: () => Promise<void>;
}

/** Runs the program and waits until it says that it is ready. It ends with this process, whatever ends this. */
export async function startChild<Ready>(
  program: Program,
  isReady: (line: unknown) => line is Ready,
): Promise<Child<Ready>> {
  const child = spawn(process.execPath, ['--import', leash, program.script, ...program.args], {
    env: program.env,
    // A group of its own: Ctrl-C in a terminal goes to the whole group, and would end broker and app at once.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const tail: string[] = [];
  // 'close' comes after 'exit', when the last words have been read.
  const gone = once(child, 'close').then(
    ([code, signal]) => [`${nameOf(program)} ended with ${signal ?? `code ${code}`}`, ...tail].join('\n  '),
    String,
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };

  const ready = await new Promise<Ready>((resolve, reject) => {
    const impatience = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error([`${nameOf(program)} was not ready in ${startMs} ms`, ...tail].join('\n  ')));
    }, startMs);
    void gone.then((how) => reject(new Error(how))).finally(() => clearTimeout(impatience));
    eachLine(child, (line, isError) => {
      if (isError && tail.push(line) > tailLines) tail.shift();
      // What the app itself prints may come first.
      const value = isError ? undefined : parsed(line);
      if (!isReady(value)) return program.onLine?.(line, isError);
      clearTimeout(impatience);
      resolve(value);
    });
  });

  return {
    pid: child.pid ?? 0,
    ready,
    gone,
    kill,
    async stop() {
      const impatience = setTimeout(() => child.kill('SIGKILL'), stopMs);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(impatience);
    },
  };
}

function nameOf({ script }: Program): string {
  const file = basename(script, '.ts');
  return file === 'main' ? basename(dirname(script)) : file;
}

function eachLine({ stdout, stderr }: ChildProcess, heard: (line: string, isError: boolean) => void) {
  if (stdout) createInterface(stdout).on('line', (line) => heard(line, false));
  if (stderr) createInterface(stderr).on('line', (line) => heard(line, true));
}

function parsed(line: string): unknown {
  try {
    return line.startsWith('{') ? JSON.parse(line) : undefined;
  } catch {
    return undefined;
  }
}
