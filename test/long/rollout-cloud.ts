import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetOptions } from '../../infra/local/arm/fleet.ts';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { example, type Json } from '../end-to-end/bad-requests.ts';
import type { ArmRequest, Explained, HostTruth, HostView, PoolTruth, RolloutView } from './rollout-views.ts';

const subscriptionId = '00000000-0000-0000-0000-000000000001';
const subscription = `/subscriptions/${subscriptionId}`;
const desktops = `${subscription}/resourceGroups/rg-desktops/providers`;
const hostPools = `${desktops}/Microsoft.DesktopVirtualization/hostPools`;
const scaleSets = `${desktops}/Microsoft.Compute/virtualMachineScaleSets`;
const apiVersions = { compute: '2026-04-01', desktop: '2024-04-03' };

/** The image set that every pool here follows; its versions are imported as they are, which is quick. */
export const set = 'desktops';
export const numbers = ['1.0.0', '1.1.0', '1.2.0'] as const;

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** A local cloud in which pools are brought from one version to the other, by requests as anybody makes them. */
export interface RolloutCloud {
  readonly local: Local;
  readonly send: <T = Json>(method: string, path: string, body?: unknown) => Promise<Answer<T>>;
  /** Asks for it, and throws what was refused. */
  readonly ask: <T = Json>(method: string, path: string, body?: unknown) => Promise<T>;
  /** How a pool is updated from now on: what is not said is as lenient as can be. */
  readonly policy: (pool: string, policy?: Json, more?: Json) => Promise<void>;
  /** Starts bringing the pool to a version; answers the rollout's id. */
  readonly start: (pool: string, version: string) => Promise<string>;
  readonly rollout: (id: string) => Promise<RolloutView>;
  readonly hosts: (id: string) => Promise<readonly HostView[]>;
  readonly explain: (id: string) => Promise<Explained>;
  /** The rollout, once it is over. */
  readonly over: (id: string) => Promise<RolloutView>;
  /** The host, once it is in the stage. */
  readonly inStage: (id: string, instanceId: string, ...stages: readonly string[]) => Promise<HostView>;
  /** What the rollout says of why it does not go on, once it says so. */
  readonly because: (id: string, code: string) => Promise<string>;
  readonly truth: (pool: string) => Promise<PoolTruth>;
  /** Forgets what the simulated Azure has measured of the pool. */
  readonly measureAnew: (pool: string) => Promise<void>;
  /** The simulator's own doors. */
  readonly door: <T = Json>(method: string, path: string, body?: unknown) => Promise<T>;
  /** Somebody else at work, by requests of his own to Azure. */
  readonly azure: (
    method: string,
    path: string,
    body?: unknown,
    query?: Readonly<Record<string, string>>,
  ) => Promise<Answer<Json>>;
  /** Requests to Azure since that number whose path fits. */
  readonly requests: (since: number, path?: string, method?: string) => Promise<readonly ArmRequest[]>;
  /** How many requests Azure has had. */
  readonly requestsSoFar: () => Promise<number>;
  /** Faults until the answer is called. */
  readonly faults: (...rules: readonly Json[]) => Promise<() => Promise<void>>;
  readonly stop: () => Promise<void>;
}

/** The addresses of what belongs to a seeded pool over a scale set. */
export const at = {
  sessionHost: (pool: string, host: HostTruth) => `${hostPools}/hp-${pool}/sessionHosts/${host.name}`,
  instance: (pool: string, { instanceId }: { readonly instanceId: string }) =>
    `${scaleSets}/vmss-${pool}/virtualMachines/${instanceId}`,
  scaleSet: (pool: string) => `${scaleSets}/vmss-${pool}`,
  machine: (group: string, name: string) =>
    `${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`,
  scalingPlan: (name: string) => `${desktops}/Microsoft.DesktopVirtualization/scalingPlans/${name}`,
  hostPool: (pool: string) => `${hostPools}/hp-${pool}`,
  imageVersion: (number: string) =>
    `${subscription}/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/gal_desktops/images/${set}/versions/${number}`,
};

const link = {
  subscriptionId,
  resourceGroup: 'rg-desktops',
  location: 'westeurope',
  imageSet: set,
  channel: 'by-hand',
};

/** Where the machines of a seeded pool are. */
function machinesOf(pool: string): Json {
  if (pool !== 'vms' && pool !== 'personal')
    return { scaleSet: { resourceGroup: 'rg-desktops', name: `vmss-${pool}` } };
  const secret = (name: string) => ({ secretUri: `https://kv-images.vault.azure.net/secrets/${name}` });
  const extensions = { joindomain: secret('domain-join') };
  const adminPassword = secret('builder-password');
  return { virtualMachines: { resourceGroup: `rg-${pool}`, adminPassword, extensions } };
}

/** What asks nothing of anybody: all hosts that may be worked on are, and their users leave at once. */
export const lenient: Json = {
  maxUnavailable: '100%',
  drainAhead: 0,
  floor: { percent: 0, headroomPercent: 0 },
  sessions: { graceMinutes: 0 },
  minDrainMinutes: 1,
};

