// Runs a script or a tool of this repository on the Node that package.json asks for, installing what is
// missing first. Plain JavaScript without dependencies, because on a fresh machine it is all that can run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const node = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

function installed() {
  // npm writes the lock of what it put there beside it; another lock means another set of packages.
  const [wanted, there] = [join(root, 'package-lock.json'), join(modules, '.package-lock.json')];
  if (!existsSync(there) || !existsSync(node)) return false;
  const versions = (file) => Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages ?? {});
  const present = new Map(versions(there).map(([path, { version }]) => [path, version]));
  return versions(wanted).every(
    ([path, { version, optional, devOptional, peer }]) =>
      path === '' || optional || devOptional || peer || present.get(path) === version,
  );
}

if (!installed()) {
  console.error('Installing what is missing (once) ...');
  // Not `npm ci`: it wants every platform's binaries in the lock, and not every registry has them all.
  const { status } = spawnSync('npm', ['install', '--no-save', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('npm install failed; see above. With a registry in reach, run it by hand to see why.');
    process.exit(status ?? 1);
  }
}

const [what, ...rest] = process.argv.slice(2);
const script = what?.endsWith('.ts') ? join(root, what) : join(modules, what ?? '', binOf(what));
const child = spawn(node, [script, ...rest], { stdio: 'inherit', shell: process.platform === 'win32' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

function binOf(name) {
  const { bin } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
  return typeof bin === 'string' ? bin : bin[name];
}
