import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Asked, Page } from '../workflow/page.ts';
import type { Line, WorkflowStore } from '../workflow/store.ts';
import type { ReplicationEngine, UsedIn } from './perform.ts';
import { canBeRepaired, type Region, type Wanted } from './region.ts';
import type { Replication, ReplicationEvent } from './replication.ts';
import type { PutRegion, RepairRegion } from './request-bodies.ts';

interface Parts {
  readonly replications: ReplicationEngine;
  readonly replicationStore: WorkflowStore<Replication, ReplicationEvent>;
  /** The id of a version, if there is one. Handed in. */
  readonly versionIdOf: (set: string, number: string) => Promise<string | undefined>;
  readonly usedIn: UsedIn;
  readonly now: () => Instant;
}

/** "There's a limit of 100 replicas for each image version." */
const mostReplicas = 100;
const somebody = (by: string | undefined) => by ?? 'function key';

/** What people may ask of the regions of a version. A refusal is an `AppError`; the rest is the engine's work. */
export function replicationRequests(parts: Parts) {
  const { replications, replicationStore, versionIdOf, usedIn, now } = parts;

  const idOf = async (set: string, number: string): Promise<string> => {
    const id = await versionIdOf(set, number);
    if (id === undefined) {
      throw new AppError('NotFound', `Image set ${set} has no version ${number}.`, { target: number });
    }
    return id;
  };
  const found = async (set: string, number: string) => {
    const id = await idOf(set, number);
    const replication = await replications.load(id);
    if (!replication) {
      const why = `Version ${number} is not in the gallery yet: its regions are those of its image set.`;
      throw new AppError('InvalidPhase', why, { target: number });
    }
    if (replication.goneAt !== undefined) {
      throw new AppError('InvalidPhase', `Version ${number} is gone from the gallery.`, { target: number });
    }
    return { id, replication };
  };
  /** Tells what a person said, after asking of the present state whether it can be said. */
  const tell = async (id: string, name: string, toEvent: (now: Replication) => ReplicationEvent) => {
    const { state } = await replications.record(id, (current) => {
      if (!current) throw new Error(`${id} has lost its regions`);
      return toEvent(current);
    });
    return { name, region: state.regions[name], replication: state };
  };

  return {
    regions: async (set: string, number: string): Promise<Replication> => {
      const id = await idOf(set, number);
      return (await replications.load(id)) ?? (await found(set, number)).replication;
    },

    history: async (
      set: string,
      number: string,
      asked: Asked = {},
    ): Promise<Page<Line<ReplicationEvent>>> => {
      return await replicationStore.lines(await idOf(set, number), asked);
    },

    /** Adds a region, or changes what is wanted of it. */
    put: async (set: string, number: string, name: string, asked: z.infer<typeof PutRegion>) => {
      const { id } = await found(set, number);
      return await tell(id, name, (replication) => {
        const wanted = wantedOf(replication, name, asked);
        return { type: 'region-wanted', name, wanted, by: somebody(asked.by), at: now() };
      });
    },

    /** Takes a region away, where nobody depends on it; asked again before Azure is. */
    remove: async (set: string, number: string, name: string, by?: string) => {
      const { id, replication } = await found(set, number);
      mayBeTakenOut(replication, name);
      const users = await usedIn(replication.version.imageVersionId, name);
      if (users.length > 0) {
        const message = `Version ${number} is in use in ${name}: ${users.join(', ')}.`;
        const details = users.map((user) => ({ code: 'RegionInUse', message: user }));
        throw new AppError('RegionInUse', message, { target: name, details });
      }
      return await tell(id, name, (current) => {
        mayBeTakenOut(current, name);
        return { type: 'region-unwanted', name, by: somebody(by), at: now() };
      });
    },

    /** Removes and adds again a region that does not get on, whatever was tried before. */
    repair: async (set: string, number: string, name: string, { by }: z.infer<typeof RepairRegion>) => {
      const { id } = await found(set, number);
      return await tell(id, name, (current) => {
        const region = mayBeTakenOut(current, name);
        if (region.state !== 'repairing' && !canBeRepaired(region)) {
          const why = `Region ${name} is ${region.state}: there is nothing to repair.`;
          throw new AppError('InvalidPhase', why, { target: name });
        }
        return { type: 'repair-asked', name, by: somebody(by), at: now() };
      });
    },
  };
}

function mayBeTakenOut({ regions }: Replication, name: string): Region {
  const region = regions[name];
  if (!region) throw new AppError('NotFound', `The version has no region ${name}.`, { target: name });
  if (!region.isSource) return region;
  const message = `The version was made in ${name}: Azure keeps it there.`;
  throw new AppError('RegionIsSource', message, { target: name });
}

/** What is asked of the region, with what is not said as it was; refused where Azure would. */
function wantedOf(replication: Replication, name: string, asked: z.infer<typeof PutRegion>): Wanted {
  const region = replication.regions[name];
  const before = region?.wanted ?? newRegion;
  const { replicas = before.replicas, required = before.required, storageType = before.storageType } = asked;
  const wanted = { replicas, required, storageType };
  if (region && storageType !== before.storageType) {
    const why = `The copy in ${name} is on ${before.storageType}, and Azure does not change that.`;
    throw new AppError('ImmutableField', why, { target: 'storageType' });
  }
  if (name === replication.version.source && !required) {
    const why = `The version was made in ${name}, and is needed there.`;
    throw new AppError('RegionIsSource', why, { target: 'required' });
  }
  mayHaveReplicas(replication, name, wanted);
  return wanted;
}

/** What comes later keeps no version from going on, unless somebody says so. */
const newRegion: Wanted = { replicas: 1, storageType: 'Standard_LRS', required: false };

function mayHaveReplicas({ regions, version }: Replication, name: string, { replicas }: Wanted): void {
  if (version.isShallow && (!regions[name] || replicas > 1)) {
    const why = 'A shallow version has one replica, where it was made.';
    throw new AppError('ValidationFailed', why, { target: 'replicas' });
  }
  const others = Object.entries(regions).filter(
    ([other, { state }]) => other !== name && state !== 'removing',
  );
  const total = others.reduce((sum, [, { wanted }]) => sum + wanted.replicas, replicas);
  if (total <= mostReplicas) return;
  const why = `The version would have ${total} replicas; Azure allows ${mostReplicas}.`;
  throw new AppError('ValidationFailed', why, { target: 'replicas' });
}
