import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { type Api, apiAt } from '../../tools/demo/api.ts';

/** What the simulator of Azure says there is. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly n: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body?: unknown;
}

export interface Seen {
  readonly version: string;
  readonly status: string;
  readonly stage?: string;
  readonly waitingFor?: string;
  readonly attempt: number;
  readonly failure?: { readonly code: string; readonly message: string; readonly remedy?: string };
  readonly imageVersionId?: string;
  readonly steps: readonly { readonly name: string; readonly exitCode: number; readonly attempts: number }[];
  readonly inspection: readonly { readonly rule: string; readonly outcome: string }[];
  readonly leftovers?: readonly string[];
}

export interface Wish {
  readonly set?: object;
  readonly recipe?: readonly object[];
  readonly bench?: object;
  readonly source?: object;
  readonly definition?: object;
  readonly version?: object;
}

/** A local cloud to break, and what can be asked of it. */
export interface BenchCloud {
  readonly local: Local;
  readonly api: Api;
  /** What the app printed. */
  readonly printed: readonly string[];
  readonly arm: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Things go wrong from now on, until what is returned is called. */
  readonly fault: (...rules: readonly object[]) => Promise<() => Promise<void>>;
  readonly resources: () => Promise<readonly Resource[]>;
  readonly requests: (where?: string) => Promise<readonly Asked[]>;
  /** Defines the set and asks for a version of it. */
  readonly build: (name: string, wish?: Wish) => Promise<string>;
  readonly seen: (name: string, number?: string) => Promise<Seen>;
  readonly until: (name: string, isSo: (seen: Seen) => boolean, number?: string) => Promise<Seen>;
  /** Waits until nothing more happens by itself. */
  readonly over: (name: string, number?: string) => Promise<Seen>;
}

const ends = new Set(['available', 'failed', 'canceled', 'held']);
const subscription = '00000000-0000-0000-0000-000000000001';
export const group = `/subscriptions/${subscription}/resourceGroups/rg-images/providers`;

