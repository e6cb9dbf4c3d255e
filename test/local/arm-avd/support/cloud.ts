import { ComputeManagementClient, type VirtualMachineScaleSetVM } from '@azure/arm-compute';
import { DesktopVirtualizationAPIClient, type SessionHost } from '@azure/arm-desktopvirtualization';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { startArm } from '../../../../infra/local/arm/arm.ts';
import { fleet, SUBSCRIPTION, type FleetOptions } from '../../../../infra/local/arm/fleet.ts';
import { handClock } from './hand-clock.ts';

export const GROUP = 'rg-desktops';
export const MINUTE = 60_000;

export type Cloud = Awaited<ReturnType<typeof openCloud>>;

/** A simulator with a fleet, a clock in our hand and the real SDK clients. */
export async function openCloud(
  options: FleetOptions = {
    testHosts: 2,
    productionHosts: 3,
    flexHosts: 0,
    vmHosts: 0,
    personalHosts: 0,
    people: 0,
  },
) {
  const clock = handClock();
  const arm = await startArm({ clock, seed: 7, fleet: fleet(options) });
  const clientOptions = { httpClient: redirectTo(arm.url), retryOptions: { maxRetries: 0 } };
  const credential = {
    getToken: async () => ({ token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  const compute = new ComputeManagementClient(credential, SUBSCRIPTION, clientOptions);
  const desktops = new DesktopVirtualizationAPIClient(credential, SUBSCRIPTION, clientOptions);

  const local = async <T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<T> => {
    const reply = await fetch(arm.url + path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as T;
  };
  const pass = async (minutes: number) => {
    clock.move(minutes * MINUTE);
    await local('GET', '/local/clock');
  };
  return {
    arm,
    clock,
    compute,
    desktops,
    local,
    /** Lets virtual time pass. */
    pass,
    instance: async (scaleSet: string, id: string): Promise<VirtualMachineScaleSetVM> =>
      await compute.virtualMachineScaleSetVMs.get(GROUP, scaleSet, id, { expand: 'instanceView' }),
    host: async (pool: string, name: string): Promise<SessionHost> =>
      await desktops.sessionHosts.get(GROUP, pool, name),
    /** The simulator's own truth about a pool. */
    truth: async (pool: string) => await local<PoolTruth>('GET', `/local/avd/pools/${pool}`),
    /** Issues a registration token the way a client does. */
    token: async (pool: string, hours = 2): Promise<string> => {
      const expirationTime = new Date(clock.now() + hours * 60 * MINUTE);
      await desktops.hostPools.update(GROUP, pool, {
        hostPool: { registrationInfo: { expirationTime, registrationTokenOperation: 'Update' } },
      });
      const { token } = await desktops.hostPools.retrieveRegistrationToken(GROUP, pool);
      return token ?? '';
    },
    /** Runs a script on an instance to its end and answers its instance view. */
    run: async (scaleSet: string, id: string, parameters: Record<string, string>, minutes = 10) => {
      const name = `script-${clock.now()}`;
      const protectedParameters = Object.entries(parameters).map(([name, value]) => ({ name, value }));
      const started = compute.virtualMachineScaleSetVMRunCommands.createOrUpdate(GROUP, scaleSet, id, name, {
        location: 'westeurope',
        source: { script: 'Install-Agent' },
        protectedParameters,
        asyncExecution: true,
        timeoutInSeconds: 3600,
      });
      await started.submitted();
      await pass(minutes);
      const done = await compute.virtualMachineScaleSetVMRunCommands.get(GROUP, scaleSet, id, name, {
        expand: 'instanceView',
      });
      return done;
    },
    close: async () => {
      await arm.stop();
    },
  };
}

export interface PoolTruth {
  readonly hosts: readonly {
    readonly name: string;
    readonly instanceId: string;
    readonly imageVersion: string;
    readonly osDisk: string;
    readonly status: string | null;
    readonly usable: boolean;
    readonly registered: boolean;
    readonly allowNewSession: boolean | null;
    readonly assignedUser: string | null;
    readonly power: string;
    readonly provisioningState: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly sessions: readonly { readonly id: number; readonly user: string; readonly state: string }[];
    readonly reimages: number;
  }[];
  readonly capacity: {
    readonly lowest: number;
    readonly sessionsThen: number;
    readonly at: string;
    readonly tightest: { readonly usable: number; readonly sessions: number };
    readonly series: readonly { readonly usable: number }[];
  };
  readonly users: {
    readonly messaged: readonly {
      readonly session: number;
      readonly user: string;
      readonly host: string;
      readonly title: string;
      readonly times: number;
    }[];
    readonly loggedOff: readonly { readonly user: string; readonly host: string }[];
    readonly cutOff: readonly { readonly user: string; readonly host: string; readonly why: string }[];
    readonly profilesTorn: readonly { readonly user: string }[];
    readonly turnedAway: readonly { readonly user: string }[];
    readonly astray: readonly { readonly user: string; readonly from: string; readonly to: string }[];
  };
  readonly people: {
    readonly people: number;
    readonly active: number;
    readonly disconnected: number;
    readonly waiting: number;
  };
}

/** Carries the clients' requests for Azure to the simulator. */
function redirectTo(url: string): HttpClient {
  const client = createDefaultHttpClient();
  return {
    sendRequest: async (request) => {
      const asked = request.url;
      request.url = asked.replace('https://management.azure.com', url);
      request.allowInsecureConnection = true;
      try {
        return await client.sendRequest(request);
      } finally {
        request.url = asked;
      }
    },
  };
}

/** What Azure's refusal looks like to the SDK. */
export function refused(statusCode: number, code?: string, message?: RegExp) {
  return {
    asymmetricMatch: (error: { statusCode?: number; code?: string; message?: string }) =>
      error.statusCode === statusCode &&
      (code === undefined || error.code === code) &&
      (message === undefined || message.test(error.message ?? '')),
    toString: () => 'refused',
    toAsymmetricMatcher: () => `refused<${statusCode} ${code ?? ''} ${message?.source ?? ''}>`,
  };
}

/** Where a pool's host stands when the fleet is fresh. */
export const legacy =
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/gal_legacy/images/` +
  'win11-legacy/versions/0.9.0';
