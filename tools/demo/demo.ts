// The whole job on this machine, before your eyes: an image is asked for, built, replicated, proven on a test
// pool, approved, promoted, and brought onto production hosts while people work on them. Exit 0 only if Azure
// agrees with all that Goldsmith says it did.
import { randomUUID } from 'node:crypto';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { apiAt } from './api.ts';
import { define, follow, request } from './job.ts';
import { before } from './left-behind.ts';
import { readOptions } from './options.ts';
import { sceneMaker } from './scene.ts';
import { openShow, type Show } from './show.ts';
import { summary } from './summary.ts';
import { truthAt } from './truth.ts';
import { judge, type Verdict } from './verdict.ts';

const options = readOptions(process.argv.slice(2));
const ended = new AbortController();
let show: Show | undefined;
const say = (line: string) => (show ? show.say(line) : process.stderr.write(`${line}\n`));

const startedAt = Date.now();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => ended.abort(new Error(`Stopped by ${signal}.`)));
}
const starting = startLocal({
  speed: options.speed,
  verbose: options.verbose,
  fleet: { testHosts: 2, productionHosts: 10, people: 40 },
  onLine: (line, from) => {
    // What goes as it should is in the picture.
    if (options.verbose || !line.includes('"level":"info"')) say(`${from}: ${line}`);
  },
});
let code = 1;
try {
  const local = await starting;
  void local.died.then((how) => ended.abort(how));
  const { verdict, seconds } = await run(local);
  show?.close(summary(verdict, seconds));
  if (options.json) process.stdout.write(`${JSON.stringify(verdict.report)}\n`);
  code = verdict.complaints.length === 0 ? 0 : 1;
} catch (error) {
  const why = ended.signal.aborted ? (ended.signal.reason as Error) : (error as Error);
  show?.close([]);
  process.stderr.write(`${why.message}\n`);
} finally {
  const [local] = await Promise.allSettled([starting]);
  if (local.status === 'fulfilled') await local.value.stop();
}
process.exit(code);

async function run(local: Local): Promise<{ verdict: Verdict; seconds: number }> {
  const { signal } = ended;
  signal.throwIfAborted();
  const truth = truthAt(local);
  const api = apiAt({ url: local.url, key: local.keys.host, signal });
  const linked = await define(api);
  const was = await before(truth, linked);
  const number = await request(api, randomUUID());
  show = openShow(process.stdout, local.clock.now);

  const hosts = new Map(
    await Promise.all(
      linked.map(async ({ name, hostPool, channel }) => {
        const { hosts } = await truth.pool(hostPool);
        const names = hosts.map((host) => host.name.split('.')[0] ?? '');
        return [name, { hostPool, channel, names }] as const;
      }),
    ),
  );
  const sceneOf = sceneMaker();
  const final = await follow(api, number, {
    signal,
    onProgress: async (progress) => {
      show?.scene(sceneOf(progress, { now: local.clock.now(), people: await truth.people(), hosts }));
    },
  });
  const seconds = (Date.now() - startedAt) / 1000;
  return { verdict: await judge(final, { api, truth, before: was, pools: linked }), seconds };
}
