import type { IncomingHttpHeaders } from 'node:http';
import { ArmError, type Answer } from './arm-error.ts';
import type { Fault } from './faults.ts';
import type { Call, Route } from './provider.ts';
import { refuseLocked } from './locks.ts';
import { regionName } from './resource-id.ts';
import { refuseUnentitled } from './rights.ts';
import { checkApiVersion, RouteTable, routeType } from './routes.ts';
import { refuseForeignToken } from './tenants.ts';
import type { World } from './world.ts';

export interface Request {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly url: URL;
  readonly text: string;
}

/** What became of a request, and what the log has to know of it. */
export interface Passed {
  readonly answer: Answer;
  readonly type: string;
  readonly body: unknown;
  readonly fault?: Fault | undefined;
}

/** Faults that stand in for the answer: the request has no effect. */
const REFUSALS: Record<string, (fault: Fault) => ArmError> = {
  '429': ({ code = 'TooManyRequests', message = 'Too many requests.', retryAfter = 17 }) =>
    new ArmError(429, code, message, { retryAfter }),
  '409': ({
    code = 'Conflict',
    message = 'The request failed due to conflict with a concurrent request. To resolve it, please refer to ' +
      'https://aka.ms/activitylog to get more details on the conflicting requests.',
  }) => new ArmError(409, code, message),
  '500': ({
    code = 'InternalServerError',
    message = 'The server encountered an internal error.',
    retryAfter,
  }) => new ArmError(500, code, message, { retryAfter }),
  '503': ({ code = 'ServiceUnavailable', message = 'The service is unavailable.', retryAfter }) =>
    new ArmError(503, code, message, { retryAfter }),
  '502-html': () => new ArmError(502, 'BadGateway', 'Bad gateway'),
  'lost-request': () => new ArmError(500, 'LostRequest', 'This request never arrived.'),
};

/**
 * What ARM does before a provider sees a request, in ARM's order: token, route, api-version, throttling,
 * the fault script, subscription and resource group, the provider's own throttling, the provider.
 */
export class FrontDoor {
  readonly #world: World;
  readonly #routes = new RouteTable<Route>();

  constructor(world: World, routes: readonly Route[]) {
    this.#world = world;
    this.#routes.add(...routes);
  }

  async pass(request: Request): Promise<Passed> {
    const { method, url, text } = request;
    const fitting = this.#routes.matching(url.pathname);
    const found = fitting.find(({ route }) => route.method === method);
    const type = found ? routeType(found.route.path) : 'unknown';
    const fault = this.#world.faults.strike(method, url.pathname + url.search);
    let body: unknown;
    try {
      checkToken(request.headers);
      body = parsed(text);
      if (!found) throw unknownPath(method, url.pathname, fitting.length > 0);
      const apiVersion = checkApiVersion(found.route, url.searchParams.get('api-version'));
      const { params } = found;
      const call: Call = {
        method,
        path: url.pathname,
        params,
        query: url.searchParams,
        headers: request.headers,
        body,
        apiVersion,
        subscriptionId: params['subscriptionId'] ?? '',
        resourceGroup: params['resourceGroup'] ?? '',
        fault,
      };
      return { answer: await this.#handle(found.route, call), type, body, fault };
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      return { answer: error.toAnswer(), type, body, fault };
    }
  }

  async #handle(route: Route, call: Call): Promise<Answer> {
    const { throttle, resources } = this.#world;
    const remaining = throttle.enter(call.method, call.subscriptionId);
    await suffer(this.#world, call.fault);
    // A PUT of the resource group itself must not ask for it first.
    const inGroup = call.resourceGroup !== '' && /\/resourceGroups\/[^/]+\/./i.test(call.path);
    if (route.path.includes('{subscriptionId}')) {
      resources.requireScope(call.subscriptionId, inGroup ? call.resourceGroup : undefined);
      refuseForeignToken(this.#world, call.subscriptionId, call.headers);
    }
    refuseUnentitled(this.#world, route, call);
    refuseLocked(this.#world, call);
    const left = throttle.take(route.buckets ?? [], call, this.#regionOf(call));
    const answer = await route.handle(call);
    return { ...answer, headers: { ...remaining, ...left, ...answer.headers } };
  }

  /** The region of a subscription-wide bucket: the path's, the body's, or that of the resource group. */
  #regionOf({ params, body, subscriptionId, resourceGroup }: Call): string {
    const named = params['location'] ?? (body as { location?: unknown } | undefined)?.location;
    if (typeof named === 'string') return regionName(named);
    return this.#world.resources.resourceGroup(subscriptionId, resourceGroup)?.location ?? '';
  }
}

/** Lets a fault strike that stands in for the answer, or that only takes time. */
export async function suffer({ clock, timeline }: World, fault: Fault | undefined): Promise<void> {
  if (!fault) return;
  const refusal = REFUSALS[fault.fault];
  if (refusal) throw refusal(fault);
  if (fault.fault !== 'slow') return;
  await new Promise((resolve) => setTimeout(resolve, clock.realMs((fault.seconds ?? 30) * 1000)));
  timeline.settle();
}

function checkToken({ authorization }: IncomingHttpHeaders): void {
  if (authorization === undefined) {
    throw new ArmError(
      401,
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
      { headers: { 'www-authenticate': 'Bearer' } },
    );
  }
  if (/^Bearer \S/i.test(authorization)) return;
  throw new ArmError(
    401,
    'AuthenticationFailedInvalidHeader',
    "Authentication failed. The 'Authorization' header is provided in an invalid format.",
  );
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ArmError(
      400,
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: '${(error as Error).message}'.`,
    );
  }
}

function unknownPath(method: string, path: string, otherMethods: boolean): ArmError {
  if (otherMethods) {
    return new ArmError(
      405,
      'HttpMethodNotSupported',
      `The HTTP method '${method}' is not supported at '${path}'.`,
    );
  }
  return new ArmError(
    404,
    'InvalidResourceType',
    `The resource type could not be found for the path '${path}'.`,
  );
}
