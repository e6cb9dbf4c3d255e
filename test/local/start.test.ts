import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { freePorts } from '../../infra/local/ports.ts';

const app = join(import.meta.dirname, 'app');
const script = resolve(import.meta.dirname, '../../infra/local/start.ts');
const TeamsWebhook = 'https://chat.example/hook';
const env = { ...process.env, TeamsWebhook, PublicUrl: 'http://localhost:1' };
const start = (...args: string[]) => spawn(process.execPath, [script, ...args], { stdio: 'pipe', env });

/** It takes six ports in a row; where another test has one of them, it is tried with others. */
async function running(state: string) {
  for (;;) {
    const [port = 0] = await freePorts(1);
    const process = start('--app', app, '--state', state, '--port', String(port), '--speed', '60');
    const ended = once(process, 'exit');
    let said = '';
    process.stdout.on('data', (data) => (said += String(data)));
    while (!said.includes('curl') && process.exitCode === null) {
      await Promise.race([once(process.stdout, 'data'), ended]);
    }
    if (process.exitCode === null) return { process, port, said };
  }
}

describe('npm start', () => {
  it.each([
    [['--spede', '60'], "Unknown option '--spede'"],
    [['--speed', 'fast'], '--speed must be a number from 0.1 to 1000, not "fast"'],
    [['--port', '80.5'], '--port must be a whole number'],
    [['extra'], 'Unexpected argument'],
  ])('refuses %j with the reason and the usage', async (args, reason) => {
    const process = start(...args);
    const [said, [code]] = await Promise.all([text(process.stderr), once(process, 'exit')]);
    expect(said).toContain(reason);
    expect(said).toContain('npm start -- [options]');
    expect(code).toBe(2);
  });

  it('prints the addresses and what to try, and ends all of it at Ctrl-C', { timeout: 60_000 }, async () => {
    const state = await mkdtemp(join(tmpdir(), 'start-'));
    const { process, port, said } = await running(state);
    const [, key = ''] = /key (\S+)/.exec(said) ?? [];
    const answer = await fetch(`http://127.0.0.1:${port}/api/settings`, {
      headers: { 'x-functions-key': key },
    });
    expect(answer.status).toBe(200);
    // What the environment says of these counts.
    expect(await answer.json()).toMatchObject({ TeamsWebhook, PublicUrl: 'http://localhost:1' });

    const [other = 0] = await freePorts(1);
    const second = start('--app', app, '--state', state, '--port', String(other));
    expect(await text(second.stderr)).toContain(`${state} is in use by process ${process.pid}`);
    const third = start('--app', app, '--state', `${state}/other`, '--port', String(port));
    expect(await text(third.stderr)).toContain('EADDRINUSE');

    process.kill('SIGINT');
    expect(await once(process, 'exit')).toEqual([0, null]);
    await expect(fetch(`http://127.0.0.1:${port}/api/settings`)).rejects.toThrow('fetch failed');
    await rm(state, { recursive: true });
  });
});
