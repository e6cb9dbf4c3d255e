import { parseArgs } from 'node:util';

export interface Options {
  readonly speed: number;
  readonly json: boolean;
  readonly verbose: boolean;
}

const usage = `npm run demo -- [options]

  --speed <n>   virtual seconds per second, 1 to 1000 (250: five hours take a bit more than a minute)
  --json        the outcome once more as JSON, as the last line of stdout
  --verbose     show what the app logs
  --help`;

/** The options of the command line; ends the process with the usage when there is none or they are wrong. */
export function readOptions(args: readonly string[]): Options {
  const given = parsed(args);
  if (given.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const speed = Number(given.speed);
  if (!(speed >= 1 && speed <= 1000))
    refuse(`--speed must be a number from 1 to 1000, not "${given.speed}".`);
  return { speed, json: given.json, verbose: given.verbose };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        speed: { type: 'string', default: '250' },
        json: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
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
