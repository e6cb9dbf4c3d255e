import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const main = new URL('../../../infra/local/service-bus/main.ts', import.meta.url).pathname;

export interface Listening {
  readonly port: number;
  readonly http: number;
  readonly connectionString: string;
}

/** A broker in a process of its own, which can be killed and started again with all its files. */
export function brokerProcess(queues: readonly object[]) {
  const folder = mkdtempSync(join(tmpdir(), 'service-bus-'));
  const files = { queues: join(folder, 'queues.json'), messages: join(folder, 'messages.sqlite') };
  writeFileSync(files.queues, JSON.stringify(queues));
  let child: ReturnType<typeof spawn> | undefined;

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  };
  onTestFinished(async () => {
    await end('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  return {
    files,
    end,
    /** Resolves when it says where it listens. */
    start: async (port = 0): Promise<Listening> => {
      const options = ['--port', `${port}`, '--file', files.messages, '--queues', files.queues, '--key', 'k'];
      const started = spawn(process.execPath, [main, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      let errors = '';
      started.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
      const line = await Promise.race([
        once(started.stdout, 'data').then(([bytes]) => (bytes as Buffer).toString()),
        once(started, 'exit').then(() => {
          throw new Error(`the broker did not start: ${errors}`);
        }),
      ]);
      return JSON.parse(line) as Listening;
    },
  };
}
