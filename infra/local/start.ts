import { globSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startLocal, type Local } from './local.ts';

const root = resolve(import.meta.dirname, '../..');

const usage = `npm start -- [options]

  --speed <n>     virtual seconds per second, 0.1 to 1000 (60: Azure's hour takes a minute)
  --port <n>      the app's port; the rest of the local cloud takes the five after it (7071)
  --state <dir>   where tables, messages, keys and timers are kept between runs (.local)
  --app <dir>     the app to run: the sources here, or dist after npm run build (.)
  --seed <n>      chance in the simulated Azure, for runs that go alike
  --verbose       show all that the app logs, not only warnings
  --help`;

/** What a local cloud may be told otherwise: the addresses of its own parts it knows alone. */
const mayBeSaid = ['TeamsWebhook', 'PublicUrl', 'AllowPrivateReceivers'] as const;
const said = mayBeSaid.flatMap((name) => {
  const value = process.env[name];
  return value ? [[name, value] as const] : [];
});

const options = read();
const local = await startLocal({
  ...options,
  settings: Object.fromEntries(said),
  onLine: (line, from) => process.stderr.write(`${from}: ${line}\n`),
}).catch((error: unknown) => fail(`Goldsmith did not start.\n${(error as Error).message}`, 1));

let stopping = false;
const stop = async (code: number) => {
  if (stopping) return;
  stopping = true;
  process.stdout.write('\nStopping ...\n');
  await local.stop();
  process.exit(code);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));
void local.died.then((how) => {
  if (!stopping) process.stderr.write(`\n${how.message}\n`);
  return stop(1);
});

const wrong = await whatKeepsIt(local);
if (wrong === undefined) process.stdout.write(`${welcome(local)}\n`);
else {
  process.stderr.write(`\nGoldsmith is up, and cannot work.\n${wrong}\n`);
  await stop(1);
}

/** What keeps the app from its work, if it is not ready within a few seconds: a start that says nothing of it helps nobody. */
async function whatKeepsIt({ url, keys }: Local): Promise<string | undefined> {
  const headers = { 'x-functions-key': keys.host };
  for (let tries = 1; ; tries += 1) {
    // An app that has no such endpoint says nothing of itself.
    const { status } = await fetch(`${url}/api/ready`);
    if (status !== 503) return undefined;
    const parts = await fetch(`${url}/api/ready/parts`, { headers });
    // Where keys have names, ours may be none of them.
    if (parts.status === 401)
      return 'It is not ready: GET /api/ready/parts says why, with a key that has a role.';
    const found = (await parts.json()) as {
      readonly error?: { readonly message: string; readonly remedy?: string };
      readonly parts?: Readonly<Record<string, { readonly status: string; readonly reason?: string }>>;
    };
    if (found.error) return `${found.error.message} ${found.error.remedy ?? ''}`;
    if (tries === 3) {
      const failed = Object.entries(found.parts ?? {}).filter(([, { status }]) => status !== 'ok');
      return failed.map(([part, { reason = '' }]) => `  ${part}: ${reason}`).join('\n');
    }
    // What was found is kept for ten seconds.
    await sleep(10_000);
  }
}

function welcome({ url, keys, arm, sink, broker, clock }: Local): string {
  const json = `-H 'content-type: application/json'`;
  const api = (method: string, path: string, example?: string) =>
    [
      `curl -X ${method} ${url}/api/${path} -H 'x-functions-key: ${keys.host}'`,
      ...(example === undefined ? [] : [`${json} -d @${example}`]),
    ].join(' ');
  const version = 'image-sets/win11-avd/versions/1.0.0';
  return `
Goldsmith runs. Ctrl-C stops it.

  app        ${url}/api
             key ${keys.host}
             master key ${keys.master} (for ${url}/admin)
  Azure      ${arm.url}, simulated: /local/requests, /local/resources, /local/avd/pools, /local/faults
  webhooks   ${sink.url}/received
  queues     ${broker.http}/counts
  time       ${new Date(clock.now()).toISOString()}, running ${clock.speed} times as fast as the real one
  state      ${options.state}: tables, messages, timers and keys are kept from run to run.
             The simulated Azure starts anew each time: remove the folder to start all over.

Try, in another terminal:

  ${api('PUT', 'image-sets/win11-avd', 'examples/image-set.json')}
${hostPools(api)}
  ${api('POST', 'image-sets/win11-avd/versions', 'examples/version.json')}
  ${api('GET', version)}
  ${api('POST', `${version}/approve`, 'examples/approval.json')}

  # the next three requests to Azure are throttled
  curl -X POST ${arm.url}/local/faults ${json} -d '{"fault":"429","times":3}'
  # the chat messages that arrived
  curl ${sink.url}/received
`;
}

function hostPools(api: (method: string, path: string, example: string) => string): string {
  // "careful" is another policy for the pool of "production": a scale set belongs to one host pool.
  return globSync('examples/host-pool-{test,production}.json', { cwd: root })
    .toSorted()
    .map((file) => `  ${api('PUT', `host-pools/${basename(file, '.json').replace('host-pool-', '')}`, file)}`)
    .join('\n');
}

function read() {
  const { values } = flags();
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const number = (name: 'speed' | 'port' | 'seed', least: number, most: number, whole = true) => {
    const text = values[name];
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
      fail(
        `--${name} must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not "${text}".\n\n${usage}`,
        2,
      );
    }
    return value;
  };
  const seed = number('seed', 0, 2 ** 31 - 1);
  return {
    speed: number('speed', 0.1, 1000, false) ?? 1,
    port: number('port', 1, 65_530) ?? 7071,
    state: resolve(values.state ?? join(root, '.local')),
    app: resolve(values.app ?? root),
    verbose: values.verbose ?? false,
    ...(seed !== undefined && { seed }),
  };
}

function flags() {
  try {
    return parseArgs({
      options: {
        speed: { type: 'string' },
        port: { type: 'string' },
        state: { type: 'string' },
        app: { type: 'string' },
        seed: { type: 'string' },
        verbose: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${usage}`, 2);
  }
}

function fail(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
