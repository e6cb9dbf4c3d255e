import { AppError } from '../../../shared/errors.ts';
import { type Instant, minutesAfter } from '../../../shared/instant.ts';
import type { Machine, MachineRef, Machines, WantedMachine } from '../../../shared/images/machine.ts';
import type { Thing, Things } from './things.ts';

/** What the inside of a machine needs to know of it, and may do to it. */
export interface SmallGuest {
  /** It runs, and its agent has reported since. */
  readonly isUp: boolean;
  /** Counts its starts: what runs in it does not outlive one. */
  readonly boots: number;
  readonly owner: string | undefined;
  /** Sysprep, or its like, is through. */
  seal(): void;
}

interface Running {
  power: 'running' | 'deallocated';
  /** On its way to `power`, until then. */
  changing?: Instant | undefined;
  upAt: Instant;
  reportedBefore?: Instant | undefined;
  boots: number;
  generalized: boolean;
}

export function vmId({ subscriptionId, resourceGroup, name }: MachineRef): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`;
}

/** Machines that take their time, are refused in the wrong state, and take what is theirs with them. */
export function smallMachines(things: Things, counts: { created: number; restarted: number }) {
  const running = new WeakMap<Thing, Running>();
  const { now, later, past } = things;
  const refused = (message: string) => new AppError('AzureRefused', message);

  const stateOf = (thing: Thing): Running => {
    const state = running.get(thing) ?? {
      power: 'running',
      upAt: thing.readyAt,
      boots: 1,
      generalized: false,
    };
    running.set(thing, state);
    if (past(state.changing)) state.changing = undefined;
    return state;
  };
  const require = (ref: MachineRef) => {
    const thing = things.require(vmId(ref));
    const state = stateOf(thing);
    if (state.changing !== undefined) throw new AppError('AzureBusy', 'another operation is under way');
    return { thing, state };
  };
  const agentReportedAt = (state: Running): Instant | undefined => {
    if (state.power !== 'running') return undefined;
    return past(state.upAt) ? now() : state.reportedBefore;
  };

  const attach = (id: string, to: string, generalized: boolean | undefined) => {
    const disk = things.require(id);
    if (disk.attachedTo !== undefined) throw refused(`${id} is attached to ${disk.attachedTo}`);
    if (generalized !== undefined && disk.contents?.sealed !== generalized)
      throw refused(`${id} does not start`);
    return () => Object.assign(disk, { attachedTo: to, goesAlong: true });
  };

  const make = (ref: MachineRef, wanted: WantedMachine) => {
    const id = vmId(ref);
    const group = id.slice(0, id.indexOf('/providers/'));
    const disk = (name: string) => `${group}/providers/Microsoft.Compute/disks/${name}`;
    const fresh = [
      ...('image' in wanted.from ? [disk(wanted.osDiskName)] : []),
      ...wanted.dataDisks.filter(({ made }) => made !== 'ready').map((data) => data.id),
    ];
    const taken = fresh.find((one) => things.find(one));
    if (taken !== undefined) throw refused(`ConflictingUserInput: disk ${taken} already exists`);
    const attached = [
      ...('osDiskId' in wanted.from ? [attach(wanted.from.osDiskId, id, false)] : []),
      ...wanted.dataDisks
        .filter(({ made }) => made === 'ready')
        .map((data) => attach(data.id, id, undefined)),
    ];
    if ('image' in wanted.from && 'id' in wanted.from.image) things.require(wanted.from.image.id);
    const seconds = 240;
    const contents = { osType: wanted.osType, sealed: false };
    // Azure tags no disk that it makes with a machine.
    for (const one of fresh) {
      const made = things.put({ id: one, kind: 'disk', owner: undefined, contents }, seconds);
      Object.assign(made, { attachedTo: id, goesAlong: true });
    }
    for (const go of attached) go();
    const nic = `${group}/providers/Microsoft.Network/networkInterfaces/${wanted.nicName}`;
    const made = things.put({ id: nic, kind: 'nic', owner: wanted.owner }, seconds);
    Object.assign(made, { attachedTo: id, goesAlong: true });
    things.put({ id, kind: 'machine', owner: wanted.owner, contents }, seconds);
    counts.created += 1;
  };

  const machines: Machines = {
    find: async (ref) => {
      const thing = things.find(vmId(ref));
      if (!thing) return undefined;
      const state = stateOf(thing);
      const provisioningState = things.stateOf(thing);
      const reported = agentReportedAt(state);
      const power: Machine['power'] = state.changing === undefined ? state.power : 'changing';
      return {
        id: thing.id,
        provisioningState,
        ...(thing.failure !== undefined && { provisioningError: thing.failure }),
        power,
        // The harsher truth: the old report is shown until the first one after a restart.
        agentReady: reported !== undefined && provisioningState === 'Succeeded',
        ...(reported !== undefined && { agentReportedAt: reported }),
        generalized: state.generalized,
        owner: thing.owner,
      };
    },
    create: async (ref, wanted) => {
      const before = things.find(vmId(ref));
      if (before?.goneAt !== undefined) throw new AppError('AzureBusy', 'the machine is being deleted');
      if (before) throw new AppError('Conflict', 'the machine exists');
      make(ref, wanted);
    },
    start: async (ref) => {
      const { thing, state } = require(ref);
      if (state.generalized) throw refused('a generalised machine never starts again');
      if (state.power === 'running') return;
      boot(thing, state);
    },
    restart: async (ref) => {
      const { thing, state } = require(ref);
      if (state.power !== 'running') throw refused('only a machine that runs can be restarted');
      counts.restarted += 1;
      boot(thing, state);
    },
    deallocate: async (ref) => {
      const { state } = require(ref);
      if (state.power === 'deallocated') return;
      Object.assign(state, { power: 'deallocated', changing: later(1), reportedBefore: undefined });
    },
    generalize: async (ref) => {
      const { state } = require(ref);
      if (state.power !== 'deallocated') throw refused('generalize needs a deallocated machine');
      state.generalized = true;
    },
    remove: async (ref) => things.remove(vmId(ref), 120),
  };
  const boot = (thing: Thing, state: Running) => {
    const reportedBefore = state.power === 'running' ? now() : undefined;
    Object.assign(state, { power: 'running', changing: later(0.5), upAt: later(2), reportedBefore });
    state.boots += 1;
    if (thing.contents) thing.contents = { ...thing.contents, sealed: false };
  };

  return {
    machines,
    /** A machine that was there before, and is nobody's of ours. */
    add: (id: string, { generalized, power }: { generalized: boolean; power: Running['power'] }) => {
      const contents = { osType: 'Windows', sealed: generalized } as const;
      const thing = things.put({ id, kind: 'machine', owner: undefined, contents }, 0);
      running.set(thing, { power, upAt: minutesAfter(now(), 0), boots: 1, generalized });
    },
    isReadyForCapture: (id: string, generalized: boolean) => {
      const thing = things.require(id);
      const state = stateOf(thing);
      const isStill = state.power === 'deallocated' && state.changing === undefined;
      return (
        isStill && state.generalized === generalized && (!generalized || thing.contents?.sealed === true)
      );
    },
    powerOf: (id: string) => {
      const thing = things.find(id);
      return thing && stateOf(thing).power;
    },
    guestOf: (ref: MachineRef): SmallGuest | undefined => {
      const thing = things.find(vmId(ref));
      if (!thing || thing.goneAt !== undefined) return undefined;
      const state = stateOf(thing);
      return {
        isUp:
          past(thing.readyAt) && state.power === 'running' && past(state.upAt) && thing.failure === undefined,
        boots: state.boots,
        owner: thing.owner,
        seal: () => {
          if (thing.contents) thing.contents = { ...thing.contents, sealed: true };
        },
      };
    },
  };
}
