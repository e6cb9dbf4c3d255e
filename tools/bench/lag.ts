import type { Passed } from './tap.ts';

/** A piece of Azure's work that ended, and what one has to ask to learn of it. */
interface Ended {
  readonly what: string;
  readonly resource: string;
  readonly at: number;
}

/** Virtual seconds from each change in Azure to our next look at what changed. */
export async function lags(arm: string, passed: readonly Passed[]): Promise<number[]> {
  const ended = [...(await operationsEnded(arm, passed)), ...scriptsEnded(passed)];
  // That something is gone is an answer too.
  const looks = passed.filter(({ method, status }) => method === 'GET' && [200, 404].includes(status));
  return ended.flatMap(({ resource, at }) => {
    const look = looks.find((one) => one.at >= at && isOf(resource, one.path));
    return look ? [(look.at - at) / 1000] : [];
  });
}

/**
 * The resource itself, a view of it, or the list of all instances of its scale set, which shows their states as
 * well. Other lists are looks at something else.
 */
function isOf(resource: string, path: string): boolean {
  const asked = path.toLowerCase();
  const instances = /^(.*\/virtualmachinescalesets\/[^/]+\/virtualmachines)\/[^/]+$/.exec(resource)?.[1];
  return asked === resource || asked === `${resource}/instanceview` || asked === instances;
}

/** Azure itself says when its operations began and ended, to whoever asks by the address it gave out. */
async function operationsEnded(arm: string, passed: readonly Passed[]): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (const { method, path, headers } of passed) {
    const address = headers['azure-asyncoperation'];
    if (typeof address !== 'string' || method === 'GET' || isNotWaitedFor(method, path)) continue;
    const { pathname, search } = new URL(address);
    const response = await fetch(`${arm}${pathname}${search}`, {
      headers: { authorization: 'Bearer bench' },
    });
    if (!response.ok) continue;
    const { endTime } = (await response.json()) as { endTime?: string };
    if (endTime === undefined) continue;
    const resource = method === 'POST' ? path.slice(0, path.lastIndexOf('/')) : path;
    ended.push({ what: `${method} ${path}`, resource: resource.toLowerCase(), at: Date.parse(endTime) });
  }
  return ended;
}

/**
 * A run command that was handed over is no news: when its script ends is, and is found elsewhere. Neither is
 * the tag of a host, which is read back at once and holds from then on.
 */
function isNotWaitedFor(method: string, path: string): boolean {
  return (
    /\/runCommands\//i.test(path) ||
    (method === 'PUT' && /\/virtualMachineScaleSets\/[^/]+\/virtualMachines\/[^/]+$/i.test(path))
  );
}

/**
 * A script tells when it ended in the answer to the look that found it ended. Scripts on hosts are not waited
 * for: what they are to bring about is, a session host in the pool.
 */
function scriptsEnded(passed: readonly Passed[]): Ended[] {
  const ended = new Map<string, Ended>();
  for (const { method, path, body, status } of passed) {
    if (method !== 'GET' || status !== 200 || !/\/runCommands\/[^/]+$/i.test(path)) continue;
    if (/\/virtualMachineScaleSets\//i.test(path)) continue;
    const { properties } = JSON.parse(body) as { properties?: { instanceView?: { endTime?: string } } };
    const endTime = properties?.instanceView?.endTime;
    const resource = path.toLowerCase();
    if (endTime !== undefined)
      ended.set(`${resource} ${endTime}`, { what: path, resource, at: Date.parse(endTime) });
  }
  return [...ended.values()];
}
