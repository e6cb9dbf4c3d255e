import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, describe, expect, it } from 'vitest';
import {
  fixture,
  type HostProcess,
  hostKey,
  startHostProcess,
  startsInVain,
  temporaryFolder,
} from './host-process.ts';
import { eventually, json } from './world.ts';

let host: HostProcess | undefined;
afterEach(() => host?.[Symbol.asyncDispose]());

const start = async (app: string, settings: Record<string, string> = {}, verbose = false) => {
  host = await startHostProcess({ app, settings, verbose });
  return host;
};
const text = async (path: string) => {
  const response = await fetch(`${host?.url}${path}`);
  return `${response.status} ${await response.text()}`;
};

/** A folder that could be deployed: one bundle, host.json, package.json, and no node_modules. */
async function bundled(folder: string, format: 'esm' | 'cjs') {
  const banner = `import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);`;
  await build({
    entryPoints: [join(fixture('web'), 'src/answers.ts')],
    outfile: join(folder, 'main.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format,
    external: ['@azure/functions-core'],
    ...(format === 'esm' && { banner: { js: banner } }),
  });
  cpSync(join(fixture('web'), 'host.json'), join(folder, 'host.json'));
  const type = format === 'esm' ? 'module' : 'commonjs';
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type, main: 'main.js' }));
}

