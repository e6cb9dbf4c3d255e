import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../../infra/local/functions-host/main.ts');

export const hostKey = 'the-host-key';
export const masterKey = 'the-master-key';

export interface HostProcess {
  readonly url: string;
  readonly functions: { name: string; type: string; route?: string; methods?: string[] }[];
  /** All that the host has written to its log so far. */
  readonly log: () => string;
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
  readonly kill: (signal: NodeJS.Signals) => Promise<number | null>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface HostProcessOptions {
  readonly app: string;
  readonly settings?: Record<string, string>;
  readonly state?: string;
  readonly verbose?: boolean;
}

/** The folder of a fixture app. */
export function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', name);
}

/** A folder that is gone when the test is. */
export function temporaryFolder(): { path: string; [Symbol.dispose]: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'functions-host-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts the host in a process of its own and waits until it says that it is ready. */
export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const { child, folder, output, exited } = run(options);
  const ready = Promise.withResolvers<string>();
  child.stdout?.on('data', () => output.stdout.includes('\n') && ready.resolve(output.stdout));
  void exited.then((code) => ready.reject(new Error(`the host exited with ${code}:\n${output.stderr}`)));
  const { url, functions } = JSON.parse(await ready.promise) as Pick<HostProcess, 'url' | 'functions'>;
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return {
    url,
    functions,
    exited,
    kill,
    log: () => output.stderr,
    [Symbol.asyncDispose]: async () => {
      await kill('SIGKILL');
      folder[Symbol.dispose]();
    },
  };
}

/** Runs a host that is expected not to start; answers with its exit code and what it said. */
export async function startsInVain(
  options: HostProcessOptions,
): Promise<{ code: number | null; said: string }> {
  const { child, folder, output, exited } = run(options);
  child.stdout?.on('data', () => child.kill('SIGKILL')); // it is ready after all
  const code = await exited;
  folder[Symbol.dispose]();
  return { code, said: output.stderr };
}

function run({ app, settings = {}, state, verbose = false }: HostProcessOptions) {
  const folder = temporaryFolder();
  const args = [
    '--app',
    app,
    '--port',
    '0',
    '--state',
    state ?? folder.path,
    '--host-key',
    hostKey,
    '--master-key',
    masterKey,
  ];
  const child: ChildProcess = spawn(process.execPath, [main, ...args, ...(verbose ? ['--verbose'] : [])], {
    env: { PATH: process.env['PATH'], ...settings },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, folder, output, exited };
}
