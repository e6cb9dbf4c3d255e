import { parseArgs } from 'node:util';

export const parts = ['accept', 'job', 'build', 'sweep', 'lists', 'rollout', 'steer'] as const;
export type Part = (typeof parts)[number];

export interface Options {
  /** What is measured; all of it unless said. */
  readonly parts: readonly Part[];
  readonly json: boolean;
  readonly speed: number;
  readonly finished: number;
  readonly draws: number;
  readonly seed: number;
  /** Up to how many hosts growth is measured. */
  readonly most: number;
}

const usage = `npm run bench -- [part ...] [options]

  accept           requests against a bare function
  job              the whole job: one version, all hosts
  build            one build by a recipe of ten steps
  sweep            what the sweeper costs
  lists            a page of a list out of 100, 1,000 and 10,000 things (three minutes)
  rollout          100 hosts on a virtual clock, beside others' policies on the same times, and growth
  steer            how soon a pause stops a rollout, and how soon it goes on after a kill (two minutes)

  --speed <n>      virtual seconds per second of the whole job (100: about three minutes)
  --finished <n>   workflows that are over in the table that is swept (100000: about two minutes)
  --draws <n>      draws of the times of a rollout (30: about four minutes)
  --seed <n>       the first of them (1)
  --most <n>       hosts up to which growth is measured (1000; with 10000 also fifty pools: a quarter of an hour more)
  --json           one line of JSON instead of the table
  --help`;

/** The options of the command line; ends the process with the usage when they are wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values: given, positionals } = parsed(args);
  if (given.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const number = (name: 'speed' | 'finished' | 'draws' | 'seed' | 'most', most: number) => {
    const value = Number(given[name]);
    if (value >= 1 && value <= most) return value;
    return refuse(`--${name} must be a number from 1 to ${most}, not "${given[name]}".`);
  };
  const wrong = positionals.find((name) => !parts.some((part) => part === name));
  if (wrong !== undefined) return refuse(`There is no part ${wrong}.`);
  const chosen = parts.filter((part) => positionals.length === 0 || positionals.includes(part));
  return {
    parts: chosen,
    json: given.json,
    speed: number('speed', 1000),
    finished: number('finished', 10_000_000),
    draws: number('draws', 10_000),
    seed: number('seed', 2 ** 30),
    most: number('most', 10_000),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        speed: { type: 'string', default: '100' },
        finished: { type: 'string', default: '100000' },
        draws: { type: 'string', default: '30' },
        seed: { type: 'string', default: '1' },
        most: { type: 'string', default: '1000' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n\n${usage}\n`);
  process.exit(2);
}
