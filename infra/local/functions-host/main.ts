// A Functions host for one app: `node main.ts --app <dir> --port N --state <dir> --host-key K --master-key M`.
// One JSON line on stdout says that it is ready; the log is on stderr.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { FunctionDefinition } from './function-definition.ts';
import { startHost } from './host.ts';
import { described } from './log.ts';
import { StartError } from './start-error.ts';

const { values } = parseArgs({
  options: {
    app: { type: 'string' },
    port: { type: 'string', default: '7071' },
    state: { type: 'string' },
    'host-key': { type: 'string' },
    'master-key': { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

function crash(error: unknown): never {
  process.stderr.write(`${error instanceof StartError ? error.message : described(error)}\n`);
  process.exit(1);
}

function needed(name: 'app' | 'state' | 'host-key' | 'master-key'): string {
  return values[name] || crash(new StartError(`--${name} is missing.`));
}

function summary({ name, trigger }: FunctionDefinition) {
  if (trigger.type !== 'httpTrigger') return { name, type: trigger.type };
  return { name, type: trigger.type, route: trigger.route, methods: trigger.methods };
}

// As the worker does: an error nobody caught ends the process, and whoever runs it starts it again.
process.on('uncaughtException', crash);

const signalled = Promise.race(
  (['SIGTERM', 'SIGINT'] as const).map((signal) => new Promise((stop) => process.once(signal, stop))),
);
let started = false;
// Asked to stop before it serves, it has nothing to finish.
void signalled.then(() => started || process.exit(0));

const host = await startHost({
  app: resolve(needed('app')),
  port: Number(values.port),
  state: resolve(needed('state')),
  hostKey: needed('host-key'),
  masterKey: needed('master-key'),
  verbose: values.verbose,
  // A moment, so that the caller gets its 500 and the message goes back to its queue.
  onTimeout: () => setTimeout(() => process.exit(1), 500),
}).catch(crash);
started = true;
process.stdout.write(`${JSON.stringify({ url: host.url, functions: host.functions.map(summary) })}\n`);

await signalled;
await host.stop().catch(crash);
process.exit(0);
