import { afterEach, describe, expect, it } from 'vitest';
import { peopleOf } from '../../infra/local/arm/avd/people.ts';
import { HOST_POOL, type HostPoolProperties } from '../../infra/local/arm/avd/host-pool.ts';
import { JOINER } from '../../infra/local/arm/compute/directory.ts';
import { fleetKinds } from '../../shared/azure/fleet-kinds.ts';
import { fleets, hostMachines } from '../../shared/azure/fleets.ts';
import { sessionHosts } from '../../shared/azure/session-hosts.ts';
import { AppError } from '../../shared/errors.ts';
import type { HostPlan } from '../../shared/hosts/course.ts';
import type { Host, HostEvent } from '../../shared/hosts/host.ts';
import { hostEngine } from '../../shared/hosts/host-engine.ts';
import { sharedReadings } from '../../shared/hosts/readings.ts';
import { hostRequests } from '../../shared/hosts/requests.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { link } from '../support/fleet.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

const secretUri = 'https://kv-images.vault.azure.net/secrets/domain-join';
const legacy = '/providers/Microsoft.Compute/galleries/gal_legacy/images/win11-legacy/versions';

describe('a host comes onto another version', () => {
  let cloud: Cloud;
  afterEach(async () => {
    const bodies = await wrongBodies(cloud.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
    await cloud.close();
  });

  /** The work on hosts over the simulator, as the app wires it, with a second version to bring them to. */
  const open = async (
    hostPool: string,
    fleet: { readonly resourceGroup: string; readonly scaleSet?: string },
  ) => {
    cloud = await openCloud({
      testHosts: 2,
      productionHosts: 1,
      people: 0,
      flexHosts: 2,
      vmHosts: 2,
      personalHosts: 2,
    });
    const { azure, now, subscriptionId } = cloud;
    const imageVersionId = newerVersion();
    const kinds = fleetKinds(azure);
    const machines = hostMachines(azure, now, kinds);
    const desktops = sessionHosts(azure, now);
    const at = { subscriptionId, ...fleet };
    const pool = { subscriptionId, resourceGroup: 'rg-desktops', hostPool };
    const store = new WorkflowStore<Host, HostEvent>('host', memoryRows(), memoryRows());
    const engine = hostEngine({
      machines,
      sessionHosts: desktops,
      readings: sharedReadings({ machines, sessionHosts: desktops, now }),
      secrets: { read: async () => JSON.stringify({ Password: JOINER.password }) },
      store,
      wake: async () => {},
      now,
    });
    const asks = hostRequests({ machines, sessionHosts: desktops, now, hosts: engine, hostStore: store });
    const [first, second] = await desktops.list(pool);
    const all = await machines.list(at);
    const under = (resourceId = '') => all.find(({ id }) => id.toLowerCase() === resourceId.toLowerCase());
    const machine = under(first?.resourceId);
    if (!first || !second || !machine) throw new Error('there are no hosts');
    const plan: HostPlan = {
      rollout: 'r',
      name: machine.computerName,
      way: (await fleets(azure, now, kinds).model(at))?.kind ?? 'uniform',
      machine: { ...at, instanceId: machine.instanceId },
      location: 'westeurope',
      pool,
      sessionHost: first.name,
      imageVersionId,
      policy: link.policy,
      secrets: { extensions: { joindomain: secretUri } },
    };
    const bring = async (wanted: HostPlan) => {
      const id = `r.${wanted.machine.instanceId}`;
      await asks.ensureAdmitted(id, wanted);
      await asks.go(id);
      return await cloud.until(async () => {
        await notNow(async () => await engine.advance(id));
        const state = await engine.load(id);
        return state && 'at' in state && state;
      });
    };
    return { plan, bring, machine, machines, desktops, pool, at };
  };

  const newerVersion = (): string => {
    const { resources } = cloud.arm.world;
    const id = `/subscriptions/${cloud.subscriptionId}/resourceGroups/rg-images${legacy}`;
    const { type, location = 'westeurope', properties } = resources.require<object>(`${id}/0.9.0`);
    resources.put({ id: `${id}/1.0.0`, type, location, properties: structuredClone(properties) });
    return `${id}/1.0.0`;
  };
  const populate = (name: string) => {
    const pool = cloud.arm.world.resources
      .list<HostPoolProperties>({ type: HOST_POOL })
      .find((one) => one.name === name);
    if (!pool) throw new Error(`there is no ${name}`);
    peopleOf(cloud.arm.world).populate(pool, 4, { alreadyIn: true, seed: 3 });
  };

  it('as an instance of a Flexible scale set, by its name and with another disk', async () => {
    const flex = { resourceGroup: 'rg-desktops', scaleSet: 'vmss-flex' };
    const { plan, bring, machine, machines, desktops, pool, at } = await open('hp-flex', flex);
    populate('hp-flex');
    await fleets(cloud.azure, cloud.now).setModelImage(at, plan.imageVersionId);
    const host = await bring(plan);
    expect(host).toMatchObject({ phase: 'done' });
    const after = await machines.read(plan.machine);
    expect(after?.imageVersionId).toBe(plan.imageVersionId);
    expect(after?.osDiskId).not.toBe(machine.osDiskId);
    expect(after?.tags).toEqual(machine.tags);
    const found = (await desktops.list(pool)).find(
      ({ resourceId }) => resourceId.toLowerCase() === machine.id.toLowerCase(),
    );
    expect(found).toMatchObject({ status: 'Available', allowNewSession: true });
  });

  it('as a machine that stands alone, made anew under its name, in its domain and with its tags', async () => {
    const { plan, bring, machine, machines, desktops, pool } = await open('hp-vms', {
      resourceGroup: 'rg-vms',
    });
    populate('hp-vms');
    const host = await bring(plan);
    expect(host).toMatchObject({ phase: 'done' });
    const after = await machines.read(plan.machine);
    expect(after?.imageVersionId).toBe(plan.imageVersionId);
    expect(after?.vmId).not.toBe(machine.vmId);
    expect(after?.tags).toMatchObject(machine.tags);
    const extensions = await machines.standAlone.extensions(plan.machine);
    expect(extensions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['joindomain', 'AzureMonitorWindowsAgent']),
    );
    const found = await desktops.read(pool, plan.sessionHost);
    expect(found).toMatchObject({ status: 'Available', allowNewSession: true });
  });

  it('as a personal desktop, which is its user’s again before anybody can come', async () => {
    const group = { resourceGroup: 'rg-personal' };
    const { plan, bring, machine, machines, desktops, pool } = await open('hp-personal', group);
    await desktops.assign(pool, plan.sessionHost, 'ana@contoso.com');
    expect(await bring(plan)).toMatchObject({ phase: 'done' });
    expect((await machines.read(plan.machine))?.vmId).not.toBe(machine.vmId);
    const found = await desktops.read(pool, plan.sessionHost);
    expect(found).toMatchObject({ assignedUser: 'ana@contoso.com', allowNewSession: true });
  });

  it('by another that is made beside it, after which it is retired', async () => {
    const { plan, bring, machines, desktops, pool, at } = await open('hp-vms', { resourceGroup: 'rg-vms' });
    populate('hp-vms');
    const before = (await desktops.list(pool)).length;
    const like = plan.machine.instanceId;
    const added = {
      ...plan,
      task: 'add',
      like,
      name: 'avdvm-7',
      sessionHost: '',
      machine: { ...at, instanceId: 'avdvm-7' },
    } as const;
    expect(await bring(added)).toMatchObject({ phase: 'done' });
    expect((await desktops.list(pool)).length).toBe(before + 1);
    expect(await machines.read(added.machine)).toMatchObject({
      imageVersionId: plan.imageVersionId,
      power: 'running',
    });
    expect(await bring({ ...plan, task: 'retire' })).toMatchObject({ phase: 'done' });
    expect(await machines.read(plan.machine)).toBeUndefined();
    expect((await desktops.list(pool)).map(({ name }) => name)).not.toContain(plan.sessionHost);
  });
});

async function notNow(look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!(error instanceof AppError) || !error.retryable) throw error;
  }
}
