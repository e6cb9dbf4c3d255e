import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startArm } from './arm/arm.ts';
import { fleet, type FleetOptions } from './arm/fleet.ts';
import { clockFrom } from './clock.ts';
import './leash.ts';
import { startSink } from './sink/sink.ts';
import { startTables } from './tables/tables.ts';

// What stands in for Azure, except the broker, as one process: Table Storage, Azure Resource Manager and a
// receiver of webhooks. One line of JSON says where they listen, SIGTERM or SIGINT ends it.

const { values: given } = parseArgs({
  options: {
    state: { type: 'string' },
    clock: { type: 'string' },
    seed: { type: 'string' },
    fleet: { type: 'string' },
    'tables-port': { type: 'string', default: '0' },
    'arm-port': { type: 'string', default: '0' },
    'sink-port': { type: 'string', default: '0' },
  },
});
if (given.state === undefined) throw new Error('--state <folder> is needed: where the tables are kept');
if (given.clock === undefined) throw new Error('--clock <real ms>/<virtual ms>/<speed> is needed');

const seed = given.seed === undefined ? {} : { seed: Number(given.seed) };
mkdirSync(given.state, { recursive: true });
const [tables, arm, sink] = await Promise.all([
  startTables({ port: Number(given['tables-port']), file: join(given.state, 'tables.sqlite') }),
  startArm({
    clock: clockFrom(given.clock),
    port: Number(given['arm-port']),
    ...seed,
    fleet: fleet({ ...seed, ...(JSON.parse(given.fleet ?? '{}') as FleetOptions) }),
  }),
  startSink({ port: Number(given['sink-port']) }),
]);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void Promise.all([tables.stop(), arm.stop(), sink.stop()]).then(() => process.exit(0));
  });
}
process.stdout.write(
  `${JSON.stringify({
    tables: { connectionString: tables.connectionString, url: tables.url },
    arm: { url: arm.url },
    sink: { url: sink.url },
  })}\n`,
);
