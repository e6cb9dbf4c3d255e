import { join, resolve } from 'node:path';
import type { FleetOptions } from './arm/fleet.ts';
import { startClock, type Clock } from './clock.ts';
import { freePorts } from './ports.ts';
import { startService, type Service } from './service.ts';
import { openState } from './state.ts';

const here = import.meta.dirname;
const root = resolve(here, '../..');

export interface LocalOptions {
  /** Virtual seconds per second. */
  readonly speed?: number;
  /** Where virtual time begins, in ms; otherwise now, or where the state left off if that is later. */
  readonly startAt?: number;
  /** A folder that is kept; otherwise all state goes at the end. */
  readonly state?: string;
  /** The folder with the app's host.json and package.json: the repository, or `dist`. */
  readonly app?: string;
  /** The app's port; the rest then take the ports after it. Otherwise all are free ones. */
  readonly port?: number;
  readonly seed?: number;
  /** The hosts and people that the simulated Azure starts with. */
  readonly fleet?: FleetOptions;
  /** App settings beside ours, or instead of them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The app logs all it does, not only warnings; to stderr, unless `onLine` is there to hear it. */
  readonly verbose?: boolean;
  /** Hears what the processes print. */
  readonly onLine?: (line: string, from: 'app' | 'broker' | 'cloud') => void;
}

type Process = Pick<Service<unknown>, 'pid' | 'kill' | 'start' | 'stop'>;

/** Goldsmith and all it needs, running on this machine. */
export interface Local {
  /** The app's address. */
  readonly url: string;
  readonly keys: { readonly host: string; readonly master: string };
  readonly clock: Clock;
  readonly arm: { readonly url: string };
  readonly sink: { readonly url: string };
  readonly tables: { readonly connectionString: string; readonly url: string };
  /** Where the broker tells how deep its queues are (`GET /counts`). */
  readonly broker: { readonly http: string; readonly connectionString: string };
  readonly settings: Readonly<Record<string, string>>;
  readonly app: Process;
  readonly brokerProcess: Process;
  readonly cloudProcess: { readonly pid: number };
  /** Resolves, with its last words, when a process ends that nobody here ended. Never rejects. */
  readonly died: Promise<Error>;
  /** Ends everything, the app first, and removes the state unless it was to be kept. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the local cloud and the app in three processes, and waits until all are ready. They end with this
 * process, also when that is killed.
 */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const state = openState(options.state);
  const { keys } = state;
  const ports = await portsFor(options.port);
  const startAt = options.startAt ?? Math.max(state.leftOffAt, Date.now());
  const clock = startClock({ startAt, ...(options.speed !== undefined && { speed: options.speed }) });
  const hear = options.onLine ?? (options.verbose ? toStderr : undefined);
  const died = Promise.withResolvers<Error>();
  const services: Promise<Service<unknown>>[] = [];

  const run = async <Ready>(
    from: 'app' | 'broker' | 'cloud',
    script: string,
    args: readonly (readonly [flag: string, value?: string | number])[],
    settings: Readonly<Record<string, string>>,
    isReady: (line: unknown) => line is Ready,
  ) => {
    const program = {
      script: join(here, script),
      args: args.flat().map(String),
      env: { ...process.env, LocalClock: clock.text, ...settings },
      onLine: (line: string) => hear?.(line, from),
    };
    const service = startService(program, isReady, (how) => died.resolve(new Error(how)));
    services.push(service);
    return await service;
  };

  /** The last started first: whoever uses another goes before it. */
  const stop = async () => {
    for (const starting of services.toReversed()) {
      const [service] = await Promise.allSettled([starting]);
      if (service.status === 'fulfilled') await service.value.stop();
    }
    state.close();
  };

  const startAll = async () => {
    const cloudArgs = [
      ['--state', state.folder],
      ['--clock', clock.text],
      ['--tables-port', ports.tables],
      ['--arm-port', ports.arm],
      ['--sink-port', ports.sink],
      ...(options.seed === undefined ? [] : [['--seed', options.seed] as const]),
      ...(options.fleet === undefined ? [] : [['--fleet', JSON.stringify(options.fleet)] as const]),
    ] as const;
    const brokerArgs = [
      ['--port', ports.broker],
      ['--http-port', ports.brokerHttp],
      ['--file', join(state.folder, 'service-bus.sqlite')],
      ['--queues', join(root, 'infra/queues.json')],
      [`--key=${keys.broker}`],
    ] as const;
    const [cloud, broker] = await Promise.all([
      run('cloud', 'cloud.ts', cloudArgs, {}, isCloud),
      run('broker', 'service-bus/main.ts', brokerArgs, {}, isBroker),
    ]);
    state.follow(clock);

    const { tables, arm, sink } = cloud.ready;
    const url = `http://127.0.0.1:${ports.app}`;
    const settings = {
      FUNCTIONS_WORKER_RUNTIME: 'node',
      AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
      AzureWebJobsStorage: tables.connectionString,
      Tables: tables.connectionString,
      ServiceBus: broker.ready.connectionString,
      ArmEndpoint: arm.url,
      LocalClock: clock.text,
      TeamsWebhook: `${sink.url}/teams`,
      AllowPrivateReceivers: 'true',
      PublicUrl: url,
      ...options.settings,
    };
    const appArgs = [
      ['--app', resolve(options.app ?? root)],
      ['--port', ports.app],
      ['--state', join(state.folder, 'functions-host')],
      [`--host-key=${keys.host}`],
      [`--master-key=${keys.master}`],
      ...(options.verbose ? [['--verbose'] as const] : []),
    ] as const;
    const app = await run('app', 'functions-host/main.ts', appArgs, settings, isApp);
    const { connectionString, http } = broker.ready;
    return {
      url,
      keys: { host: keys.host, master: keys.master },
      clock,
      arm,
      sink,
      tables,
      broker: { http: `http://127.0.0.1:${http}`, connectionString },
      settings,
      app,
      brokerProcess: broker,
      cloudProcess: cloud,
      died: died.promise,
      stop,
    };
  };
  try {
    return await startAll();
  } catch (error) {
    await stop();
    throw error;
  }
}

function toStderr(line: string, from: string): void {
  process.stderr.write(`${from}: ${line}\n`);
}

/** The app's port and the ones after it, so that addresses stay the same from run to run; or any that are free. */
async function portsFor(port = 0) {
  const [app = 0, arm = 0, sink = 0, tables = 0, broker = 0, brokerHttp = 0] =
    port === 0 ? await freePorts(6) : Array.from({ length: 6 }, (_, n) => port + n);
  return { app, arm, sink, tables, broker, brokerHttp };
}

interface CloudReady {
  tables: { connectionString: string; url: string };
  arm: { url: string };
  sink: { url: string };
}
const has = (line: unknown, ...names: string[]) =>
  typeof line === 'object' && line !== null && names.every((name) => name in line);
const isCloud = (line: unknown): line is CloudReady => has(line, 'tables', 'arm', 'sink');
const isBroker = (line: unknown): line is { connectionString: string; http: number } =>
  has(line, 'connectionString', 'http');
const isApp = (line: unknown): line is { url: string } => has(line, 'url', 'functions');
