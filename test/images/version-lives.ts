import { ensureAnnounced } from '../../shared/images/announce.ts';
import { ensureCaptured } from '../../shared/images/capture.ts';
import { ensureCleanedUp } from '../../shared/images/clean-up.ts';
import { ensureCustomised } from '../../shared/images/customise.ts';
import { ensureGeneralised } from '../../shared/images/generalise.ts';
import {
  type Version,
  type VersionCommand,
  type VersionEvent,
  versionLife,
} from '../../shared/images/image.ts';
import { performVersion } from '../../shared/images/perform.ts';
import { ensurePromoted } from '../../shared/images/promote.ts';
import { ensureProvisioned } from '../../shared/images/provision.ts';
import { ensureReplicated } from '../../shared/images/replicate.ts';
import { ensureResolved } from '../../shared/images/resolve.ts';
import { ensureReleased, ensureTested } from '../../shared/images/roll-out.ts';
import { ensureValidated } from '../../shared/images/validate.ts';
import { ensureWithdrawn } from '../../shared/images/withdraw.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { blind } from '../support/fleet.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Ills, World } from '../support/world.ts';
import { smallAzure } from './small-azure.ts';
import { requested } from './versions.ts';

const id = 'win11.1.0.0';
/** How many seconds after its sender gave up on it a request may still arrive. */
const late = 40;

/** What the tests take away, to see that it is needed. */
export interface Without {
  readonly sweeper?: true;
  readonly etags?: true;
}

/** The engine of versions as the app wires it, over a small Azure. */
function wired(world: World, without: Without) {
  const { now } = world;
  const small = smallAzure(now);
  const { ports } = small;
  const machines = world.port(ports.machines, {
    create: late,
    deallocate: late,
    generalize: late,
    remove: late,
  });
  const scripts = world.port(ports.scripts, { start: late, remove: late });
  const gallery = world.port(ports.gallery, {
    createGallery: late,
    createDefinition: late,
    captureVersion: late,
    includeInLatest: late,
    removeVersion: late,
  });
  const { channels } = ports;
  const tables = { rows: memoryRows(), due: memoryRows() };
  const met = without.etags ? blind(tables.rows) : tables.rows;
  const engine: Engine<Version, VersionEvent, VersionCommand> = new Engine({
    workflow: versionLife,
    store: new WorkflowStore<Version, VersionEvent>('version', world.rows(met), world.rows(tables.due)),
    perform: performVersion(
      {
        resolve: ensureResolved(world.port(ports.marketplace, {})),
        provision: ensureProvisioned(gallery, machines),
        customise: ensureCustomised(scripts),
        generalise: ensureGeneralised(machines, scripts),
        capture: ensureCaptured(gallery, machines),
        'clean-up': ensureCleanedUp(machines, now),
        replicate: ensureReplicated(gallery),
        test: ensureTested(channels),
        validate: ensureValidated(channels),
        promote: ensurePromoted(gallery),
        announce: ensureAnnounced(small.announce),
        release: ensureReleased(channels),
        withdraw: ensureWithdrawn(channels, machines, gallery),
      },
      now,
    ),
    wake: world.queue(
      async (id) => await engine.advance(id),
      async () => await engine.sweep(),
    ),
    now,
  });
  const seen = new WorkflowStore<Version, VersionEvent>('version', tables.rows, tables.due);
  return { small, engine, version: async () => (await seen.load(id))?.state };
}

interface Lived {
  readonly version: Version | undefined;
  readonly small: ReturnType<typeof smallAzure>;
  readonly wasLightTooEarly: boolean;
  /** Somebody canceled it and was told that it is so. */
  readonly wasCanceled: boolean;
}

/** A whole life of a version: approved as soon as it waits for it, or canceled at that minute. */
export async function liveAVersion(
  ills: Ills,
  without: Without = {},
  cancelAtMinute?: number,
): Promise<Lived> {
  const world = new World(ills, { sweeping: !without.sweeper });
  const { now } = world;
  const { small, engine, version } = wired(world, without);
  let wasCanceled = false;
  world.start(async () => await engine.record(id, () => requested));
  if (cancelAtMinute !== undefined) {
    world.start(async () => {
      if (!(await version())) return;
      const { state } = await engine.record(id, () => ({
        type: 'canceled',
        by: 'ana',
        reason: '',
        at: now(),
      }));
      wasCanceled ||= 'ending' in state && state.ending.as === 'canceled';
    }, cancelAtMinute * 60);
  }
  let wasLightTooEarly = false;
  const isOver = async () => {
    const current = await version();
    wasLightTooEarly ||= small.left().version?.excluded === false && !current?.facts.approval;
    if (current?.phase === 'awaiting-approval') {
      world.start(async () => {
        await engine.record(id, () => ({ type: 'approved', by: 'ben', reason: '', at: now() }));
      });
    }
    return current !== undefined && ['released', 'failed', 'canceled'].includes(current.phase);
  };
  await world.passUntil(isOver, { days: 5 });
  // Whatever is still on its way lands before the books are closed.
  await world.passUntil(() => false, { days: 1 / 24 });
  return { version: await version(), small, wasLightTooEarly, wasCanceled };
}
