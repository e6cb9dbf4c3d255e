import { AppError } from '../../shared/errors.ts';
import { ensureDeleted } from '../../shared/images/delete.ts';
import type { Gallery, ImageVersion } from '../../shared/images/gallery.ts';
import {
  type Version,
  type VersionCommand,
  type VersionEvent,
  versionLife,
} from '../../shared/images/image.ts';
import { performVersion, type VersionStages } from '../../shared/images/perform.ts';
import { ensureRecalled } from '../../shared/images/recall.ts';
import { versionPort } from '../../shared/images/standing.ts';
import type { Use } from '../../shared/images/use.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';
import type { World } from '../support/world.ts';
import { after, built } from './versions.ts';

/** The version that lives here. */
export const versionId = 'win11.1.0.0';
const late = 40;

/** What the tests take away, to see that it is needed. */
export interface Without {
  /** Nobody is asked who uses it once its deletion is begun. */
  readonly secondLook?: true;
  /** Whoever begins to use it does not ask whether he may. */
  readonly refusal?: true;
}

/** One image version as Azure has it, in a gallery of its own. */
function oneVersion(now: () => Instant, owner: string) {
  const endOfLifeDate = minutesAfter(now(), 60 * 24 * 365);
  const is = { excluded: true, isProtected: true, changes: now(), deletedAt: '', asked: false };
  const isGone = () => is.deletedAt !== '' && is.deletedAt <= now();
  const state = () => (is.deletedAt !== '' ? 'Deleting' : is.changes > now() ? 'Updating' : 'Succeeded');
  const shown = (): ImageVersion => ({
    id: '/versions/1.0.0',
    provisioningState: state(),
    excludeFromLatest: is.excluded,
    isProtected: is.isProtected,
    endOfLifeDate,
    owner,
    regions: {},
  });
  const refuse = async () => await Promise.reject(new Error('nobody builds here'));
  const port: Gallery = {
    findGallery: refuse,
    createGallery: refuse,
    findDefinition: refuse,
    createDefinition: refuse,
    captureVersion: refuse,
    findVersion: async () => (isGone() ? undefined : shown()),
    changeVersion: async (_, { excludeFromLatest, isProtected }) => {
      if (isGone() || state() !== 'Succeeded') throw new AppError('AzureBusy', 'not now');
      is.excluded = excludeFromLatest ?? is.excluded;
      is.isProtected = isProtected ?? is.isProtected;
      is.changes = minutesAfter(now(), 0.5);
    },
    removeVersion: async () => {
      if (isGone() || state() === 'Deleting') return;
      if (state() === 'Updating') throw new AppError('AzureBusy', 'not now');
      if (is.isProtected) throw new AppError('AzureRefused', 'BlockedBeforeEndOfLife');
      is.asked = true;
      is.deletedAt = minutesAfter(now(), 2);
    },
  };
  return { port, shown: () => (isGone() ? undefined : shown()), isGoing: () => is.asked };
}

