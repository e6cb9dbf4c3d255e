import { agentScript, tokenParameter } from '../../shared/hosts/agent-script.ts';
import { type FleetAddress, type Machine, madeByTag } from '../../shared/hosts/machine.ts';
import type { HostPoolAddress, SessionHost } from '../../shared/hosts/session-host.ts';
import type { Outside } from '../../shared/outside.ts';
import type { FleetKind } from '../../shared/rollouts/fleet.ts';

/** A pool of two hosts or more with somebody at work on one of them, and a clock in our hand. */
export interface Bed {
  readonly machines: Outside['hostMachines'];
  readonly sessionHosts: Outside['sessionHosts'];
  readonly fleets: Outside['fleets'];
  readonly hostPools: Outside['hostPools'];
  readonly pool: HostPoolAddress;
  readonly fleet: FleetAddress;
  /** What extensions that join a directory are given in secret. */
  readonly joinSecret: Readonly<Record<string, unknown>>;
  readonly pass: (minutes: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The steps that the promises of a fleet are proven with. */
export class Steps {
  readonly bed: Bed;
  readonly kind: FleetKind;

  constructor(bed: Bed, kind: FleetKind) {
    this.bed = bed;
    this.kind = kind;
  }

  async until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
    for (let minute = 0; minute < 240; minute += 1) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      await this.bed.pass(1);
    }
    throw new Error(`it did not become so within four hours: ${String(look)}`);
  }

  at({ instanceId }: Pick<Machine, 'instanceId'>) {
    return { ...this.bed.fleet, instanceId };
  }

  async settled(machine: Pick<Machine, 'instanceId'>): Promise<Machine> {
    return await this.until(async () => {
      const found = await this.bed.machines.read(this.at(machine));
      return found?.provisioningState === 'Succeeded' && found;
    });
  }

  /** A host of the pool with the machine under it: one with users, or one without. */
  async host(isBusy: boolean): Promise<{ readonly name: string; readonly machine: Machine }> {
    const all = await this.bed.sessionHosts.list(this.bed.pool);
    const found = all.find(({ sessions }) => sessions > 0 === isBusy);
    const machines = await this.bed.machines.list(this.bed.fleet);
    const machine = machines.find(({ id }) => id.toLowerCase() === found?.resourceId.toLowerCase());
    if (!found || !machine) throw new Error(`there is no host ${isBusy ? 'with' : 'without'} users`);
    return { name: found.name, machine };
  }

  /** A new disk for the machine, in the way of its fleet. */
  async renew(machine: Machine): Promise<Machine> {
    if (this.kind !== 'stand-alone') {
      await this.bed.machines.reimage(this.at(machine));
      return await this.settled(machine);
    }
    const { standAlone } = this.bed.machines;
    const { imageVersionId } = machine;
    const blueprint = await standAlone.blueprint(this.at(machine));
    if (!blueprint) throw new Error('there is no blueprint');
    await this.taken(machine);
    const tags = { [madeByTag]: 'work-1' };
    await standAlone.create(this.at(machine), { blueprint, as: 'again', imageVersionId, tags });
    const made = await this.settled(machine);
    for (const extension of blueprint.extensions) {
      const secret = extension.needsSecret ? this.bed.joinSecret : undefined;
      await standAlone.addExtension(this.at(made), extension, secret);
      await this.until(async () => {
        const found = await standAlone.extensions(this.at(made));
        return found.find(({ name }) => name === extension.name)?.provisioningState === 'Succeeded';
      });
    }
    return made;
  }

  /** Deletes the machine, so that its parts stay. */
  async taken(machine: Machine): Promise<void> {
    const { standAlone, read } = this.bed.machines;
    await this.until(async () => await standAlone.ensurePartsKept(this.at(machine)));
    await this.settled(machine);
    await standAlone.remove(this.at(machine));
    await this.until(async () => (await read(this.at(machine))) === undefined);
  }

  /** The desktop agent is put on the machine, and the host it brings is waited for. */
  async registered(machine: Machine): Promise<SessionHost> {
    const { machines, sessionHosts, pool } = this.bed;
    await this.until(async () => (await machines.read(this.at(machine)))?.agentReady);
    const token = await sessionHosts.registrationToken(pool, 60);
    await machines.startRunCommand(this.at(machine), {
      name: 'register',
      location: 'westeurope',
      script: agentScript,
      protectedParameters: { [tokenParameter]: token },
      timeoutSeconds: 1800,
    });
    return await this.until(async () => {
      const all = await sessionHosts.list(pool);
      return all.find(({ resourceId }) => resourceId.toLowerCase() === machine.id.toLowerCase());
    });
  }
}