export async function until<T>(look: () => Promise<T | undefined | false>, patienceMs = 90_000): Promise<T> {
  const late = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > late) throw new Error(`It took more than ${patienceMs} ms until ${String(look)}`);
    await sleep(50);
  }
}

/** Starts it, with both versions there. */
export async function openRolloutCloud(options: { speed: number; fleet: FleetOptions; startAt?: number }) {
  const { fleet, ...rest } = options;
  const local = await startLocal({ ...rest, fleet, onLine: () => {} });
  try {
    const cloud = cloudAt(local);
    await defineSet(cloud);
    return cloud;
  } catch (error) {
    await local.stop();
    throw error;
  }
}

function cloudAt(local: Local): RolloutCloud {
  const json = async (url: string, method: string, body: unknown, headers: Record<string, string>) => {
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as never };
  };
  const orThrow = <T>(what: string, { status, body }: Answer<T>): T => {
    if (status < 300) return body;
    throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
  };
  const send: RolloutCloud['send'] = async (method, path, body) =>
    await json(`${local.url}/api/${path}`, method, body, { 'x-functions-key': local.keys.host });
  const ask: RolloutCloud['ask'] = async (method, path, body) => {
    const asked = await send(method, path, body);
    // What is to be is to be, whatever is there.
    const any = { 'x-functions-key': local.keys.host, 'if-match': '*' };
    const answer = asked.status === 428 ? await json(`${local.url}/api/${path}`, method, body, any) : asked;
    return orThrow(`${method} ${path}`, answer) as never;
  };
  const door: RolloutCloud['door'] = async (method, path, body) =>
    orThrow(`${method} ${path}`, await json(`${local.arm.url}/local/${path}`, method, body, {}));
  const rollout: RolloutCloud['rollout'] = async (id) => await ask('GET', `rollouts/${id}`);
  const hosts: RolloutCloud['hosts'] = async (id) =>
    (await ask<{ value: readonly HostView[] }>('GET', `rollouts/${id}/hosts`)).value;
  const explain: RolloutCloud['explain'] = async (id) => await ask('GET', `rollouts/${id}/explain`);
  return {
    local,
    send,
    ask,
    door,
    rollout,
    hosts,
    explain,

    async policy(pool, policy = {}, more = {}) {
      const linked = { ...link, hostPool: `hp-${pool}`, ...machinesOf(pool), ...more };
      await ask('PUT', `host-pools/${pool}`, { ...linked, policy: { ...lenient, ...policy } });
    },

    start: async (pool, version) =>
      (await ask<{ id: string }>('POST', `host-pools/${pool}/rollouts`, { version })).id,

    over: async (id) =>
      await until(async () => {
        const seen = await rollout(id);
        return ['succeeded', 'failed', 'aborted'].includes(seen.status) && seen;
      }),

    inStage: async (id, instanceId, ...stages) =>
      await until(async () => {
        const host = (await hosts(id)).find((one) => one.instanceId === instanceId);
        return host?.stage !== undefined && stages.includes(host.stage) && host;
      }),

    because: async (id, code) =>
      await until(async () => {
        const { because } = await explain(id);
        return because.find((one) => one.code === code)?.message;
      }),

    truth: async (pool) => await door('GET', `avd/pools/hp-${pool}`),
    measureAnew: async (pool) => {
      await door('POST', `avd/pools/hp-${pool}/reset`);
    },

    async azure(method, path, body, query = {}) {
      const version = /desktopvirtualization/i.test(path) ? apiVersions.desktop : apiVersions.compute;
      const authorization = 'Bearer somebody.';
      const asked = new URLSearchParams({ 'api-version': version, ...query });
      return await json(`${local.arm.url}${path}?${String(asked)}`, method, body, { authorization });
    },

    async requests(since, path = '', method = '') {
      const query = new URLSearchParams({ since: String(since), path, ...(method !== '' && { method }) });
      return (await door<{ value: readonly ArmRequest[] }>('GET', `requests?${String(query)}`)).value;
    },
    requestsSoFar: async () => (await door<{ total: number }>('GET', 'requests/counts')).total,

    async faults(...rules) {
      const { ids } = await door<{ ids: readonly number[] }>('POST', 'faults', rules);
      return async () => {
        for (const id of ids) await door('DELETE', `faults/${id}`);
      };
    },

    stop: async () => await local.stop(),
  };
}

async function defineSet({ ask }: RolloutCloud): Promise<void> {
  const { definition, ...rest } = example('sources/gallery-version');
  await ask('PUT', `image-sets/${set}`, {
    ...rest,
    recipe: [],
    definition: {
      ...(definition as Json),
      name: set,
      sku: set,
      securityType: 'TrustedLaunchSupported',
    },
    regions: [{ name: 'westeurope', replicas: 1 }],
  });
  for (const number of numbers)
    await ask('POST', `image-sets/${set}/versions`, { release: false, by: 'ana', number });
  for (const number of numbers) {
    await until(async () => {
      const { status } = await ask<{ status: string }>('GET', `image-sets/${set}/versions/${number}`);
      if (['failed', 'canceled'].includes(status)) throw new Error(`version ${number} is ${status}`);
      return status === 'available';
    }, 300_000);
  }
}
