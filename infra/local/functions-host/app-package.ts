import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { registered } from './functions-core.ts';
import { StartError } from './start-error.ts';

const core = new URL('functions-core.ts', import.meta.url).href;

/**
 * Loads the app in a folder as the Node worker does: every file that `main` in its package.json names, one
 * after another. Afterwards `registered` holds what the app registered.
 */
export async function loadApp(appDirectory: string): Promise<void> {
  // Before any file of the app: the library looks for its core at the first registration, and only once.
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '@azure/functions-core' ? { url: core, shortCircuit: true } : next(specifier, context),
  });
  const { main = 'index.js', type } = packageJson(appDirectory);
  const files = globSync(main, { cwd: appDirectory }).toSorted();
  if (files.length === 0)
    throw new StartError(`Found zero files matching the entry point "${main}" of package.json.`);
  const require = createRequire(join(appDirectory, 'package.json'));
  for (const file of files) {
    const path = join(appDirectory, file);
    if (asModule(path, type)) await import(pathToFileURL(path).href);
    else require(path);
  }
}

/** Stops the start unless the app has registered a model and functions: otherwise it would serve nothing, silently. */
export function checkRegistrations(): void {
  if (registered.functions.size === 0) {
    throw new StartError(
      'No functions were registered: the entry files called none of app.http, app.timer, ...',
    );
  }
  if (!registered.model)
    throw new StartError('No programming model was set: functions were registered without @azure/functions.');
}

function packageJson(appDirectory: string): { main?: string; type?: string } {
  const file = join(appDirectory, 'package.json');
  if (!existsSync(file)) throw new StartError(`${file} does not exist.`);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { main?: string; type?: string };
  } catch (error) {
    throw new StartError(`${file} is not JSON: ${(error as Error).message}`);
  }
}

// The worker's rule, by extension and then by the "type" of the app's own package.json.
function asModule(path: string, type: string | undefined): boolean {
  if (path.endsWith('.mjs')) return true;
  return !path.endsWith('.cjs') && type === 'module';
}
