import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * One command that tells the truth: format, lint with the boundaries, types, unused code, tests.
 * `--no-tests` leaves the tests out; `--fix` lets the formatter write.
 */
const root = join(import.meta.dirname, '..');
const flags = process.argv.slice(2);
const unknown = flags.filter((flag) => flag !== '--no-tests' && flag !== '--fix');
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(' ')}. Usage: npm run check [-- --no-tests] [-- --fix]`);
  process.exit(2);
}

const steps: [name: string, tool: string, args: string[]][] = [
  ['format', 'oxfmt', flags.includes('--fix') ? ['.'] : ['--check', '.']],
  ['lint and boundaries', 'oxlint', ['.']],
  ['types', 'typescript', ['--noEmit', '-p', '.']],
  ['unused code', 'knip', []],
];
if (!flags.includes('--no-tests')) steps.push(['tests', 'vitest', ['run']]);

const failed = steps.filter(([name, tool, args]) => {
  console.log(`\n== ${name}`);
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter);
  const { status } = spawnSync(process.execPath, [scriptOf(tool), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  return status !== 0;
});
const names = failed.map(([name]) => name).join(', ');
console.log(failed.length === 0 ? '\nAll well.' : `\nNot well: ${names}.`);
process.exit(failed.length === 0 ? 0 : 1);

function scriptOf(name: string): string {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  return join(folder, typeof bin === 'string' ? bin : (bin[name] ?? bin['tsc'] ?? ''));
}
