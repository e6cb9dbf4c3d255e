import { parseArgs } from 'node:util';

export interface Options {
  readonly json: boolean;
  readonly speed: number;
  readonly finished: number;
}

const usage = `npm run bench -- [options]

  --speed <n>      virtual seconds per second of the whole job (100: about three minutes)
  --finished <n>   workflows that are over in the table that is swept (100000: about two minutes)
  --json           one line of JSON instead of the table
  --help`;

/** The options of the command line; ends the process with the usage when they are wrong. */
export function readOptions(args: readonly string[]): Options {
  const given = parsed(args);
  if (given.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const number = (name: 'speed' | 'finished', most: number) => {
    const value = Number(given[name]);
    if (value >= 1 && value <= most) return value;
    return refuse(`--${name} must be a number from 1 to ${most}, not "${given[name]}".`);
  };
  return { json: given.json, speed: number('speed', 1000), finished: number('finished', 10_000_000) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        speed: { type: 'string', default: '100' },
        finished: { type: 'string', default: '100000' },
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
