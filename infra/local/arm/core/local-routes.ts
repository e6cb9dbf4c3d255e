import { ArmError } from './arm-error.ts';
import type { FaultRule } from './faults.ts';
import type { LocalRoute } from './provider.ts';
import type { World } from './world.ts';

/** What a test or a curious person may ask the simulator, outside ARM. */
export function localRoutes({ clock, timeline, resources, faults, log }: World): LocalRoute[] {
  return [
    {
      method: 'GET',
      path: '/local/requests',
      handle: ({ query }) => {
        const [method, path] = [query.get('method'), query.get('path')];
        const since = Number(query.get('since') ?? 0);
        const value = log.list({ since, ...(method !== null && { method }), ...(path !== null && { path }) });
        return { status: 200, body: { value } };
      },
    },
    { method: 'GET', path: '/local/requests/counts', handle: () => ({ status: 200, body: log.counts() }) },
    {
      method: 'GET',
      path: '/local/resources',
      handle: ({ query }) => {
        const type = query.get('type');
        const value = resources.list(type === null ? {} : { type }).map((resource) => ({
          id: resource.id,
          type: resource.type,
          tags: resource.tags ?? {},
          provisioningState: resource.properties.provisioningState,
        }));
        return { status: 200, body: { value } };
      },
    },
    { method: 'GET', path: '/local/faults', handle: () => ({ status: 200, body: { value: faults.list() } }) },
    {
      method: 'POST',
      path: '/local/faults',
      handle: ({ body }) => ({ status: 201, body: { ids: faults.add(...faultRules(body)) } }),
    },
    {
      method: 'DELETE',
      path: '/local/faults',
      handle: () => {
        faults.clear();
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: '/local/faults/{id}',
      handle: ({ params }) => {
        faults.remove(Number(params['id']));
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/local/clock',
      handle: () => ({ status: 200, body: { now: timeline.iso(), speed: clock.speed, text: clock.text } }),
    },
  ];
}

function faultRules(body: unknown): FaultRule[] {
  const rules = Array.isArray(body) ? (body as unknown[]) : [body];
  for (const rule of rules) {
    const named =
      typeof rule === 'object' && rule !== null && 'fault' in rule && typeof rule.fault === 'string';
    if (!named)
      throw new ArmError(400, 'InvalidFault', 'A fault rule is an object with at least {"fault": "..."}.');
  }
  return rules as FaultRule[];
}
