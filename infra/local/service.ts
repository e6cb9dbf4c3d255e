import { type Child, type Program, startChild } from './child.ts';

/** A program that can be killed and started again, on the same port and state as before. */
export interface Service<Ready> {
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  readonly ready: Ready;
  /** kill -9, and waits for the end. */
  readonly kill: () => Promise<void>;
  /** Starts it again after `kill` or `stop`, and waits until it is ready. */
  readonly start: () => Promise<void>;
  /** Lets it finish what it does, and waits for the end. */
  readonly stop: () => Promise<void>;
}

/** Starts the program; `onDeath` is told, with its last words, when it ends and nobody here ended it. */
export async function startService<Ready>(
  program: Program,
  isReady: (line: unknown) => line is Ready,
  onDeath: (how: string) => void,
): Promise<Service<Ready>> {
  const launch = async () => {
    const child = await startChild(program, isReady);
    const run = { child, runs: true, wanted: true };
    void watch(run);
    return run;
  };
  // Each run of its own: the last words of one may come when the next is already there.
  const watch = async (run: { child: Child<Ready>; runs: boolean; wanted: boolean }) => {
    const how = await run.child.gone;
    run.runs = false;
    if (run.wanted) onDeath(how);
  };
  let current = await launch();
  const end = async (how: 'kill' | 'stop') => {
    current.wanted = false;
    if (current.runs) await current.child[how]();
    current.runs = false;
  };
  return {
    get pid() {
      return current.child.pid;
    },
    get ready() {
      return current.child.ready;
    },
    kill: () => end('kill'),
    stop: () => end('stop'),
    async start() {
      if (current.runs) throw new Error(`${program.script} already runs as ${current.child.pid}`);
      current = await launch();
    },
  };
}
