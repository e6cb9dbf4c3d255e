// Lives of the whole app on a virtual clock, one for each seed: builds, releases and rollouts in a world in
// which processes die, messages are lost and Azure says no. Exits with 1 if any of them broke a rule.
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { quiet } from '../test/simulation/cloud.ts';
import { liveOnce, type Told } from '../test/simulation/story.ts';
import { rules, type TakenOut } from '../test/simulation/taken-out.ts';

const usage = `npm run simulate -- [options]

  --runs <n>        how many lives (1000)
  --seed <n>        the first seed; the others follow it (1)
  --without <rule>  take a rule out, to see that it is missed: ${rules.join(', ')}
  --workers <n>     how many at once (one for each core)
  --json            one line of JSON at the end
  --help`;

/** What a worker is given: every so-manieth seed from the first on. */
interface Share {
  readonly first: number;
  readonly step: number;
  readonly end: number;
  readonly taken: TakenOut;
}

interface Sum {
  readonly seed: number;
  readonly runs: number;
  readonly violations: number;
  readonly seconds: number;
  readonly runsPerSecond: number;
  readonly workers: number;
  readonly rollouts: number;
  readonly builds: number;
  readonly admissions: number;
  readonly virtualDays: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly violated: readonly { readonly seed: number; readonly violations: readonly string[] }[];
}

if (isMainThread) await main();
else await live(workerData as Share);

async function live({ first, step, end, taken }: Share): Promise<void> {
  quiet();
  // oxlint-disable-next-line require-post-message-target-origin -- a worker thread has no origin
  for (let seed = first; seed < end; seed += step) parentPort?.postMessage(await lived(seed, taken));
}

/** What the simulation itself stumbles over is a violation too: a defect is not to be borne. */
async function lived(seed: number, taken: TakenOut): Promise<Told> {
  try {
    return await liveOnce(seed, taken);
  } catch (error) {
    const violations = [`a defect: ${(error as Error).stack}`];
    return { seed, violations, event: 0, last: [], ends: [], built: false, admissions: 0, virtualHours: 0 };
  }
}

async function main(): Promise<void> {
  const { runs, seed, workers, taken, json } = options();
  const began = performance.now();
  const all: Told[] = [];
  const hear = (told: Told) => {
    all.push(told);
    if (told.violations.length > 0) report(told);
    if (all.length % 500 === 0) process.stderr.write(`${all.length} of ${runs} lives ...\n`);
  };
  const shares = Array.from({ length: Math.min(workers, runs) }, (_, index) => {
    return { first: seed + index, step: workers, end: seed + runs, taken };
  });
  const lives = Promise.all(shares.map(async (share) => await work(share, hear)));
  // Whoever breaks it off is told of what has been lived so far.
  await Promise.race([lives, once(process, 'SIGINT')]);
  const sum = summed(all, { seed, workers, seconds: (performance.now() - began) / 1000 });
  process.stdout.write(json ? `${JSON.stringify(sum)}\n` : `${asText(sum).join('\n')}\n`);
  // A life that never ended is no life without violations.
  process.exit(sum.violations === 0 && sum.runs === runs ? 0 : 1);
}

async function work(share: Share, hear: (told: Told) => void): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: share,
    execArgv: process.execArgv,
    // What a life leaves is collected at its end, and not all the time.
    resourceLimits: { maxYoungGenerationSizeMb: 128 },
  });
  await new Promise<void>((resolve, reject) => {
    worker.on('message', hear);
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}

function report({ seed, event, violations, last }: Told): void {
  const lines = [
    `seed ${seed} broke a rule at event ${event}:`,
    ...violations.slice(0, 5).map((violation) => `  ${violation}`),
    ...last.map((line) => `    ${line}`),
    `  again: npm run simulate -- --runs 1 --seed ${seed}`,
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}

function summed(
  all: readonly Told[],
  { seed, workers, seconds }: Pick<Sum, 'seed' | 'workers' | 'seconds'>,
): Sum {
  const ends: Record<string, number> = {};
  for (const end of all.flatMap((told) => told.ends)) ends[end] = (ends[end] ?? 0) + 1;
  const violated = all.filter(({ violations }) => violations.length > 0);
  return {
    seed,
    runs: all.length,
    violations: violated.length,
    seconds: Number(seconds.toFixed(1)),
    runsPerSecond: Number((all.length / seconds).toFixed(1)),
    workers,
    rollouts: all.flatMap((told) => told.ends).filter((end) => end.startsWith('rollout ')).length,
    builds: all.filter(({ built }) => built).length,
    admissions: all.reduce((sum, { admissions }) => sum + admissions, 0),
    virtualDays: Math.round(all.reduce((sum, { virtualHours }) => sum + virtualHours, 0) / 24),
    ends: Object.fromEntries(Object.entries(ends).toSorted(([, a], [, b]) => b - a)),
    violated: violated
      .slice(0, 20)
      .map(({ seed, violations }) => ({ seed, violations: violations.slice(0, 3) })),
  };
}

function asText({ ends, violated, ...sum }: Sum): string[] {
  return [
    `${sum.runs} lives from seed ${sum.seed}: ${sum.violations} with a violation`,
    `  ${sum.seconds} s with ${sum.workers} workers, ${sum.runsPerSecond} lives a second`,
    `  ${sum.virtualDays} virtual days, ${sum.rollouts} rollouts, ${sum.admissions} hosts admitted; ${sum.builds} lives with a build`,
    ...Object.entries(ends).map(([end, times]) => `  ${String(times).padStart(7)} ${end}`),
    ...violated.map(({ seed, violations }) => `  seed ${seed}: ${violations[0]}`),
  ];
}

function options() {
  const given = parsed();
  if (given.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const whole = (name: 'runs' | 'seed' | 'workers') => {
    const value = Number(given[name] ?? availableParallelism());
    return Number.isSafeInteger(value) && value >= 1
      ? value
      : refuse(`--${name} must be a whole number from 1, not "${given[name]}".`);
  };
  const rule = rules.find((one) => one === given.without);
  if (given.without !== undefined && !rule) return refuse(`There is no rule ${given.without}.`);
  const taken: TakenOut = rule ? { [rule]: true } : {};
  return { runs: whole('runs'), seed: whole('seed'), workers: whole('workers'), taken, json: given.json };
}

function parsed() {
  try {
    return parseArgs({
      options: {
        runs: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '1' },
        workers: { type: 'string' },
        without: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n\n${usage}\n`);
  process.exit(2);
}
