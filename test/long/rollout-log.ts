import type { ArmRequest, HostTruth } from './rollout-views.ts';

const isDone = ({ status }: ArmRequest) => status >= 200 && status < 300;

/** A machine's reimage as Azure accepted it. */
interface Reimage {
  readonly instanceId: string;
  readonly request: ArmRequest;
}

export function reimagesIn(requests: readonly ArmRequest[]): readonly Reimage[] {
  return requests.flatMap((request) => {
    const [, instanceId] = /\/virtualMachines\/([^/]+)\/reimage$/i.exec(request.path) ?? [];
    const isReimage = instanceId !== undefined && request.method === 'POST' && isDone(request);
    return isReimage ? [{ instanceId, request }] : [];
  });
}

/** Which hosts were drained, and when: by their names, in order. */
export function drainsIn(requests: readonly ArmRequest[]) {
  return requests.flatMap((request) => {
    const host = hostIn(request);
    return host !== undefined && flagIn(request) === false ? [{ host, at: request.at, request }] : [];
  });
}

/** Which hosts were opened to users again, and when. */
export function opensIn(requests: readonly ArmRequest[]) {
  return requests.flatMap((request) => {
    const host = hostIn(request);
    return host !== undefined && flagIn(request) === true ? [{ host, at: request.at }] : [];
  });
}

function hostIn({ path }: ArmRequest): string | undefined {
  return /\/sessionHosts\/([^/]+)/i.exec(path)?.[1]?.toLowerCase();
}

/** What the request wrote into the drain flag. */
function flagIn(request: ArmRequest): unknown {
  return request.method === 'PATCH' && isDone(request)
    ? request.body?.properties?.['allowNewSession']
    : undefined;
}

/**
 * What Azure's own log holds against the reimages in it, in sentences: one of a host that was not excluded from
 * scaling, not drained, not read back after that, or not asked for its sessions after that.
 */
export function brokenRules(requests: readonly ArmRequest[], hosts: readonly HostTruth[]): readonly string[] {
  return reimagesIn(requests).flatMap((reimage) => wrongWith(reimage, requests, hosts));
}

function wrongWith(
  { instanceId, request }: Reimage,
  requests: readonly ArmRequest[],
  hosts: readonly HostTruth[],
): readonly string[] {
  const name = hosts.find((one) => one.instanceId === instanceId)?.name.toLowerCase() ?? '';
  const before = requests.filter(({ n }) => n < request.n);
  const flags = before.filter((one) => hostIn(one) === name && flagIn(one) !== undefined);
  const drain = flags.findLast((one) => flagIn(one) === false);
  const since = drain === undefined ? [] : before.filter(({ n }) => n > drain.n);
  const asked = (path: RegExp) =>
    since.some((one) => one.method === 'GET' && isDone(one) && hostIn(one) === name && path.test(one.path));
  const isMachine = new RegExp(`/virtualMachines/${instanceId}$`, 'i');
  const rules = [
    ['was not excluded from scaling', before.some((one) => one.method === 'PUT' && isMachine.test(one.path))],
    ['was not drained', drain !== undefined && flags.at(-1) === drain],
    ['had its drain flag not read back', asked(/\/sessionHosts\/[^/]+$/i)],
    ['was not asked for its sessions', asked(/\/userSessions$/i)],
  ] as const;
  return rules.flatMap(([what, isKept]) => (isKept ? [] : [`${name} ${what} before it was reimaged`]));
}
