import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FleetKind } from '../../shared/rollouts/fleet.ts';
import { type Bed, Steps } from './bed.ts';
import { renewalContract } from './renewal-contract.ts';

/**
 * What rollouts and hosts rely on, of each way in which Azure keeps machines: promised by Azure's simulator through our
 * adapters and by the small Azure.
 */
export function fleetContract(kind: FleetKind, open: () => Promise<Bed>): void {
  let bed: Bed;
  let steps: Steps;
  beforeEach(async () => {
    bed = await open();
    steps = new Steps(bed, kind);
  });
  afterEach(async () => await bed.close());

  it('shows each machine alike in the list and by itself, and none that is not there', async () => {
    const all = await bed.machines.list(bed.fleet);
    expect(all.length).toBeGreaterThan(1);
    for (const machine of all) expect(await bed.machines.read(steps.at(machine))).toEqual(machine);
    expect(await bed.machines.read(steps.at({ instanceId: '9999' }))).toBeUndefined();
    const instances = await bed.fleets.list(bed.fleet);
    expect(instances.map(({ id, size, tags }) => ({ id, size, tags }))).toEqual(
      all.map(({ id, size, tags }) => ({ id, size, tags })),
    );
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
    const { name } = await steps.host(false);
    for (const isOpen of [false, false, true, true]) {
      await bed.sessionHosts.setAllowNewSession(bed.pool, name, isOpen);
      expect((await bed.sessionHosts.read(bed.pool, name))?.allowNewSession).toBe(isOpen);
    }
    const nobody = bed.sessionHosts.setAllowNewSession(bed.pool, 'nobody', false);
    await expect(nobody).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('sets a tag beside the others and takes it away again', async () => {
    const { machine } = await steps.host(false);
    await bed.machines.setTag(steps.at(machine), 'ours', 'yes');
    expect((await steps.settled(machine)).tags).toEqual({ ...machine.tags, ours: 'yes' });
    await bed.machines.setTag(steps.at(machine), 'ours', undefined);
    expect((await steps.settled(machine)).tags).toEqual(machine.tags);
  });

  it('takes no host out of the pool that has users, and one without for good', async () => {
    const [busy, idle] = [await steps.host(true), await steps.host(false)];
    await expect(bed.sessionHosts.remove(bed.pool, busy.name)).rejects.toMatchObject({
      code: expect.stringMatching(/^Azure(?:Refused|Busy)$/),
    });
    await bed.sessionHosts.remove(bed.pool, idle.name);
    await bed.sessionHosts.remove(bed.pool, idle.name);
    expect(await bed.sessionHosts.read(bed.pool, idle.name)).toBeUndefined();
  });

  it('logs a user off, minds no second time, and says so when a message is for one who left', async () => {
    const { name } = await steps.host(true);
    const [session] = await bed.sessionHosts.sessions(bed.pool, name);
    const id = session?.id ?? '';
    await bed.sessionHosts.sendMessage(bed.pool, name, id, { title: 'a', body: 'b' });
    await bed.sessionHosts.logOff(bed.pool, name, id);
    await steps.until(async () =>
      (await bed.sessionHosts.sessions(bed.pool, name)).every((one) => one.id !== id),
    );
    await bed.sessionHosts.logOff(bed.pool, name, id);
    const late = bed.sessionHosts.sendMessage(bed.pool, name, id, { title: 'a', body: 'b' });
    await expect(late).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('says how Azure keeps them, where they are, and what they are made from', async () => {
    const model = await bed.fleets.model(bed.fleet);
    expect(model).toMatchObject({ kind, location: 'westeurope', provisioningState: 'Succeeded' });
    const { machine } = await steps.host(false);
    expect(model?.imageVersionId).toBe(kind === 'stand-alone' ? '' : machine.imageVersionId);
  });

  it('switches a machine off and on again, as often as it is told', async () => {
    const { machine } = await steps.host(false);
    const power = async (wanted: string) =>
      await steps.until(async () => (await bed.machines.read(steps.at(machine)))?.power === wanted);
    await bed.machines.deallocate(steps.at(machine));
    await power('deallocated');
    const listed = (await bed.machines.list(bed.fleet)).find(({ id }) => id === machine.id);
    expect(listed?.power).toBe('deallocated');
    await steps.settled(machine);
    await bed.machines.start(steps.at(machine));
    await power('running');
    await steps.settled(machine);
    await bed.machines.start(steps.at(machine));
    expect((await steps.settled(machine)).osDiskId).toBe(machine.osDiskId);
  });

  it('brings a host back with a token and the installer of the agent, open to users', async () => {
    const { name, machine } = await steps.host(false);
    const renewed = await steps.renew(machine);
    await bed.sessionHosts.remove(bed.pool, name);
    const back = await steps.registered(renewed);
    expect(back.allowNewSession).toBe(true);
    await steps.until(async () => (await bed.sessionHosts.read(bed.pool, back.name))?.status === 'Available');
    const command = await bed.machines.runCommand(steps.at(machine), 'register');
    expect(command).toMatchObject({ state: 'Succeeded', exitCode: 0 });
    await bed.machines.removeRunCommand(steps.at(machine), 'register');
    await steps.until(
      async () => (await bed.machines.runCommand(steps.at(machine), 'register')) === undefined,
    );
  });

  renewalContract(kind, () => steps);
}
