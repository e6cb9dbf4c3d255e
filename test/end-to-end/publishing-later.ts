import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startChild } from '../../infra/local/child.ts';
import type { Local } from '../../infra/local/local.ts';

const root = resolve(import.meta.dirname, '../..');

export interface Later {
  readonly stop: () => Promise<void>;
}

/**
 * The app as it is so many days later, in the place of the one that runs: same rows, same queues, same Azure, whose
 * own time goes on as it was. What depends on days that have passed can be seen without waiting for them.
 */
export async function daysLater({ app, settings, keys, url }: Local, days: number): Promise<Later> {
  await app.stop();
  const state = mkdtempSync(join(tmpdir(), 'goldsmith-later-'));
  const [real, virtual, speed] = (settings['LocalClock'] ?? '').split('/');
  const later = Number(virtual) + days * 86_400_000;
  const child = await startChild(
    {
      script: join(root, 'infra/local/functions-host/main.ts'),
      args: [
        ['--app', root],
        ['--port', new URL(url).port],
        ['--state', state],
        [`--host-key=${keys.host}`],
        [`--master-key=${keys.master}`],
      ].flat(),
      env: { ...process.env, ...settings, LocalClock: `${real}/${later}/${speed}` },
    },
    (line): line is object => typeof line === 'object' && line !== null && 'functions' in line,
  );
  return {
    stop: async () => {
      await child.stop();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
