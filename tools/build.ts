// Bundles an app for deployment: `node tools/build.ts [--app <dir>] [--out <dir>]`. The result holds one main.js
// with everything in it, host.json and package.json, and needs no node_modules: a cold start then reads one file
// and not a thousand.
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { app: { type: 'string' }, out: { type: 'string' } } });
const app = resolve(values.app ?? root);
const out = resolve(values.out ?? join(root, 'dist'));

interface Package {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly main: string;
}
const { name, version, description, main } = JSON.parse(
  readFileSync(join(app, 'package.json'), 'utf8'),
) as Package;

// The same files, in the same order, as the Functions worker loads from the sources.
const entries = globSync(main, { cwd: app }).toSorted();
if (entries.length === 0) {
  console.error(`"${main}" in ${join(app, 'package.json')} names no file: there is nothing to build.`);
  process.exit(1);
}

for (const file of ['main.js', 'main.js.map', 'host.json', 'package.json']) {
  rmSync(join(out, file), { force: true });
}
mkdirSync(out, { recursive: true });
await build({
  stdin: {
    contents: entries
      .map((file) => `import ${JSON.stringify(`./${file.replaceAll('\\', '/')}`)};`)
      .join('\n'),
    resolveDir: app,
    sourcefile: 'main.ts',
  },
  outfile: join(out, 'main.js'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true, // names stay, for whoever reads a stack without the map
  sourcemap: 'linked',
  legalComments: 'none',
  external: ['@azure/functions-core'], // the worker provides it
  banner: {
    // Some of Azure's packages are CommonJS and call `require`, which a module does not have. Source maps are
    // asked for here, because NODE_OPTIONS comes too late in a worker that was started before it had an app.
    js: "import{createRequire as createRequire_}from'node:module';const require=createRequire_(import.meta.url);process.setSourceMapsEnabled(true);",
  },
  logLevel: 'warning',
});
copyFileSync(join(app, 'host.json'), join(out, 'host.json'));
const deployed = { name, version, description, private: true, type: 'module', main: 'main.js' };
writeFileSync(join(out, 'package.json'), `${JSON.stringify(deployed, undefined, 2)}\n`);

const kilobytes = (file: string) => `${Math.round(statSync(join(out, file)).size / 1024)} KB`;
const place = relative(process.cwd(), out) || '.';
console.log(
  `${place}: main.js ${kilobytes('main.js')} from ${entries.length} entry files, and main.js.map ${kilobytes('main.js.map')}`,
);
