import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** `npm run soak [-- lives]`: the property tests again, with ten thousand lives each unless told otherwise. */
const [lives = '10000', ...more] = process.argv.slice(2);
if (!/^[1-9]\d{0,6}$/.test(lives) || more.length > 0) {
  console.error(`Usage: npm run soak [-- <lives, a whole number>]; not ${process.argv.slice(2).join(' ')}`);
  process.exit(2);
}
const root = join(import.meta.dirname, '..');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', 'property'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, LIVES: lives },
});
process.exit(status ?? 1);
