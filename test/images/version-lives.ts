import { canBeRetried, type Version, type VersionEvent } from '../../shared/images/image.ts';
import { benchMachine } from '../../shared/images/names.ts';
import { canBeDeleted } from '../../shared/images/shelf.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { type Ills, World } from '../support/world.ts';
import { versionId, versionWorld, type Lot, type Without } from './version-world.ts';
import { requested } from './versions.ts';

const ends = new Set<Version['phase']>(['available', 'deleted', 'failed', 'canceled']);

type Wired = ReturnType<typeof versionWorld>;

export interface Lived extends Omit<Wired, 'version' | 'engine'> {
  readonly version: Version | undefined;
  readonly wasLight: boolean;
  /** Somebody canceled it and was told that it is so. */
  readonly wasCanceled: boolean;
  /** Each time it failed or was held, why. */
  readonly failures: readonly string[];
}

/** A whole life of a version until it is built, or canceled or deleted from that minute on. */
export async function liveAVersion(ills: Ills, lot: Lot, without: Without = {}): Promise<Lived> {
  const world = new World(ills, { sweeping: !without.sweeper });
  const { now } = world;
  const { version, engine, ...parts } = versionWorld(world, lot, without);
  let wasCanceled = false;
  const { deleteAtMinute } = lot;
  const deletesFrom = deleteAtMinute === undefined ? undefined : minutesAfter(now(), deleteAtMinute);
  let retries = 0;
  const failures: string[] = [];
  const asked = { ...requested, plan: parts.plan, release: {} } as VersionEvent;
  world.start(async () => await engine.record(versionId, () => asked));
  if (lot.cancelAtMinute !== undefined) {
    world.start(async () => {
      if (!(await version())) return;
      const { state } = await engine.record(versionId, () => ({
        type: 'canceled',
        by: 'ana',
        reason: '',
        at: now(),
      }));
      wasCanceled ||= 'ending' in state && state.ending.as === 'canceled';
    }, lot.cancelAtMinute * 60);
  }
  const retry = async (current: Version) => {
    const from = canBeRetried(current).at(-1);
    // As the app does: what is left of the attempt before has to be gone first.
    if (from === undefined || (from !== 'capture' && (await parts.leftovers()) > 0)) return;
    retries += 1;
    world.start(async () => {
      await engine.record(versionId, () => ({ type: 'retried', by: 'ana', from, at: now() }));
    });
  };
  /** Asks for it as soon as it is time and can be; false once there is nothing to wait for. */
  const isToBeDeleted = (current: Version) => {
    if (deletesFrom === undefined || current.phase === 'deleted') return false;
    if (now() < deletesFrom) return true;
    if (!canBeDeleted(current)) return false;
    const event = { type: 'delete-asked', by: 'ana', reason: '', at: now() } as const;
    world.start(async () => void (await engine.record(versionId, () => event)));
    return true;
  };
  let wasLight = false;
  let lastPhase = '';
  const isOver = async () => {
    const current = await version();
    if (!current) return false;
    const [excluded] = parts.bench.left().versions.map((one) => one.excluded);
    wasLight ||= excluded === false;
    if ('failure' in current && lastPhase !== current.phase) failures.push(current.failure.code);
    lastPhase = current.phase;
    const mayRetry = lot.retried === true && retries < 3 && canBeRetried(current).length > 0;
    if (mayRetry) await retry(current);
    return !mayRetry && !isToBeDeleted(current) && ends.has(current.phase);
  };
  await world.passUntil(isOver, { days: 9 });
  // Whatever is still on its way lands, and the reaper has its turns, before the books are closed.
  await world.passUntil(async () => (await parts.leftovers()) === 0, { days: 5 });
  await world.passUntil(() => false, { days: 1 / 24 });
  return { ...parts, version: await version(), wasLight, wasCanceled, failures };
}

/** The names of the run commands that are still on the machine it was built on. */
export function commandsLeft({ guest, version }: Lived): readonly string[] {
  return version ? guest.left(benchMachine(version)) : [];
}
