import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocal } from '../../infra/local/local.ts';

const app = join(import.meta.dirname, 'app');
const script = resolve(import.meta.dirname, '../../tools/build.ts');
const build = async (...args: string[]) => await promisify(execFile)(process.execPath, [script, ...args]);

describe('the build', () => {
  let out: string;
  let said: string;
  beforeAll(async () => {
    // Outside the repository, where no node_modules can help.
    out = await mkdtemp(join(tmpdir(), 'dist-'));
    ({ stdout: said } = await build('--app', app, '--out', out));
  });
  afterAll(async () => await rm(out, { recursive: true }));

  it('makes one file with its map, the host settings and a package without dependencies', async () => {
    expect((await readdir(out)).toSorted()).toEqual(['host.json', 'main.js', 'main.js.map', 'package.json']);
    expect(JSON.parse(await readFile(join(out, 'package.json'), 'utf8'))).toEqual({
      name: 'an-app',
      version: '1.2.3',
      private: true,
      type: 'module',
      main: 'main.js',
    });
    expect(said).toMatch(/main\.js \d+ KB/);
  });

  it('leaves the core to the worker, which alone can provide it', async () => {
    expect(await readFile(join(out, 'main.js'), 'utf8')).toMatch(/require\(["']@azure\/functions-core["']\)/);
  });

  it('makes what the local host runs like the sources', async () => {
    const local = await startLocal({ app: out });
    const answer = await fetch(`${local.url}/api/settings`, {
      headers: { 'x-functions-key': local.keys.host },
    });
    expect(await answer.json()).toMatchObject({ PublicUrl: local.url });
    await local.stop();
  });

  it('says so when the package names no function files', async () => {
    const folder = join(app, 'functions');
    await expect(build('--app', folder, '--out', out)).rejects.toMatchObject({ code: 1 });
  });
});
