/** What Azure counts a request against. Whoever shares the key shares the tokens. */
export interface Bucket {
  readonly key: string;
  /** Whose limit it is: ARM's in front of all, the provider's for a region, or that of one resource. */
  readonly of: 'front-door' | 'region' | 'resource';
  /** Its tokens go for the pages of a list of many. */
  readonly isList?: true;
  /** Absent where Azure publishes no number: then only a 429 closes it. */
  readonly limit?: { readonly perMinute: number; readonly burst: number };
}

/** "Understand how ARM throttles requests": 25 reads, 10 writes and 10 deletes a second, per subscription. */
const frontDoor = {
  reads: { perMinute: 25 * 60, burst: 250 },
  writes: { perMinute: 10 * 60, burst: 200 },
  deletes: { perMinute: 10 * 60, burst: 200 },
} as const;

interface Cost {
  readonly kind: string;
  /** Tokens a minute for the resource, and for the subscription in its region; the burst is three times that. */
  readonly resource?: number;
  readonly region?: number;
}

type Costs = Partial<Record<'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE', Cost>>;

const change = (kind: string): Cost => ({ kind, resource: 4, region: 500 });
const machine: Costs = {
  GET: { kind: 'get', resource: 12 },
  PUT: change('put'),
  PATCH: change('update'),
  POST: change('update'),
  DELETE: change('delete'),
};
const list: Costs = { GET: { kind: 'list', resource: 10, region: 500 } };
const action: Costs = { POST: { kind: 'action', region: 500 } };
const scripts: Costs = { GET: machine.GET ?? change('get'), PUT: change('update'), DELETE: change('update') };
const set: Costs = { ...machine, PUT: change('update'), DELETE: change('update') };

/**
 * What Compute counts, as in "Troubleshoot API throttling errors - Azure Compute". The first group is the
 * resource whose tokens they are. Where two kinds of machine share a row, the harsher reading is taken.
 */
const compute: readonly (readonly [RegExp, Costs])[] = [
  [/^(.*\/virtualmachinescalesets\/[^/]+\/virtualmachines\/[^/]+)\/runcommands(?:\/[^/]+)?$/, scripts],
  [/^(.*\/virtualmachinescalesets\/[^/]+\/virtualmachines\/[^/]+)(?:\/instanceview)?$/, set],
  [/^(.*\/virtualmachinescalesets\/[^/]+\/virtualmachines\/[^/]+)\/\w+$/, action],
  [/^(.*\/virtualmachinescalesets\/[^/]+)\/(?:virtualmachines|instanceview)$/, list],
  [/^(.*\/virtualmachinescalesets\/[^/]+)\/\w+$/, action],
  [/^(.*\/virtualmachinescalesets\/[^/]+)$/, set],
  [/^(.*\/virtualmachines\/[^/]+)\/runcommands(?:\/[^/]+)?$/, scripts],
  // Extensions count as changes of their machine, as run commands do.
  [/^(.*\/virtualmachines\/[^/]+)\/extensions\/[^/]+$/, scripts],
  [/^(.*\/virtualmachines\/[^/]+)\/deallocate$/, { POST: change('delete') }],
  [/^(.*\/virtualmachines\/[^/]+)(?:\/\w+)?$/, machine],
  // Of a resource group, a scale set or the subscription: no address of a list tells a region, so all share it.
  [/^(.*)\/virtualmachines$/, { GET: { kind: 'list-machines', region: 300 } }],
  [/^(.*\/operations\/[^/]+)$/, { GET: { kind: 'operation', resource: 15 } }],
];

/** The part of a path that names a resource of Compute which lies in one region; undefined for all else. */
export function placedResource(path: string): string | undefined {
  return /^.*\/providers\/microsoft\.compute\/virtualmachine(?:scaleset)?s\/[^/]+/i
    .exec(path)?.[0]
    .toLowerCase();
}

/** All that a request draws from, the widest first; none if it does not go to Azure Resource Manager. */
export function bucketsOf(
  method: string,
  url: string,
  regionOf: (path: string) => string,
): readonly Bucket[] {
  const { host, pathname } = new URL(url);
  if (host !== 'management.azure.com') return [];
  const path = pathname.toLowerCase();
  const subscription = /^\/subscriptions\/([^/]+)/.exec(path)?.[1] ?? '';
  const kind = method === 'DELETE' ? 'deletes' : method === 'GET' || method === 'HEAD' ? 'reads' : 'writes';
  const door: Bucket = { key: `arm|${subscription}|${kind}`, of: 'front-door', limit: frontDoor[kind] };
  return [door, ...providerBuckets(method, path, subscription, regionOf)];
}

function providerBuckets(
  method: string,
  path: string,
  subscription: string,
  regionOf: (path: string) => string,
): Bucket[] {
  const isCompute = path.includes('/providers/microsoft.compute/');
  for (const [shape, costs] of isCompute ? compute : []) {
    const resource = shape.exec(path)?.[1];
    if (resource === undefined) continue;
    const cost = costs[method as keyof Costs];
    if (!cost) break;
    const place = `compute|${subscription}|${regionOf(path)}|${cost.kind}`;
    return [
      ...(cost.region === undefined ? [] : [bucket('region', place, cost.region)]),
      ...(cost.resource === undefined
        ? []
        : [
            {
              ...bucket('resource', `compute|${resource}|${cost.kind}`, cost.resource),
              ...(cost === list.GET && { isList: true as const }),
            },
          ]),
    ];
  }
  // No number is published: a 429 closes the host pool, or else the very resource.
  const pool = /^.*\/hostpools\/[^/]+/.exec(path)?.[0] ?? path;
  return [{ key: `other|${pool}`, of: 'resource' }];
}

function bucket(of: Bucket['of'], key: string, perMinute: number): Bucket {
  return { key, of, limit: { perMinute, burst: perMinute * 3 } };
}
