import { expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { type Blueprint, madeByTag } from '../../shared/hosts/machine.ts';
import type { FleetKind } from '../../shared/rollouts/fleet.ts';
import type { Steps } from './bed.ts';

/** How a machine comes onto another version, in the way of its fleet. */
export function renewalContract(kind: FleetKind, steps: () => Steps): void {
  if (kind === 'stand-alone') replacementContract(steps);
  else reimageContract(steps);
}

function reimageContract(steps: () => Steps): void {
  it('gives exactly one machine a new disk, takes no second reimage meanwhile, and leaves the old record in the pool', async () => {
    const { name, machine } = await steps().host(false);
    const others = (await steps().bed.machines.list(steps().bed.fleet)).filter(
      ({ instanceId }) => instanceId !== machine.instanceId,
    );
    await steps().bed.machines.reimage(steps().at(machine));
    expect((await steps().bed.machines.read(steps().at(machine)))?.provisioningState).not.toBe('Succeeded');
    await expect(steps().bed.machines.reimage(steps().at(machine))).rejects.toMatchObject({
      code: 'AzureBusy',
    });
    const after = await steps().settled(machine);
    expect(after.osDiskId).not.toBe(machine.osDiskId);
    for (const other of others)
      expect((await steps().bed.machines.read(steps().at(other)))?.osDiskId).toBe(other.osDiskId);
    expect(await steps().bed.sessionHosts.read(steps().bed.pool, name)).toBeDefined();
  });

  it('brings exactly one machine up to the model, and is busy with it until it is done', async () => {
    const { bed } = steps();
    const { machine } = await steps().host(false);
    await bed.machines.applyModel(steps().at(machine));
    const after = await steps().settled(machine);
    expect(after.imageVersionId).toBe((await bed.fleets.model(bed.fleet))?.imageVersionId);
    expect(after.vmId).toBe(machine.vmId);
  });

  it('has none that are made anew', async () => {
    const { machine } = await steps().host(false);
    await expect(steps().bed.machines.standAlone.blueprint(steps().at(machine))).rejects.toThrow();
  });
}

function replacementContract(steps: () => Steps): void {
  it('makes a machine again under its name, as it was but for its disk, and leaves the old record in the pool', async () => {
    const { bed } = steps();
    const { name, machine } = await steps().host(false);
    const others = (await bed.machines.list(bed.fleet)).filter(({ id }) => id !== machine.id);
    const { blueprint } = bed.machines.standAlone;
    const before = await blueprint(steps().at(machine));
    const made = await steps().renew(machine);
    // Where something was left open Azure may have filled in what is usual.
    expect(unmade(await blueprint(steps().at(made)))).toMatchObject(unmade(before));
    const { instanceId, computerName, size, imageVersionId } = machine;
    expect(made).toMatchObject({ instanceId, computerName, size, imageVersionId });
    expect(made.id.toLowerCase()).toBe(machine.id.toLowerCase());
    expect(made.tags).toEqual({ ...machine.tags, [madeByTag]: 'work-1' });
    expect(made.vmId).not.toBe(machine.vmId);
    expect(made.osDiskId).not.toBe(machine.osDiskId);
    expect(await bed.sessionHosts.read(bed.pool, name)).toBeDefined();
    for (const other of others) expect(await bed.machines.read(steps().at(other))).toEqual(other);
  });

  it('makes it once, however often it is asked, and not over one that was made for something else', async () => {
    const { standAlone } = steps().bed.machines;
    const { machine } = await steps().host(false);
    const blueprint = await standAlone.blueprint(steps().at(machine));
    if (!blueprint) throw new Error('there is no blueprint');
    const wanted = { blueprint, as: 'again' as const, imageVersionId: machine.imageVersionId };
    const make = async (work: string) => {
      await standAlone.create(steps().at(machine), { ...wanted, tags: { [madeByTag]: work } });
    };
    await expect(make('work-1')).rejects.toMatchObject({ code: 'NameTaken' });
    await steps().taken(machine);
    await standAlone.remove(steps().at(machine));
    await make('work-1');
    await make('work-1');
    const { vmId } = await steps().settled(machine);
    await make('work-1');
    expect((await steps().settled(machine)).vmId).toBe(vmId);
    await expect(make('work-2')).rejects.toMatchObject({ code: 'NameTaken' });
  });

  it('makes another beside one with parts of its own, and takes it away again with all of them', async () => {
    const { machines, fleet } = steps().bed;
    const { machine } = await steps().host(false);
    const blueprint = await machines.standAlone.blueprint(steps().at(machine));
    if (!blueprint) throw new Error('there is no blueprint');
    const beside = steps().at({ instanceId: 'avd-new-1' });
    const { imageVersionId } = machine;
    const wanted = { blueprint, as: 'beside' as const, imageVersionId, tags: { [madeByTag]: 'work-1' } };
    await machines.standAlone.create(beside, wanted);
    const made = await steps().settled(beside);
    expect(made).toMatchObject({ computerName: 'avd-new-1', size: machine.size, imageVersionId });
    expect((await machines.list(fleet)).map(({ instanceId }) => instanceId)).toContain('avd-new-1');
    expect(await machines.read(steps().at(machine))).toEqual(machine);
    await steps().until(async () => {
      if ((await machines.read(beside)) === undefined) return true;
      await removed(steps(), beside.instanceId);
      return false;
    });
    // Nothing is left that would be in the way of another of the name.
    await machines.standAlone.create(beside, wanted);
    expect((await steps().settled(beside)).vmId).not.toBe(made.vmId);
  });

  it('has no blueprint of what is gone, and minds no removal of it', async () => {
    const { standAlone } = steps().bed.machines;
    const nobody = steps().at({ instanceId: 'nobody' });
    expect(await standAlone.blueprint(nobody)).toBeUndefined();
    expect(await standAlone.ensurePartsKept(nobody)).toBe(true);
    await standAlone.remove(nobody);
    await standAlone.removeWithParts(nobody);
  });

  it('keeps in a blueprint what it takes, but nothing secret, and puts extensions on in its order', async () => {
    const { standAlone } = steps().bed.machines;
    const { machine } = await steps().host(false);
    const blueprint = await standAlone.blueprint(steps().at(machine));
    const { size, computerName } = machine;
    expect(blueprint).toMatchObject({ location: 'westeurope', size, computerName });
    expect(JSON.parse(JSON.stringify(blueprint))).toEqual(blueprint);
    expect(JSON.stringify(blueprint)).not.toMatch(/assword"/);
    const there = await standAlone.extensions(steps().at(machine));
    expect(there.map(({ name }) => name).toSorted()).toEqual(
      expect.arrayContaining((blueprint?.extensions ?? []).map(({ name }) => name).toSorted()),
    );
    expect(there.every(({ provisioningState }) => provisioningState === 'Succeeded')).toBe(true);
  });
}

/** But for whose work made it. */
function unmade(blueprint: Blueprint | undefined): Blueprint {
  return JSON.parse(JSON.stringify(blueprint), (key, value: unknown) =>
    key === madeByTag ? undefined : value,
  ) as Blueprint;
}

/** Asked again for as long as Azure is at something else. */
async function removed({ bed }: Steps, instanceId: string): Promise<void> {
  try {
    await bed.machines.standAlone.removeWithParts({ ...bed.fleet, instanceId });
  } catch (error) {
    if (!(error instanceof AppError) || !error.retryable) throw error;
  }
}