/** A built version on the shelf, and all who may use it, over one gallery. */
export function shelfWorld(world: World, without: Without = {}, owner = versionId) {
  const { now } = world;
  const image = oneVersion(now, owner);
  const gallery = world.port(image.port, { changeVersion: late, removeVersion: late });
  /** Whoever uses it has a row of his own, written before he asks whether he may. */
  const users = new Map<string, 'asked' | 'using' | 'over'>();
  const channels = new Map<string, { movement: number; isHeld: boolean }>();
  /** The movements that were told that they may. */
  const settled = new Set<string>();
  let copiesGoneAt: Instant | undefined;
  const wrongs = new Set<string>();
  const using = () => [...users].flatMap(([name, state]) => (state === 'using' ? [name] : []));
  world.onEvent = () => {
    const isHeld = [...channels].some(
      ([name, held]) => held.isHeld && settled.has(`${name} ${held.movement}`),
    );
    if (image.isGoing() && isHeld) wrongs.add('V5: deleted while a channel holds it');
    if (image.isGoing() && using().length > 0) wrongs.add('V5: deleted while somebody uses it');
    if (image.isGoing() && (copiesGoneAt ?? '9') > now()) wrongs.add('deleted before its copies');
  };
  const uses = async (): Promise<readonly Use[]> => {
    const rows = [...users].filter(([, state]) => state !== 'over');
    const held = [...channels].filter(([, { isHeld }]) => isHeld);
    return [
      ...rows.map(([name]) => ({ kind: 'rollout' as const, name, message: `${name} uses it` })),
      ...held.map(([name]) => ({ kind: 'channel' as const, name, message: `${name} holds it` })),
    ];
  };
  const rooms = {
    usedBy: async () => (without.secondLook ? [] : await uses()),
    ensureCopiesRemoved: async () => {
      copiesGoneAt ??= minutesAfter(now(), 5);
      if (copiesGoneAt <= now()) return { status: 'done' } as const;
      return { status: 'running', waitingFor: 'its copies to go' } as const;
    },
    copiesOf: async () => [{ imageVersionId: '/elsewhere' }],
    stopRolloutsTo: async () => {
      const open = [...users].flatMap(([name, state]) => (state === 'over' ? [] : [name]));
      for (const name of open) users.set(name, 'over');
      return { status: open.length > 0 ? 'running' : 'done', rollouts: open } as const;
    },
    rollBack: async ({ channel }: { readonly channel: string }) => {
      const held = channels.get(channel);
      if (held?.isHeld !== true) return;
      if (channel === 'test') throw new AppError('NoRollbackTarget', 'it never held another');
      channels.set(channel, { movement: held.movement + 1, isHeld: false });
    },
    nudgeRelease: async () => {},
  };
  const ports = world.port(rooms, {
    stopRolloutsTo: 0,
    rollBack: 0,
    ensureCopiesRemoved: 0,
    nudgeRelease: 0,
  });
  const due = memoryRows();
  const rows = memoryRows();
  const seen = new WorkflowStore<Version, VersionEvent>('version', rows, due);
  const never = async () => await Promise.reject(new Error('nothing is built here'));
  const stages = {
    recall: ensureRecalled({ gallery, ...ports }),
    delete: ensureDeleted({ gallery, ...ports }),
  };
  const engine: Engine<Version, VersionEvent, VersionCommand> = new Engine({
    workflow: versionLife,
    store: new WorkflowStore('version', world.rows(rows), world.rows(due)),
    perform: performVersion(
      new Proxy(stages, { get: (all, name) => Reflect.get(all, name) ?? never }) as VersionStages,
      now,
    ),
    wake: world.queue(
      async (id) => await engine.advance(id),
      async () => await engine.sweep(),
    ),
    now,
  });
  const port = versionPort({ versions: engine, gallery, now });
  const [set, number] = ['win11', '1.0.0'];
  return {
    image,
    users,
    channels,
    using,
    wrongs,
    port,
    /** It is built, and nobody has taken it. */
    begin: async () => {
      const change = { at: now(), isNews: false, dueAt: undefined, before: undefined };
      const event = { type: 'noted', notes: '', description: '', by: '', at: now() } as const;
      await seen.save(versionId, { ...change, state: after(...built()), event });
    },
    version: async () => {
      const found = (await seen.load(versionId))?.state;
      if (!found) throw new Error('it is there from the beginning');
      return found;
    },
    say: (event: (at: Instant) => VersionEvent) =>
      world.start(async () => void (await engine.record(versionId, () => event(now())))),
    /** Begins to use it, as a rollout does: its own row first, then whether it may. */
    use: (name: string, minutes: number) => {
      world.start(async () => {
        if (users.get(name) === 'over') return;
        if (!users.has(name)) users.set(name, 'asked');
        const why = without.refusal ? undefined : await port.refusal(set, number);
        if (users.get(name) !== 'asked') return;
        users.set(name, why ? 'over' : 'using');
        world.after(minutes * 60, () => users.set(name, 'over'));
      });
    },
    /** A channel takes it, sees to it that it is in latest, and leaves it again. */
    take: (channel: string, movement: number, minutes: number) => {
      const isPromotion = channel !== 'test';
      const tell = async () => {
        const { isHeld = false, movement: told = movement } = channels.get(channel) ?? {};
        await port.held({ set, number, channel, movement: told, isHeld, isPromotion });
      };
      const include = async () => {
        if (channels.get(channel)?.isHeld !== true) return;
        try {
          const { status } = await port.ensureInLatest(set, number, true);
          if (status === 'running') world.start(include, 30);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          world.start(include, 30);
        }
      };
      world.start(async () => {
        channels.set(channel, { movement, isHeld: true });
        const why = await port.refusal(set, number);
        // Both step back where both saw each other.
        if (why) channels.set(channel, { movement: movement + 1, isHeld: false });
        else settled.add(`${channel} ${movement}`);
        await tell();
        if (!why && isPromotion) world.start(include);
      });
      world.after(minutes * 60, () => {
        const held = channels.get(channel);
        if (held?.isHeld) channels.set(channel, { movement: held.movement + 2, isHeld: false });
        world.start(tell);
      });
    },
  };
}
