import { AppError } from '../../shared/errors.ts';
import { ensureAdmitted, leavingBench, leftBench, waitingForQuota } from '../../shared/images/admit.ts';
import {
  type BenchPlaces,
  type BenchPlacesEvent,
  benchPlacesLife,
} from '../../shared/images/bench-places.ts';
import { ensureCaptured } from '../../shared/images/capture.ts';
import { ensureCleanedUp } from '../../shared/images/clean-up.ts';
import { ensureCustomised } from '../../shared/images/customise.ts';
import { ensureDeleted } from '../../shared/images/delete.ts';
import { ensureGeneralised } from '../../shared/images/generalise.ts';
import {
  type Version,
  type VersionCommand,
  type VersionEvent,
  versionLife,
} from '../../shared/images/image.ts';
import { ensureHandedOver } from '../../shared/images/hand-over.ts';
import { ensureInspected } from '../../shared/images/inspect.ts';
import {
  type Leftover,
  type LeftoverCommand,
  type LeftoverEvent,
  leftoverLife,
} from '../../shared/images/leftover.ts';
import { performVersion } from '../../shared/images/perform.ts';
import { benchPlaces } from '../../shared/images/places.ts';
import { ensurePrepared } from '../../shared/images/prepare.ts';
import { ensureProvisioned } from '../../shared/images/provision.ts';
import { ensureQuarantined } from '../../shared/images/quarantine.ts';
import { performLeftover, reaper } from '../../shared/images/reap.ts';
import { ensureRecalled } from '../../shared/images/recall.ts';
import { ensureReplicated } from '../../shared/images/replicate.ts';
import { ensureResolved } from '../../shared/images/resolve.ts';
import { ensureWithdrawn } from '../../shared/images/withdraw.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { replicationRoom } from '../../shared/replication/room.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { blind } from '../support/fleet.ts';
import { memoryRows } from '../support/memory-rows.ts';
import type { World } from '../support/world.ts';
import { livedPlan, secretUri, type StepName } from './lived-plans.ts';
import { smallBench } from './small-bench.ts';
import { type Going, smallGuest } from './small-guest.ts';

/** The version that lives here. */
export const versionId = 'win11.1.0.0';
/** How many seconds after its sender gave up on it a request may still arrive. */
const late = 40;

/** What the tests take away, to see that it is needed. */
export interface Without {
  readonly sweeper?: true;
  readonly etags?: true;
}

const group = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-images/providers';
const foreign = {
  machine: 'Microsoft.Compute/virtualMachines/gm-win11-1-0-0',
  nic: 'Microsoft.Network/networkInterfaces/gm-win11-1-0-0-nic',
  disk: 'Microsoft.Compute/disks/gm-win11-1-0-0-os-copy',
  snapshot: 'Microsoft.Compute/snapshots/gm-win11-1-0-0-data-1-snap',
} as const;

/** What a version is made from and by, and what befalls it beside the ills of its world. */
export interface Lot {
  readonly source: string;
  readonly steps: readonly StepName[];
  /** How its first run of a step goes wrong, if it does. */
  readonly stepFails?: Partial<Going>;
  readonly captureFails?: boolean;
  /** For so many hours nothing on the bench lets itself be deleted. */
  readonly stuckHours?: number;
  /** Somebody retries it once it is held or has failed. */
  readonly retried?: boolean;
  readonly cancelAtMinute?: number;
  /** Somebody revokes and deletes it, from this minute on until it is gone. */
  readonly deleteAtMinute?: number;
  /** Something of somebody else's that has the name of what would be made on the bench. */
  readonly foreign?: 'machine' | 'nic' | 'disk' | 'snapshot';
}

