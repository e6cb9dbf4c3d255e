import { Governor } from '../../shared/azure/governor.ts';
import { AppError } from '../../shared/errors.ts';
import type { ArmRequest } from './arm-requests.ts';
import type { AzureLimits } from './azure-limits.ts';

type Method = (...given: unknown[]) => Promise<unknown>;

/** What a call sends, by its port, its name and its first argument. */
export type RequestsOf = (port: string, what: string, address: never) => readonly ArmRequest[];

export interface Pacing {
  /** The instance of the app whose calls these are. */
  readonly from: string;
  /** Absent where the rule is taken out. */
  readonly governor: Governor | undefined;
  readonly limits: AzureLimits;
  readonly requestsOf: RequestsOf;
}

/**
 * Ports of one instance of the app, with the governor before each request, as `governed` has it on the wire,
 * and Azure's limits behind it. A call of which one request is refused does nothing.
 */
export function governedPorts<Ports extends object>(ports: Ports, pacing: Pacing): Ports {
  const all = Object.entries(ports).map(([port, methods]) => [
    port,
    governed(port, methods as object, pacing),
  ]);
  return Object.fromEntries(all) as Ports;
}

/** A port, and the ports in it. */
function governed(port: string, methods: object, pacing: Pacing): object {
  const wrapped = Object.entries(methods).map(([what, method]: [string, unknown]) => [
    what,
    typeof method === 'function'
      ? paced(port, what, method as Method, pacing)
      : governed(what, method as object, pacing),
  ]);
  return Object.fromEntries(wrapped) as object;
}

function paced(port: string, what: string, method: Method, { requestsOf, ...pacing }: Pacing): Method {
  return async (...given) => {
    for (const request of requestsOf(port, what, given[0] as never)) await sent(request, pacing);
    return await method(...given);
  };
}

async function sent(
  request: ArmRequest,
  { from, governor, limits }: Omit<Pacing, 'requestsOf'>,
): Promise<void> {
  const wait = (await governor?.ask(request)) ?? 0;
  if (wait > 0) throw refusal(request, wait);
  const answer = limits.ask(request, from);
  await governor?.heard(request, answer);
  if (answer.status === 429) throw refusal(request, answer.retryAfterSeconds);
}

function refusal({ method, url }: ArmRequest, retryAfterSeconds: number): AppError {
  const { pathname } = new URL(url);
  return new AppError('Throttled', `${method} ${pathname}: 429`, { retryAfterSeconds });
}
