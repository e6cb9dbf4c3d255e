import { ComputeManagementClient } from '@azure/arm-compute';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { onTestFinished } from 'vitest';
import { startArm, type Arm } from '../../../infra/local/arm/arm.ts';
import { seedSources } from '../../../infra/local/arm/fleet-sources.ts';
import { addVirtualNetwork } from '../../../infra/local/arm/compute/network.ts';
import type { Clock } from '../../../infra/local/clock.ts';

export const SUBSCRIPTION = '5a7b1c2d-0000-4000-8000-000000000001';
export const GROUP = 'rg-images';
export const REGION = 'westeurope';
const scope = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}`;
export const computeId = (path: string) => `${scope}/providers/Microsoft.Compute/${path}`;
export const SUBNET = `${scope}/providers/Microsoft.Network/virtualNetworks/vnet-images/subnets/build`;

/** Azure in one test: its time moves only when `pass` says so. */
export interface Azure {
  readonly arm: Arm;
  readonly compute: ComputeManagementClient;
  readonly pass: (seconds: number) => void;
  /** Any request, as curl would send it. */
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read whatever Azure would answer
  readonly body: any;
}

export async function startAzure({ throttled = false, seed = 7, sources = false } = {}): Promise<Azure> {
  let now = Date.parse('2026-03-10T08:00:00Z');
  const clock: Clock = {
    now: () => now,
    after: () => setTimeout(() => {}, 2 ** 30).unref(),
    realMs: () => 0,
    speed: 1,
    text: 'by hand',
  };
  const arm = await startArm({
    clock,
    seed,
    fleet: (world) => {
      world.resources.addResourceGroup({ subscriptionId: SUBSCRIPTION, name: GROUP, location: REGION });
      const network = `${scope}/providers/Microsoft.Network/virtualNetworks/vnet-images`;
      addVirtualNetwork(world, network, { location: REGION, subnets: ['build'] });
      if (sources) seedSources(world, { subscription: SUBSCRIPTION, network });
    },
  });
  arm.world.throttle.enabled = throttled;
  onTestFinished(() => arm.stop());
  const ask: Azure['ask'] = async (method, path, body, headers = { authorization: 'Bearer test' }) => {
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await fetch(`${arm.url}${path.replace('https://management.azure.com', '')}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return {
    arm,
    compute: computeClient(arm.url),
    ask,
    pass: (seconds) => {
      now += seconds * 1000;
      arm.world.timeline.settle();
    },
  };
}

/** The real client, its requests to management.azure.com sent to the simulator. */
export function computeClient(url: string): ComputeManagementClient {
  const token = { token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 };
  const real = createDefaultHttpClient();
  const httpClient: HttpClient = {
    sendRequest: async (request) => {
      const asked = request.url;
      request.url = asked.replace('https://management.azure.com', url);
      request.allowInsecureConnection = true;
      try {
        return await real.sendRequest(request);
      } finally {
        request.url = asked; // pollers remember it
      }
    },
  };
  return new ComputeManagementClient({ getToken: async () => token }, SUBSCRIPTION, {
    httpClient,
    retryOptions: { maxRetries: 0 },
  });
}

/** The types of all that exists, the network aside. */
export function left({ arm }: Azure): string[] {
  const types = arm.world.resources.list().map(({ type }) => type);
  return types.filter((type) => !type.includes('virtualNetworks'));
}

interface Poller<T> {
  readonly submitted: () => Promise<void>;
  readonly poll: () => Promise<unknown>;
  readonly isDone: boolean;
  readonly result: T | undefined;
}

/** Sees a long-running operation through, letting time pass between the looks. */
export async function done<T>(azure: Azure, poller: Poller<T>): Promise<T | undefined> {
  await poller.submitted();
  for (let looks = 0; looks < 200; looks += 1) {
    await poller.poll();
    if (poller.isDone) return poller.result;
    azure.pass(30);
  }
  throw new Error('the operation does not end');
}

export interface Refusal {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message: string;
}

/** How Azure refused; fails when it did not. */
export async function refusal(
  request: Promise<unknown> | Pick<Poller<unknown>, 'submitted'>,
): Promise<Refusal> {
  try {
    await ('submitted' in request ? request.submitted() : request);
  } catch (error) {
    const { statusCode, code, message } = error as Refusal;
    return { ...(statusCode !== undefined && { statusCode }), ...(code !== undefined && { code }), message };
  }
  throw new Error('Azure did not refuse');
}
