import { startArm } from '../../../infra/local/arm/arm.ts';
import { addVirtualNetwork } from '../../../infra/local/arm/compute/network.ts';
import type { FaultRule } from '../../../infra/local/arm/core/faults.ts';
import { fleet, type FleetOptions, SUBSCRIPTION } from '../../../infra/local/arm/fleet.ts';
import { toInstant } from '../../../shared/instant.ts';
import { handClock } from '../../local/arm-avd/support/hand-clock.ts';
import { azureIn } from '../../support/azure.ts';

/** A request as the SDK wrote it, secrets and all. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

export type Cloud = Awaited<ReturnType<typeof openCloud>>;

/** Simulated Azure with a clock in our hand, and the clients as the app makes them. */
export async function openCloud(options: FleetOptions = { testHosts: 2, productionHosts: 2, people: 0 }) {
  const clock = handClock();
  const network = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-images/providers/Microsoft.Network/virtualNetworks/vnet-bench`;
  let subnetId = '';
  const arm = await startArm({
    clock,
    seed: 11,
    fleet: (world) => {
      fleet(options)(world);
      [subnetId = ''] = addVirtualNetwork(world, network, { location: 'westeurope', subnets: ['bench'] });
    },
  });
  const azure = azureIn({ ArmEndpoint: arm.url });
  const sent: Sent[] = [];
  for (const { pipeline } of [azure.compute(SUBSCRIPTION), azure.desktops(SUBSCRIPTION)]) {
    pipeline.addPolicy({
      name: 'remember',
      sendRequest: async (request, next) => {
        const { method, url, body } = request;
        sent.push({ method, url, body: typeof body === 'string' ? JSON.parse(body) : undefined });
        return await next(request);
      },
    });
  }
  const pass = (minutes: number) => {
    clock.move(minutes * 60_000);
    arm.world.timeline.settle();
  };
  return {
    arm,
    azure,
    subscriptionId: SUBSCRIPTION,
    /** Where build VMs go. */
    subnetId,
    now: () => toInstant(clock.now()),
    /** Lets virtual time pass. */
    pass,
    /** Looks every virtual minute until it is so. */
    until: async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
      for (let minute = 0; minute < 600; minute += 1) {
        const found = await look();
        if (found !== undefined && found !== false) return found;
        pass(1);
      }
      throw new Error(`It did not become so within ten hours: ${String(look)}`);
    },
    /** What goes wrong with the next request that fits, and with that one only. */
    next: (fault: Omit<FaultRule, 'times'>) => {
      arm.world.faults.add({ ...fault, times: 1 });
    },
    sent,
    /** Every request since the start, as Azure saw it. */
    asked: () => arm.world.log.list(),
    close: async () => {
      await azure.close();
      await arm.stop();
    },
  };
}