/** The engines as the app wires them, over a small Azure. */
export function versionWorld(world: World, lot: Lot, without: Without) {
  const { now } = world;
  const began = now();
  const saved = async () => (await seen.load(versionId))?.state;
  const bench = smallBench(now);
  const { ports } = bench;
  // Its life ends, so that Azure is asked to protect it until then.
  const plan = { ...livedPlan(lot.source, lot.steps), endOfLifeDays: 90 };
  const { osType } = plan.definition;
  const guest = smallGuest({
    now,
    guestOf: bench.guestOf,
    secrets: { [secretUri]: 'geheim' },
    going: (command) => (/^step-1-[a-z]+-1$/.test(command) ? lot.stepFails : undefined),
  });
  if (lot.captureFails) bench.failNextCapture('no space');
  const released = new Set<string>();
  const releases = {
    startRelease: async ({ set: name, number }: { readonly set: string; readonly number: string }) =>
      void released.add(`${name}.${number}`),
  };
  const { startRelease } = world.port(releases, { startRelease: late });
  /** Who publishes versions is not of this world: what is built here nobody takes. */
  const rooms = {
    usedBy: async () => [],
    ensureCopiesRemoved: async () => ({ status: 'done' }) as const,
    copiesOf: async () => [],
    stopRolloutsTo: async () => ({ status: 'done', rollouts: [] }) as const,
    rollBack: async () => {},
    nudgeRelease: async () => {},
  };
  const refuseWhileStuck = () => {
    if (now() < minutesAfter(began, (lot.stuckHours ?? 0) * 60))
      throw new AppError('AzureRefused', 'ScopeLocked: the group is locked');
  };
  const unrecorded: string[] = [];
  const mustBeOnRecord = async (made: string) => {
    const parts = (await saved())?.facts.benchParts ?? [];
    if (!parts.includes(made)) unrecorded.push(made);
  };
  if (lot.foreign) bench.addForeign(`${group}/${foreign[lot.foreign]}`, lot.foreign);
  const machines = world.port(
    {
      ...ports.machines,
      create: async (...made: Parameters<typeof ports.machines.create>) => {
        await mustBeOnRecord(`${group}/Microsoft.Compute/virtualMachines/${made[0].name}`);
        await ports.machines.create(...made);
      },
      remove: async (ref: Parameters<typeof ports.machines.remove>[0]) => {
        refuseWhileStuck();
        await ports.machines.remove(ref);
      },
    },
    { create: late, start: late, restart: late, deallocate: late, generalize: late, remove: late },
  );
  const parts = world.port(
    {
      ...ports.parts,
      create: async (...made: Parameters<typeof ports.parts.create>) => {
        await mustBeOnRecord(made[0]);
        await ports.parts.create(...made);
      },
      remove: async (part: string) => {
        refuseWhileStuck();
        await ports.parts.remove(part);
      },
    },
    { create: late, remove: late },
  );
  const scripts = world.port(guest.ports.scripts, { start: late, remove: late });
  const secrets = world.port(guest.ports.secrets, {});
  const gallery = world.port(ports.gallery, {
    createGallery: late,
    createDefinition: late,
    captureVersion: late,
    changeVersion: late,
    removeVersion: late,
  });
  const sources = world.port(ports.sources, {});
  const shelf = {
    exactVersion: async (image: Parameters<typeof ports.marketplace.exactVersion>[0]) => {
      const exact = await ports.marketplace.exactVersion(image);
      return exact && { ...exact, osType };
    },
  };
  const marketplace = world.port(shelf, {});
  const due = memoryRows();
  const tables = new Map<string, ReturnType<typeof memoryRows>>();
  const store = <State, Event>(kind: string, rows = memoryRows()) => {
    tables.set(kind, rows);
    const met = without.etags ? blind(rows) : rows;
    return new WorkflowStore<State, Event>(kind, world.rows(met), world.rows(due));
  };
  const versionRows = memoryRows();
  const seen = new WorkflowStore<Version, VersionEvent>('version', versionRows, due);
  const asleep = async () => {};
  const places = new Engine<BenchPlaces, BenchPlacesEvent, never>({
    workflow: benchPlacesLife,
    store: store('places'),
    perform: async (which) => Promise.reject(new Error(`${which} calls for nothing`)),
    wake: asleep,
    now,
  });
  const claims = benchPlaces(places, 1, now);
  const copied = memoryRows();
  const replication: ReturnType<typeof replicationRoom> = replicationRoom({
    gallery,
    usedIn: async () => [],
    rows: world.rows(without.etags ? blind(copied) : copied),
    due: world.rows(due),
    wake: world.queue(
      async (which) => await replication.advance(which),
      async () => await replication.sweep(),
    ),
    now,
  });
  const remains = { machines, parts, gallery, scripts };
  const leftovers: Engine<Leftover, LeftoverEvent, LeftoverCommand> = new Engine({
    workflow: leftoverLife,
    store: store<Leftover, LeftoverEvent>('leftover'),
    perform: performLeftover(remains, now),
    wake: world.queue(
      async (which) => await leftovers.advance(which),
      async () => await leftovers.sweep(),
    ),
    now,
  });
  const engine: Engine<Version, VersionEvent, VersionCommand> = new Engine({
    workflow: versionLife,
    store: store<Version, VersionEvent>('version', versionRows),
    perform: performVersion(
      {
        resolve: ensureResolved({ marketplace, sources }, gallery),
        admit: ensureAdmitted(claims, world.port(ports.capacity, {})),
        prepare: ensurePrepared(parts),
        provision: waitingForQuota(ensureProvisioned(gallery, machines)),
        customise: ensureCustomised({ scripts, machines, secrets, now }),
        inspect: ensureInspected(scripts),
        generalise: ensureGeneralised(machines, scripts),
        capture: ensureCaptured(gallery, machines),
        'clean-up': leavingBench(claims, ensureCleanedUp(remains)),
        replicate: ensureReplicated(replication.copies),
        'hand-over': ensureHandedOver(gallery, startRelease),
        recall: ensureRecalled({ gallery, ...rooms }),
        delete: ensureDeleted({ gallery, ...rooms }),
        withdraw: leavingBench(claims, ensureWithdrawn(remains)),
        quarantine: leftBench(claims, ensureQuarantined(remains, reaper(leftovers, now))),
      },
      now,
    ),
    wake: world.queue(
      async (which) => await engine.advance(which),
      async () => await engine.sweep(),
    ),
    now,
  });
  const reaped = new WorkflowStore<Leftover, LeftoverEvent>('leftover', tables.get('leftover') ?? due, due);
  const given = new WorkflowStore<BenchPlaces, BenchPlacesEvent>('places', tables.get('places') ?? due, due);
  return {
    bench,
    guest,
    plan,
    engine,
    /** Whether its release was begun. */
    isReleased: () => released.has(versionId),
    /** What was made without being on record first. */
    unrecorded,
    version: saved,
    history: async () => await seen.history(versionId),
    /** What the reaper has yet to take away. */
    leftovers: async () =>
      (await reaped.loadAll('')).filter(({ saved }) => saved.state.goneAt === undefined).length,
    onTheBench: async () => (await given.loadAll('')).flatMap(({ saved }) => saved.state.held),
  };
}
