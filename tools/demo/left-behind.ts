import type { HostTruth, PoolTruth, Resource, Truth } from './truth.ts';

/** What Azure held before the job, to tell what the job added. */
export interface Before {
  readonly resources: ReadonlySet<string>;
  readonly hosts: ReadonlyMap<string, HostTruth>;
}

export async function before(truth: Truth, pools: readonly { readonly hostPool: string }[]): Promise<Before> {
  const [resources, found] = await Promise.all([
    truth.resources(),
    Promise.all(pools.map(({ hostPool }) => truth.pool(hostPool))),
  ]);
  return {
    resources: new Set(resources.map(({ id }) => id.toLowerCase())),
    hosts: new Map(found.flatMap(({ hosts }) => hosts).map((host) => [host.name, host])),
  };
}

/** What a version is for: it stays. */
const results = new Set([
  'microsoft.compute/galleries',
  'microsoft.compute/galleries/images',
  'microsoft.compute/galleries/images/versions',
]);

/** Everything that the job should have taken away or put back and did not, each by its name. */
export function leftBehind(
  { resources: known, hosts: were }: Before,
  resources: readonly Resource[],
  pools: readonly PoolTruth[],
): string[] {
  const hosts = pools.flatMap(({ hosts }) => hosts);
  // A reimage gives a host a new disk under a new name, which is the host's own.
  const disks = new Set(hosts.map(({ osDisk }) => osDisk.toLowerCase()));
  const added = resources.filter(
    ({ id, type }) =>
      !known.has(id.toLowerCase()) && !results.has(type.toLowerCase()) && !disks.has(id.toLowerCase()),
  );
  return [
    ...added.map(({ id, type }) => `${type.split('/').slice(1).join('/')} ${shortNameOf(id)}`),
    ...hosts.flatMap((host) => traces(host, were.get(host.name))),
  ];
}

function traces(host: HostTruth, was: HostTruth | undefined): string[] {
  if (!was) return [`host ${host.name}, which was not there before`];
  const names = [...new Set([...Object.keys(was.tags), ...Object.keys(host.tags)])];
  const changed = names.filter((name) => was.tags[name] !== host.tags[name]);
  return [
    ...changed.map((name) => `tag ${name}=${host.tags[name] ?? '(gone)'} on ${host.name}`),
    ...(host.allowNewSession === was.allowNewSession ? [] : [`drain flag of ${host.name}`]),
    ...(was.usable && !host.usable ? [`${host.name}, unusable`] : []),
  ];
}

/** The last two names of the id: a run command says little without its machine. */
function shortNameOf(id: string): string {
  const names = (/\/providers\/[^/]+\/(.+)$/i.exec(id)?.[1] ?? id).split('/').filter((_, at) => at % 2 === 1);
  return names.slice(-2).join('/');
}
