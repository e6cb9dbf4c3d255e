import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Outside } from '../../shared/outside.ts';
import { agentScript, tokenParameter } from '../../shared/hosts/agent-script.ts';
import type { Machine } from '../../shared/hosts/machine.ts';

/** A pool of two hosts or more with somebody at work on one of them, and a clock in our hand. */
export interface Bed {
  readonly machines: Outside['hostMachines'];
  readonly sessionHosts: Outside['sessionHosts'];
  readonly fleets: Outside['fleets'];
  readonly hostPools: Outside['hostPools'];
  readonly pool: {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly hostPool: string;
  };
  readonly scaleSet: {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly scaleSet: string;
  };
  readonly pass: (minutes: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What rollouts and hosts rely on, promised by Azure's simulator through our adapters and by the small Azure. */
export function fleetContract(open: () => Promise<Bed>): void {
  let bed: Bed;
  beforeEach(async () => {
    bed = await open();
  });
  afterEach(async () => await bed.close());

  const until = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
    for (let minute = 0; minute < 240; minute += 1) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      await bed.pass(1);
    }
    throw new Error(`it did not become so within four hours: ${String(look)}`);
  };
  const addressOf = ({ instanceId }: Pick<Machine, 'instanceId'>) => ({ ...bed.scaleSet, instanceId });
  const settled = async (machine: Pick<Machine, 'instanceId'>) =>
    await until(async () => {
      const found = await bed.machines.read(addressOf(machine));
      return found?.provisioningState === 'Succeeded' && found;
    });
  /** A host of the pool with the machine under it: one with users, or one without. */
  const host = async (isBusy: boolean) => {
    const all = await bed.sessionHosts.list(bed.pool);
    const found = all.find(({ sessions }) => sessions > 0 === isBusy);
    const machines = await bed.machines.list(bed.scaleSet);
    const machine = machines.find(({ id }) => id.toLowerCase() === found?.resourceId.toLowerCase());
    if (!found || !machine) throw new Error(`there is no host ${isBusy ? 'with' : 'without'} users`);
    return { name: found.name, machine };
  };

  it('shows each machine alike in the list and by itself, and none that is not there', async () => {
    const all = await bed.machines.list(bed.scaleSet);
    expect(all.length).toBeGreaterThan(1);
    for (const machine of all) expect(await bed.machines.read(addressOf(machine))).toEqual(machine);
    expect(await bed.machines.read(addressOf({ instanceId: '9999' }))).toBeUndefined();
    const { imageVersionId, provisioningState } = (await bed.fleets.model(bed.scaleSet)) ?? {};
    expect(provisioningState).toBe('Succeeded');
    expect(all.every((machine) => machine.imageVersionId === imageVersionId)).toBe(true);
  });

  it('shows each session host alike in the list and by itself, with the sessions it counts', async () => {
    const sessions = await bed.sessionHosts.sessionsOfPool(bed.pool);
    for (const found of await bed.sessionHosts.list(bed.pool)) {
      expect(await bed.sessionHosts.read(bed.pool, found.name)).toMatchObject({ name: found.name });
      const here = await bed.sessionHosts.sessions(bed.pool, found.name);
      expect(here).toHaveLength(found.sessions);
      expect(sessions.filter((session) => session.host === found.name)).toHaveLength(found.sessions);
    }
    expect(await bed.sessionHosts.read(bed.pool, 'nobody')).toBeUndefined();
    expect(await bed.sessionHosts.sessions(bed.pool, 'nobody')).toEqual([]);
    expect((await bed.hostPools.hostPool(bed.pool))?.maxSessionLimit).toBeGreaterThan(0);
  });