export async function openBenchCloud(
  settings: Readonly<Record<string, string>> = {},
  seed?: number,
): Promise<BenchCloud> {
  const printed: string[] = [];
  const local = await startLocal({
    speed: 300,
    fleet: { testHosts: 1, productionHosts: 1, people: 0 },
    verbose: true,
    settings,
    ...(seed !== undefined && { seed }),
    onLine: (line, from) => from === 'app' && printed.push(line),
  });
  const api = apiAt({ url: local.url, key: local.keys.host, patienceMs: 60_000 });
  const arm: BenchCloud['arm'] = async (method, path, body) => {
    const answer = await fetch(local.arm.url + path, {
      method,
      headers: { authorization: 'Bearer local.', 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const listed = async (path: string) => ((await arm('GET', path)) as { value: never[] }).value;
  const seen: BenchCloud['seen'] = async (name, number = '1.0.0') =>
    await api.get<Seen>(`image-sets/${name}/versions/${number}`);
  const until: BenchCloud['until'] = async (name, isSo, number) => {
    for (;;) {
      const now = await seen(name, number);
      if (isSo(now)) return now;
      await sleep(250);
    }
  };
  return {
    local,
    api,
    printed,
    arm,
    seen,
    until,
    fault: async (...rules) => {
      const { ids } = (await arm('POST', '/local/faults', rules)) as { ids: number[] };
      return async () => {
        for (const id of ids) await arm('DELETE', `/local/faults/${id}`);
      };
    },
    resources: async () => await listed('/local/resources'),
    requests: async (where = '') => await listed(`/local/requests?path=${encodeURIComponent(where)}`),
    build: async (name, wish = {}) => {
      await api.put(`image-sets/${name}`, setOf(name, wish));
      const key = { 'idempotency-key': randomUUID() };
      const { version } = await api.post<Seen>(
        `image-sets/${name}/versions`,
        { release: false, ...wish.version },
        key,
      );
      return version;
    },
    over: async (name, number) => await until(name, ({ status }) => ends.has(status), number),
  };
}

export const script = (name: string, text = `Write-Output '${name}'\nStart-Sleep -Seconds 60`) => ({
  name,
  script: text,
  timeoutMinutes: 15,
});

export function setOf(name: string, { set, recipe, bench, source, definition }: Wish): object {
  return {
    subscriptionId: subscription,
    gallery: { resourceGroup: 'rg-images', name: 'gal_desktops', location: 'westeurope' },
    definition: {
      name,
      osType: 'Windows',
      osState: 'Generalized',
      hyperVGeneration: 'V2',
      securityType: 'TrustedLaunch',
      architecture: 'x64',
      publisher: 'Contoso',
      offer: 'broken',
      sku: name,
      ...definition,
    },
    source: source ?? {
      marketplace: {
        publisher: 'MicrosoftWindowsDesktop',
        offer: 'windows-11',
        sku: 'win11-24h2-avd',
        version: 'latest',
      },
    },
    recipe: recipe ?? [script('one')],
    bench: {
      resourceGroup: 'rg-images',
      location: 'westeurope',
      vmSize: 'Standard_D4s_v5',
      subnetId: `${group}/Microsoft.Network/virtualNetworks/vnet-images/subnets/build`,
      ...bench,
    },
    regions: [{ name: 'westeurope', replicas: 1 }],
    ...set,
  };
}

const version = 'api-version=2026-04-01';

/** Somebody else's things in Azure, made without the app. */
export function somebodyElse({ arm }: BenchCloud) {
  const compute = `${group}/Microsoft.Compute`;
  const subnet = { id: `${group}/Microsoft.Network/virtualNetworks/vnet-images/subnets/build` };
  const location = 'westeurope';
  return {
    async machine(name: string, nic = `${name}-card`): Promise<void> {
      const ipConfigurations = [{ name: 'ip', properties: { primary: true, subnet } }];
      await arm('PUT', `${compute}/virtualMachines/${name}?${version}`, {
        location,
        properties: {
          hardwareProfile: { vmSize: 'Standard_D4s_v5' },
          securityProfile: {
            securityType: 'TrustedLaunch',
            uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
          },
          storageProfile: {
            imageReference: {
              publisher: 'MicrosoftWindowsDesktop',
              offer: 'windows-11',
              sku: 'win11-24h2-avd',
              version: 'latest',
            },
            osDisk: { name: `${name}-system`, createOption: 'FromImage' },
          },
          osProfile: {
            computerName: name.slice(0, 15),
            adminUsername: 'somebody',
            adminPassword: 'Aa1-somebodyElse!',
          },
          networkProfile: {
            networkApiVersion: '2022-11-01',
            networkInterfaceConfigurations: [{ name: nic, properties: { primary: true, ipConfigurations } }],
          },
        },
      });
    },
    async disk(name: string): Promise<void> {
      const properties = { creationData: { createOption: 'Empty' }, diskSizeGB: 16 };
      await arm('PUT', `${compute}/disks/${name}?api-version=2026-03-02`, { location, properties });
    },
    async snapshot(name: string): Promise<void> {
      const sourceResourceId = `${compute}/disks/disk-data`;
      const properties = { creationData: { createOption: 'Copy', sourceResourceId } };
      await arm('PUT', `${compute}/snapshots/${name}?api-version=2026-03-02`, { location, properties });
    },
  };
}

/** What is in Azure now, was not before, and is no part of a gallery. */
export function leftOf(before: readonly Resource[], after: readonly Resource[]): string[] {
  const known = new Set(before.map(({ id }) => id.toLowerCase()));
  return after
    .filter(({ id, type }) => !known.has(id.toLowerCase()) && !/\/galleries(\/|$)/i.test(type))
    .map(({ id }) => id);
}
