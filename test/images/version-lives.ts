import { canBeRetried, type Version } from '../../shared/images/image.ts';
import { benchMachine } from '../../shared/images/names.ts';
import { type Ills, World } from '../support/world.ts';
import { versionId, versionWorld, type Lot, type Without } from './version-world.ts';
import { requested } from './versions.ts';

type Wired = ReturnType<typeof versionWorld>;

export interface Lived extends Omit<Wired, 'version' | 'engine'> {
  readonly version: Version | undefined;
  readonly wasLightTooEarly: boolean;
  /** Somebody canceled it and was told that it is so. */
  readonly wasCanceled: boolean;
  /** Each time it failed or was held, why. */
  readonly failures: readonly string[];
}

/** A whole life of a version: approved as soon as it waits for it, or canceled at that minute. */
export async function liveAVersion(ills: Ills, lot: Lot, without: Without = {}): Promise<Lived> {
  const world = new World(ills, { sweeping: !without.sweeper });
  const { now } = world;
  const { version, engine, ...parts } = versionWorld(world, lot, without);
  let wasCanceled = false;
  let retries = 0;
  const failures: string[] = [];
  world.start(async () => await engine.record(versionId, () => ({ ...requested, plan: parts.plan })));
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
  let wasLightTooEarly = false;
  let lastPhase = '';
  const isOver = async () => {
    const current = await version();
    if (!current) return false;
    const [excluded] = parts.bench.left().versions.map((one) => one.excluded);
    wasLightTooEarly ||= excluded === false && !current.facts.approval;
    if ('failure' in current && lastPhase !== current.phase) failures.push(current.failure.code);
    lastPhase = current.phase;
    if (current.phase === 'awaiting-approval') {
      world.start(async () => {
        await engine.record(versionId, () => ({ type: 'approved', by: 'ben', reason: '', at: now() }));
      });
    }
    const mayRetry = lot.retried === true && retries < 3 && canBeRetried(current).length > 0;
    if (mayRetry) await retry(current);
    return !mayRetry && ['released', 'failed', 'canceled'].includes(current.phase);
  };
  await world.passUntil(isOver, { days: 9 });
  // Whatever is still on its way lands, and the reaper has its turns, before the books are closed.
  await world.passUntil(async () => (await parts.leftovers()) === 0, { days: 5 });
  await world.passUntil(() => false, { days: 1 / 24 });
  return { ...parts, version: await version(), wasLightTooEarly, wasCanceled, failures };
}

/** The names of the run commands that are still on the machine it was built on. */
export function commandsLeft({ guest, version }: Lived): readonly string[] {
  return version ? guest.left(benchMachine(version)) : [];
}
