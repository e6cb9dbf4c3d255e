import { Console } from 'node:console';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, clockFrom, startClock } from '../clock.ts';
import { adminApi } from './admin.ts';
import { checkRegistrations, loadApp } from './app-package.ts';
import { type AppSettings, applyLocalSettings, appSettings } from './app-settings.ts';
import { defineFunctions, type FunctionDefinition } from './function-definition.ts';
import { registered } from './functions-core.ts';
import { appStarts, appTerminates } from './hooks.ts';
import { type HostJson, readHostJson } from './host-json.ts';
import { serveHttp } from './http-server.ts';
import { type Invoker, startInvoker } from './invocation.ts';
import { openKeys } from './keys.ts';
import { type Log, stderrLog } from './log.ts';
import { startListeners } from './listeners.ts';
import { openSignIn } from './sign-in.ts';
import { StartError } from './start-error.ts';

export interface HostOptions {
  /** The folder with host.json and package.json. */
  readonly app: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The folder for what outlives the process: timer status and function keys. */
  readonly state: string;
  readonly hostKey: string;
  readonly masterKey: string;
  readonly verbose: boolean;
  /** Told when a function ran longer than functionTimeout: Azure then restarts the worker. */
  readonly onTimeout: () => void;
}

export interface RunningHost {
  readonly url: string;
  readonly functions: readonly FunctionDefinition[];
  readonly log: Log;
  /** Stops taking work, lets what runs finish for 5 s, and tells the app; resolves when all is closed. */
  readonly stop: () => Promise<void>;
}

const drainMs = 5000;

/** Loads the app of a folder and serves it. Once per process: what `@azure/functions` registered cannot be unloaded. */
export async function startHost(options: HostOptions): Promise<RunningHost> {
  process.chdir(options.app);
  // stdout belongs to the host's own line; what an app prints is part of the log.
  globalThis.console = new Console(process.stderr, process.stderr);
  const warnings = applyLocalSettings(options.app, process.env);
  process.env['AZURE_FUNCTIONS_ENVIRONMENT'] = 'Development';
  process.env['FUNCTIONS_WORKER_RUNTIME'] ??= 'node';
  const settings = appSettings(process.env);
  const clock = localClock(settings);
  const log = stderrLog({ verbose: options.verbose, now: clock.now });
  const hostJson = readHostJson(options.app, process.env);
  warnings.push(...hostJson.notFollowed.map((key) => `host.json: "${key}" has no effect here.`));
  for (const warning of warnings) log('warning', 'host', warning);

  const functions = await load(options.app, { settings, hostJson, log });
  const keys = openKeys({ master: options.masterKey, host: options.hostKey, state: options.state });
  const signIn = openSignIn(settings);
  const listeners = startListeners({ functions, hostJson, clock, log, state: options.state });
  const invoker = startInvoker({
    log,
    functionTimeout: hostJson.functionTimeout,
    send: listeners.send,
    onTimeout: (message) => {
      log('critical', 'host', message);
      options.onTimeout();
    },
  });
  const { url, server } = await serveHttp(
    {
      functions,
      keys,
      invoker,
      signIn,
      log,
      http: hostJson.http,
      admin: adminApi({
        functions,
        hostJson,
        keys,
        run: (definition, input) =>
          void runByHand(invoker, definition, () => listeners.manualInput(definition, input), log),
      }),
      homepageDisabled: settings.isOn('AzureWebJobsDisableHomepage'),
    },
    options.port,
  );
  await listeners.listen(invoker);

  return {
    url,
    functions,
    log,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      await listeners.stop();
      const left = await invoker.drain(drainMs);
      if (left > 0)
        log('error', 'host', `${left} invocations were still running after ${drainMs} ms and are lost.`);
      await appTerminates();
      await listeners.close();
      // The last answers may still be on their way out.
      await Promise.race([closed, pause(500, undefined, { ref: false })]);
      server.closeAllConnections();
    },
  };
}

async function load(
  app: string,
  { settings, hostJson, log }: { settings: AppSettings; hostJson: HostJson; log: Log },
): Promise<FunctionDefinition[]> {
  registered.log = (level, category, message) => log(level, category, message);
  await loadApp(app);
  checkRegistrations();
  const functions = defineFunctions(registered.functions.values(), {
    settings,
    hostJson,
    warn: (message) => log('warning', 'host', message),
  });
  checkSettings(functions, settings);
  await appStarts(app);
  registered.started = true;
  const capabilities = await registered.model?.getCapabilities?.({
    RawHttpBodyBytes: 'true',
    RpcHttpBodyOnly: 'true',
  });
  if (capabilities?.['HttpUri'] !== undefined) {
    throw new StartError('app.setup({ enableHttpStream: true }) is not supported by the local host.');
  }
  return functions;
}

function checkSettings(functions: readonly FunctionDefinition[], settings: AppSettings): void {
  const runtime = settings.get('FUNCTIONS_WORKER_RUNTIME');
  if (runtime !== 'node')
    throw new StartError(`FUNCTIONS_WORKER_RUNTIME is '${runtime}', and this app needs 'node'.`);
  if (settings.get('WEBSITE_TIME_ZONE') !== undefined) {
    throw new StartError('WEBSITE_TIME_ZONE is not supported on Linux plans: write schedules in UTC.');
  }
  // Core Tools refuse to start without it; Azure keeps timer status and locks there.
  const stored = functions.find(({ trigger }) => trigger.type !== 'httpTrigger');
  const storage = Object.keys(process.env).some(
    (name) => /^AzureWebJobsStorage(__|$)/.test(name) && process.env[name],
  );
  if (stored && !storage) {
    throw new StartError(
      `Function '${stored.name}': the setting AzureWebJobsStorage is missing; every app needs it that has more than HTTP triggers.`,
    );
  }
}

function localClock(settings: AppSettings): Clock {
  const text = settings.get('LocalClock');
  if (text === undefined) return startClock();
  try {
    return clockFrom(text);
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}

async function runByHand(
  invoker: Invoker,
  definition: FunctionDefinition,
  input: () => Parameters<Invoker['invoke']>[1],
  log: Log,
): Promise<void> {
  try {
    await invoker.invoke(definition, input());
  } catch (error) {
    log('error', definition.name, `A run by hand failed: ${(error as Error).message}`);
  }
}