  it('drains a host and opens it again, as often as it is told, and says so of one that is not there', async () => {
    const { name } = await host(false);
    for (const isOpen of [false, false, true, true]) {
      await bed.sessionHosts.setAllowNewSession(bed.pool, name, isOpen);
      expect((await bed.sessionHosts.read(bed.pool, name))?.allowNewSession).toBe(isOpen);
    }
    const nobody = bed.sessionHosts.setAllowNewSession(bed.pool, 'nobody', false);
    await expect(nobody).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('sets a tag beside the others and takes it away again', async () => {
    const { machine } = await host(false);
    await bed.machines.setTag(addressOf(machine), 'ours', 'yes');
    expect((await settled(machine)).tags).toEqual({ ...machine.tags, ours: 'yes' });
    await bed.machines.setTag(addressOf(machine), 'ours', undefined);
    expect((await settled(machine)).tags).toEqual(machine.tags);
  });

  it('takes no host out of the pool that has users, and one without for good', async () => {
    const [busy, idle] = [await host(true), await host(false)];
    await expect(bed.sessionHosts.remove(bed.pool, busy.name)).rejects.toMatchObject({
      code: expect.stringMatching(/^Azure(?:Refused|Busy)$/),
    });
    await bed.sessionHosts.remove(bed.pool, idle.name);
    await bed.sessionHosts.remove(bed.pool, idle.name);
    expect(await bed.sessionHosts.read(bed.pool, idle.name)).toBeUndefined();
  });

  it('logs a user off, minds no second time, and says so when a message is for one who left', async () => {
    const { name } = await host(true);
    const [session] = await bed.sessionHosts.sessions(bed.pool, name);
    const id = session?.id ?? '';
    await bed.sessionHosts.sendMessage(bed.pool, name, id, { title: 'a', body: 'b' });
    await bed.sessionHosts.logOff(bed.pool, name, id);
    await until(async () => (await bed.sessionHosts.sessions(bed.pool, name)).every((one) => one.id !== id));
    await bed.sessionHosts.logOff(bed.pool, name, id);
    const late = bed.sessionHosts.sendMessage(bed.pool, name, id, { title: 'a', body: 'b' });
    await expect(late).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('gives exactly one machine a new disk, takes no second reimage meanwhile, and leaves the old record in the pool', async () => {
    const { name, machine } = await host(false);
    const others = (await bed.machines.list(bed.scaleSet)).filter(
      ({ instanceId }) => instanceId !== machine.instanceId,
    );
    await bed.machines.reimage(addressOf(machine));
    expect((await bed.machines.read(addressOf(machine)))?.provisioningState).not.toBe('Succeeded');
    await expect(bed.machines.reimage(addressOf(machine))).rejects.toMatchObject({ code: 'AzureBusy' });
    const after = await settled(machine);
    expect(after.osDiskId).not.toBe(machine.osDiskId);
    for (const other of others)
      expect((await bed.machines.read(addressOf(other)))?.osDiskId).toBe(other.osDiskId);
    expect(await bed.sessionHosts.read(bed.pool, name)).toBeDefined();
  });

  it('brings a host back with a token and the installer of the agent, open to users', async () => {
    const { name, machine } = await host(false);
    await bed.machines.reimage(addressOf(machine));
    await settled(machine);
    await bed.sessionHosts.remove(bed.pool, name);
    await until(async () => (await bed.machines.read(addressOf(machine)))?.agentReady);
    const token = await bed.sessionHosts.registrationToken(bed.pool, 60);
    await bed.machines.startRunCommand(addressOf(machine), {
      name: 'register',
      location: 'westeurope',
      script: agentScript,
      protectedParameters: { [tokenParameter]: token },
      timeoutSeconds: 1800,
    });
    const back = await until(async () => {
      const all = await bed.sessionHosts.list(bed.pool);
      return all.find(({ resourceId }) => resourceId.toLowerCase() === machine.id.toLowerCase());
    });
    expect(back.allowNewSession).toBe(true);
    await until(async () => (await bed.sessionHosts.read(bed.pool, back.name))?.status === 'Available');
    const command = await bed.machines.runCommand(addressOf(machine), 'register');
    expect(command).toMatchObject({ state: 'Succeeded', exitCode: 0 });
    await bed.machines.removeRunCommand(addressOf(machine), 'register');
    await until(async () => (await bed.machines.runCommand(addressOf(machine), 'register')) === undefined);
  });
}