describe('an app', () => {
  it.each(['esm', 'cjs'] as const)('runs as a bundle (%s) that has nothing beside it', async (format) => {
    using folder = temporaryFolder();
    await bundled(folder.path, format);
    const { functions, url } = await start(folder.path);
    expect(functions.length).toBeGreaterThan(10);
    expect(await json(`${url}/api/items/12`)).toMatchObject({ functionName: 'item', params: { id: '12' } });
    expect((await fetch(`${url}/api/guarded`, { headers: { 'x-functions-key': hostKey } })).status).toBe(200);
  });

  it('may be CommonJS, in several entry files, without a route prefix', async () => {
    await start(fixture('hooked'));
    expect(await text('/late')).toBe('200 A function can only be registered during app startup.');
    const { headers } = await fetch(`${host?.url}/late`);
    expect(headers.get('x-host')).toBe('here');
  });

  it('is not alone in its hooks: they see, replace, rescue and spoil invocations', async () => {
    await start(fixture('hooked'));
    expect(await text('/replaced')).toBe('200 {"wrapped":"\\"another input\\""}');
    expect(await text('/rescued')).toBe('200 rescued');
    expect(await text('/spoiled')).toBe('500 ');
    expect(await text('/stopped')).toBe('500 ');
    const seen = await json<string[]>(`${host?.url}/seen`);
    expect(seen).toEqual([
      'appStart',
      'pre replaced',
      'post replaced {"mark":"from pre"}',
      'pre rescued',
      'post rescued {"mark":"from pre"}',
      'pre spoiled',
      'post spoiled {"mark":"from pre"}',
      'pre stopped', // and no post: a pre hook that throws ends it
      'pre seen',
      'post seen {"mark":"from pre"}',
    ]);
  });

  it('writes to the log through its log hooks, warnings always and the rest when asked', async () => {
    await start(fixture('hooked'));
    await text('/logs');
    expect(host?.log()).toContain('warning [logs] masked');
    expect(host?.log()).not.toContain('only when verbose');
    await host?.[Symbol.asyncDispose]();
    await start(fixture('hooked'), {}, true);
    await text('/logs');
    expect(host?.log()).toMatch(
      /Executing \(Reason='GET \/logs'.*[\s\S]*information \[logs\] only when verbose[\s\S]*Executed \(Succeeded/,
    );
  });
});

describe('a host', () => {
  it('asked to stop finishes what runs, tells the app, and ends well', async () => {
    const { url, kill, log } = await start(fixture('hooked'));
    const answer = fetch(`${url}/pause`).then((response) => response.text());
    await eventually(log, () => true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stopped = kill('SIGTERM');
    expect(await answer).toBe('rested');
    expect(await stopped).toBe(0);
    expect(log()).toContain('appTerminate, started: true');
  });

  it('ends at once when an error goes uncaught', async () => {
    const { exited, log } = await start(fixture('hooked'));
    await text('/crash');
    expect(await exited).toBe(1);
    expect(log()).toContain('nobody catches this');
  });

  it('ends when a function runs longer than functionTimeout, after answering 500', async () => {
    const { exited, log } = await start(fixture('hooked'), {
      AzureFunctionsJobHost__functionTimeout: '00:00:00.3',
    });
    expect(await text('/hang')).toBe('500 ');
    expect(await exited).toBe(1);
    expect(log()).toContain("Timeout value of 300 ms was exceeded by function 'hang'");
  });

  it('answers 429 beyond as many requests as host.json allows', async () => {
    const { url } = await start(fixture('hooked'), {
      AzureFunctionsJobHost__extensions__http__maxOutstandingRequests: '2',
    });
    const statuses = await Promise.all([1, 2, 3].map(async () => (await fetch(`${url}/pause`)).status));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 429]);
  });

  it('answers nothing at / when the home page is off', async () => {
    await start(fixture('hooked'), { AzureWebJobsDisableHomepage: 'true' });
    expect(await text('/')).toBe('204 ');
  });
});

describe('a start', () => {
  const hello = `import { app } from '@azure/functions'; app.http('hello', { handler: () => ({}) });`;
  const good = {
    'host.json': '{"version":"2.0"}',
    'package.json': '{"type":"module","main":"*.mjs"}',
    'main.mjs': hello,
  };

  const refusals: [what: string, files: Record<string, string>, said: string][] = [
    ['no function is registered', { 'main.mjs': 'export {};' }, 'No functions were registered'],
    [
      'no entry file exists',
      { 'package.json': '{"main":"nowhere/*.js"}' },
      'Found zero files matching the entry point "nowhere/*.js"',
    ],
    ['an entry file fails', { 'main.mjs': `${hello} throw new Error('half way');` }, 'half way'],
    [
      'functions come without a model',
      {
        'main.mjs': `import { registerFunction } from '@azure/functions-core'; registerFunction({ name: 'f', bindings: {} }, () => {});`,
      },
      'No programming model was set',
    ],
    [
      'a name is taken twice',
      { 'main.mjs': `${hello} app.http('hello', { handler: () => ({}) });` },
      'has already been registered',
    ],
    [
      'HTTP streaming is on',
      { 'main.mjs': `${hello} app.setup({ enableHttpStream: true });` },
      'enableHttpStream: true }) is not supported',
    ],
    [
      'host.json is another version',
      { 'host.json': '{"version":"1.0"}' },
      '"version" must be "2.0", not "1.0"',
    ],
    [
      'local.settings.json is encrypted',
      { 'local.settings.json': '{"Values":{}}' },
      'say "IsEncrypted": false',
    ],
    [
      'a timer has no storage to be remembered in',
      {
        'main.mjs': `import { app } from '@azure/functions'; app.timer('t', { schedule: '0 0 0 * * *', handler: () => {} });`,
      },
      'AzureWebJobsStorage is missing',
    ],
  ];
  it.concurrent.each(refusals)('is refused when %s', async (_what, files, said) => {
    using folder = temporaryFolder();
    mkdirSync(folder.path, { recursive: true });
    symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(folder.path, 'node_modules'));
    for (const [file, content] of Object.entries({ ...good, ...files }))
      writeFileSync(join(folder.path, file), content);
    expect(await startsInVain({ app: folder.path })).toEqual({
      code: 1,
      said: expect.stringContaining(said),
    });
  });

  it('is refused without a folder, keys and a place for its state', async () => {
    expect(await startsInVain({ app: '' })).toEqual({ code: 1, said: '--app is missing.\n' });
  });
});
