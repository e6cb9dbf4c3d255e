/** What the simulated Azure and the receiver of webhooks know: the truth that Goldsmith's own account is held against. */
export interface Truth {
  readonly pool: (name: string) => Promise<PoolTruth>;
  readonly people: () => Promise<readonly PeopleCount[]>;
  readonly resources: () => Promise<readonly Resource[]>;
  readonly requests: () => Promise<{
    readonly total: number;
    readonly byKind: Readonly<Record<string, number>>;
  }>;
  readonly webhooks: () => Promise<readonly Webhook[]>;
  readonly queues: () => Promise<Readonly<Record<string, QueueCount>>>;
}

export interface PoolTruth {
  readonly name: string;
  readonly hosts: readonly HostTruth[];
  readonly capacity: { readonly lowest: number };
  readonly users: {
    readonly messaged: readonly Messaged[];
    readonly loggedOff: readonly { readonly user: string }[];
    readonly cutOff: readonly { readonly user: string; readonly host: string; readonly at: string }[];
    readonly turnedAway: readonly { readonly user: string }[];
  };
}

/** One text that reached one session. */
export interface Messaged {
  /** The session's own id; its number is another's on the next host. */
  readonly objectId: string;
  readonly session: number;
  readonly host: string;
  readonly user: string;
  readonly times: number;
}

export interface HostTruth {
  readonly name: string;
  readonly imageVersion: string | null;
  readonly osDisk: string;
  readonly usable: boolean;
  readonly allowNewSession: boolean | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly reimages: number;
}

export interface PeopleCount {
  readonly pool: string;
  readonly active: number;
  readonly disconnected: number;
  readonly waiting: number;
}

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface QueueCount {
  readonly active: number;
  readonly deadLetter: number;
}

export interface Webhook {
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

interface Addresses {
  readonly arm: { readonly url: string };
  readonly sink: { readonly url: string };
  readonly broker: { readonly http: string };
}

export function truthAt({ arm, sink, broker }: Addresses): Truth {
  const get = async <T>(url: string): Promise<T> => {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return (await response.json()) as T;
  };
  return {
    pool: (name) => get(`${arm.url}/local/avd/pools/${name}`),
    people: async () => (await get<{ value: PeopleCount[] }>(`${arm.url}/local/people`)).value,
    resources: async () => (await get<{ value: Resource[] }>(`${arm.url}/local/resources`)).value,
    requests: () => get(`${arm.url}/local/requests/counts`),
    webhooks: () => get(`${sink.url}/received`),
    queues: () => get(`${broker.http}/counts`),
  };
}

/** The first line of an adaptive card: what people see of it in the chat's list. */
export function headlineOf(card: unknown): string | undefined {
  if (typeof card !== 'object' || card === null) return undefined;
  if ('text' in card && typeof card.text === 'string') return card.text;
  for (const part of Object.values(card)) {
    const found = headlineOf(part);
    if (found !== undefined) return found;
  }
  return undefined;
}
