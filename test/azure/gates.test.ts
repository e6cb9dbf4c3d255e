import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyChanges } from '../../infra/local/arm/compute/guest/changes.ts';
import { machinesOf } from '../../infra/local/arm/scale-sets/machines.ts';
import { probes } from '../../shared/azure/probes.ts';
import { scaleSetMachines } from '../../shared/azure/scale-set-machines.ts';
import { sessionHosts } from '../../shared/azure/session-hosts.ts';
import { avdHealthChecks, ownHealthChecks } from '../../shared/gates/gate.ts';
import { gateRoom } from '../../shared/gates/room.ts';
import type { Host, HostEvent } from '../../shared/hosts/host.ts';
import type { HostEngine } from '../../shared/hosts/host-engine.ts';
import { hostRequests } from '../../shared/hosts/requests.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { channel, gateOf, health, number, set, versionId } from '../gates/gate-lab.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

const id = `${versionId}.${channel}.1`;

/** The gates of a channel whose one pool is the production pool of the simulated cloud, by the real clients. */
describe('a gate on real hosts', () => {
  let cloud: Cloud;
  beforeEach(async () => {
    cloud = await openCloud({ testHosts: 1, productionHosts: 2, people: 6 });
  });
  afterEach(async () => {
    await cloud.close();
  });

  const room = (imageVersionId: string) => {
    const { azure, subscriptionId, now } = cloud;
    const asks = hostRequests({
      machines: scaleSetMachines(azure),
      sessionHosts: sessionHosts(azure, now),
      hosts: {} as HostEngine, // examining begins no work on hosts
      hostStore: new WorkflowStore<Host, HostEvent>('host', memoryRows(), memoryRows()),
      now,
    });
    const link = {
      subscriptionId,
      resourceGroup: 'rg-desktops',
      hostPool: 'hp-production',
      scaleSet: { resourceGroup: 'rg-desktops', name: 'vmss-production' },
      location: 'westeurope',
      policy: { healthy: { fatalChecks: ['SxSStackListenerCheck'], heartbeatMinutes: 5 } },
    };
    const made = gateRoom({
      poolsOf: async () => [{ name: 'production', pool: { link } }],
      examine: asks.examineHosts,
      probes: probes(azure),
      imageSizeGb: async () => 127,
      call: async () => ({ status: 0, body: '' }),
      refusal: async () => undefined,
      reportUrl: (token) => token,
      newSecret: () => 'secret',
      channelsOf: async () => [channel],
      holding: async () => undefined,
      rows: () => memoryRows(),
      due: memoryRows(),
      wake: async () => {},
      now,
    });
    return async (checks: readonly object[]) => {
      await made.requests.putGate(set, channel, gateOf(checks));
      const asked = { versionId, set, number, imageVersionId, channel, by: 'ana', attempt: 1 };
      await made.port.ensureValidated(asked);
      return await cloud.until(async () => {
        await made.advance(id);
        const found = await made.requests.validation(id);
        const isClear = !found.checks.some(({ courses = {} }) =>
          Object.values(courses).some(({ state }) => state !== 'cleared'),
        );
        return found.end && isClear && found;
      });
    };
  };
  const image = async () => {
    const address = {
      subscriptionId: cloud.subscriptionId,
      resourceGroup: 'rg-desktops',
      scaleSet: 'vmss-production',
    };
    const [first] = await scaleSetMachines(cloud.azure).list(address);
    return first?.imageVersionId ?? '';
  };
  const leftOver = () =>
    cloud.arm.world.resources.list({}).filter(({ type }) => /runCommands$/i.test(type)).length;

  it('asks every health check there is by the name by which hosts answer', async () => {
    const all = [...ownHealthChecks, ...avdHealthChecks].map((which) => health(which));
    const { end, checks } = await room(await image())(all);
    const open = checks.filter(({ state }) => state !== 'passed');
    expect(open.map(({ plan, state }) => [plan.name, state])).toEqual([['machineidentity', 'skipped']]);
    expect(end?.verdict).toBe('passed');
  });

  it('fails for another image than the hosts have', async () => {
    const { end, checks } = await room('/another')([health('ImageVersion')]);
    expect(end?.verdict).toBe('failed');
    expect(checks[0]?.evidence).toMatch(/^2 of 2 hosts: \S+: .*\/versions\/0\.9\.0/);
  });

  it('runs all its scripts, among people who sign in, and leaves nothing on the hosts', async () => {
    for (const machine of machinesOf(cloud.arm.world).of(
      cloud.arm.world.resources.find(
        `/subscriptions/${cloud.subscriptionId}/resourceGroups/rg-desktops/providers/Microsoft.Compute/virtualMachineScaleSets/vmss-production`,
      ) as never,
    )) {
      applyChanges(machine.guest.contents, { system: { signInSeconds: 24 } });
    }
    const probe = (name: string, more: object) => ({ name, kind: 'probe', ...more });
    const validation = await room(await image())([
      probe('sign-in', { signIn: { waitMinutes: 180 } }),
      probe('cpu', { cpu: { maxPercent: 50 }, hosts: 'all' }),
      probe('memory', { memory: { maxMb: 8000 } }),
      probe('processes', { processes: { absent: ['miner'] } }),
      probe('script', { script: { text: "Write-Output '42'", reads: 'number', equals: 42 } }),
      { name: 'packages', kind: 'compare', metric: 'packages' },
    ]);
    const told = validation.checks.map(({ plan, state, measured }) => [plan.name, state, measured]);
    expect(told).toEqual([
      ['sign-in', 'passed', 24],
      ['cpu', 'passed', expect.any(Number)],
      ['memory', 'passed', 3600],
      ['processes', 'passed', 0],
      ['script', 'passed', 42],
      ['packages', 'skipped', 0],
    ]);
    expect(leftOver()).toBe(0);
  });
});
