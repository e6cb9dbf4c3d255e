import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { truthAt } from '../../tools/demo/truth.ts';

export type Json = Record<string, unknown>;

const examples = join(import.meta.dirname, '../../examples');
const example = (name: string) => JSON.parse(readFileSync(join(examples, `${name}.json`), 'utf8')) as Json;

interface Answer<T> {
  readonly status: number;
  readonly etag: string | null;
  readonly body: T;
}
interface Release {
  readonly status: string;
  readonly channel?: string;
  readonly stage?: string;
  readonly waitingFor?: string;
  readonly failure?: { readonly code: string; readonly message: string };
  readonly channels: readonly {
    readonly name: string;
    readonly approval?: { readonly id: string; readonly status: string };
    readonly validation?: { readonly id: string; readonly status: string };
    readonly overrides?: readonly object[];
    readonly proof?: object;
  }[];
}
export interface Version {
  readonly version: string;
  readonly status: string;
  readonly imageVersionId?: string;
  readonly deleteRefused?: object;
}
export interface Channel {
  readonly status: string;
  readonly stage?: string;
  readonly revision: number;
  readonly holds?: {
    readonly version: string;
    readonly rollouts: readonly string[];
    readonly proof?: object;
  };
}
interface Line {
  readonly at: string;
  readonly type: string;
}

export type Pool = 'test' | 'production';
export interface Rollout {
  readonly status: string;
  readonly failure?: { readonly code: string };
}

/** A local cloud with two host pools, and what can be asked of it. */
export interface PublishingCloud {
  readonly local: Local;
  readonly send: <T = Json>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer<T>>;
  readonly get: <T>(path: string) => Promise<T>;
  /** The moment so many days from now, as the cloud has it. */
  readonly inDays: (days: number) => string;
  /** Asks for it, and throws what was refused. */
  readonly ask: <T = Json>(method: string, path: string, body?: unknown) => Promise<T>;
  readonly history: (path: string) => Promise<readonly Line[]>;
  /** An image set whose versions are imported as they are, which is quick; what comes later comes in by itself. */
  readonly define: (set: string, more?: Json) => Promise<void>;
  /** Brings one of the two host pools under a channel; all of its hosts are done at once. */
  readonly link: (pool: Pool, imageSet: string, channel: string) => Promise<void>;
  /** Asks for versions one after the other, and waits until all are built. */
  readonly built: (set: string, numbers: readonly string[], body?: Json) => Promise<void>;
  /** The release, once it is there, or has come to where it does not go on by itself. */
  readonly release: (id: string, isThere: (release: Release) => boolean) => Promise<Release>;
  readonly version: (set: string, number: string, ...statuses: string[]) => Promise<Version>;
  /** The channel, once it is settled or stuck. */
  readonly settled: (set: string, channel: string) => Promise<Channel>;
  /** The exact image version that Azure's hosts of the pool run. */
  readonly running: (pool: Pool) => Promise<readonly (string | null)[]>;
  /** The newest version of the set that is not excluded from Azure's `latest`. */
  readonly latest: (set: string) => Promise<string | undefined>;
  /** The rollout, once it is over. */
  readonly rolled: (id: string) => Promise<Rollout>;
  readonly isInGallery: (imageVersionId: string) => Promise<boolean>;
  /** All that chat was told. */
  readonly chat: () => Promise<string>;
}

export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(100);
  }
}

export async function openPublishingCloud(): Promise<PublishingCloud> {
  const local = await startLocal({
    speed: 600,
    fleet: { testHosts: 1, productionHosts: 2, people: 0 },
    onLine: () => {},
  });
  const send: PublishingCloud['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(path.startsWith('http') ? path : `${local.url}/api/${path}`, {
      method,
      headers: { 'x-functions-key': local.keys.host, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status } = response;
    return {
      status,
      etag: response.headers.get('etag'),
      body: (text === '' ? {} : JSON.parse(text)) as never,
    };
  };
  const ask: PublishingCloud['ask'] = async (method, path, body) => {
    const asked = await send(method, path, body);
    // What is to be is to be, whatever is there.
    const answer = asked.status === 428 ? await send(method, path, body, { 'if-match': '*' }) : asked;
    if (answer.status < 300) return answer.body as never;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const get: PublishingCloud['get'] = async (path) => await ask('GET', path);

  const version: PublishingCloud['version'] = async (set, number, ...statuses) =>
    await until(async () => {
      const seen = await get<Version>(`image-sets/${set}/versions/${number}`);
      return statuses.includes(seen.status) && seen;
    });

  return {
    local,
    send,
    ask,
    get,
    version,
    inDays: (days) => new Date(local.clock.now() + days * 86_400_000).toISOString(),
    history: async (path) => (await get<{ value: readonly Line[] }>(`${path}/history`)).value,

    async define(set, more = {}) {
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
        ...more,
      });
      await ask('PUT', `image-sets/${set}/channels/production`, { entry: 'automatic' });
      // Most have no hosts to be proven on, and a gate that says that this may be.
      const checks = [{ name: 'image', kind: 'health', which: 'ImageVersion' }];
      await ask('PUT', `image-sets/${set}/channels/test/gate`, { checks, allowNoHosts: true });
    },

    async link(pool, imageSet, channel) {
      const policy = { maxUnavailable: 2, floor: { percent: 0, headroomPercent: 0 } };
      await ask('PUT', `host-pools/${pool}`, { ...example(`host-pool-${pool}`), imageSet, channel, policy });
    },

    async built(set, numbers, body = {}) {
      for (const number of numbers) {
        await ask('POST', `image-sets/${set}/versions`, { release: false, by: 'ana', number, ...body });
      }
      for (const number of numbers) {
        const { status } = await version(set, number, 'available', 'promoted', 'failed', 'canceled');
        if (['failed', 'canceled'].includes(status)) throw new Error(`${set} ${number} is ${status}`);
      }
    },

    release: async (id, isThere) =>
      await until(async () => {
        const { status, body } = await send<Release>('GET', `releases/${id}`);
        return status === 200 && isThere(body) && body;
      }),

    settled: async (set, channel) =>
      await until(async () => {
        const seen = await get<Channel>(`image-sets/${set}/channels/${channel}`);
        return ['settled', 'stuck'].includes(seen.status) && seen;
      }),

    running: async (pool) => {
      const { hosts } = await truthAt(local).pool(`hp-${pool}`);
      return hosts.map(({ imageVersion }) => imageVersion);
    },

    async latest(set) {
      const path = `subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/gal_desktops/images/${set}/versions`;
      const answer = await fetch(`${local.arm.url}/${path}?api-version=2025-12-03`, {
        headers: { authorization: 'Bearer local.' },
      });
      interface InGallery {
        readonly name: string;
        readonly properties: { readonly publishingProfile: { readonly excludeFromLatest?: boolean } };
      }
      const { value } = (await answer.json()) as { value: readonly InGallery[] };
      const included = value.filter(({ properties }) => !properties.publishingProfile.excludeFromLatest);
      return included
        .map(({ name }) => name)
        .toSorted()
        .at(-1);
    },

    rolled: async (id) =>
      await until(async () => {
        const rollout = await get<Rollout>(`rollouts/${id}`);
        return ['succeeded', 'failed', 'aborted'].includes(rollout.status) && rollout;
      }),

    isInGallery: async (imageVersionId) => {
      const all = await truthAt(local).resources();
      return all.some(({ id }) => id.toLowerCase() === imageVersionId.toLowerCase());
    },

    chat: async () => JSON.stringify(await truthAt(local).webhooks()),
  };
}
