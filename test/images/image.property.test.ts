import { assert as check, asyncProperty, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ensureAnnounced } from '../../shared/images/announce.ts';
import { ensureCaptured } from '../../shared/images/capture.ts';
import { ensureCleanedUp } from '../../shared/images/clean-up.ts';
import { ensureCustomised } from '../../shared/images/customise.ts';
import { ensureGeneralised } from '../../shared/images/generalise.ts';
import { type Version, type VersionEvent, versionLife } from '../../shared/images/image.ts';
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
import { anyFate, chaos, type Fate, kindFate, unlessItDies } from '../support/chaos.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { smallAzure } from './small-azure.ts';
import { noon, requested } from './versions.ts';

const id = 'win11.1.0.0';
const stepSeconds = 20;

/** The engine of versions as the app wires it, over a small Azure, in a world with that fate. */
function wired(fate: Fate) {
  const world = chaos(fate, noon);
  const { now, mortal, azure } = world;
  const small = smallAzure(now);
  const machines = azure(small.ports.machines);
  const scripts = azure(small.ports.scripts);
  const gallery = azure(small.ports.gallery);
  const channels = mortal(small.ports.channels);
  const engine = new Engine({
    workflow: versionLife,
    store: new WorkflowStore<Version, VersionEvent>('version', mortal(memoryRows()), mortal(memoryRows())),
    perform: performVersion(
      {
        resolve: ensureResolved(azure(small.ports.marketplace)),
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
    wake: world.wake('advance-image'),
    now,
  });
  return { world, small, engine };
}

/** A whole life of a version in a world with that fate: approved as soon as it waits for it. */
async function live(fate: Fate, { cancelAtMinute = Infinity }: { cancelAtMinute?: number } = {}) {
  const { world, small, engine } = wired(fate);
  const { now } = world;
  const version = async (): Promise<Version | undefined> => {
    try {
      return await engine.load(id);
    } catch {
      return await version(); // this process died too; ask again
    }
  };
  const say = async (event: VersionEvent) => await unlessItDies(engine.record(id, () => event));
  const people = async ({ phase }: Version, minutes: number) => {
    if (phase === 'awaiting-approval') await say({ type: 'approved', by: 'ben', reason: '', at: now() });
    if (minutes >= cancelAtMinute) await say({ type: 'canceled', by: 'ana', reason: '', at: now() });
  };

  let current = await version();
  while (!current) {
    await say(requested);
    current = await version();
  }
  let wasLightTooEarly = false;
  for (let seconds = 0; seconds < 24 * 3600 && !isOver(current); seconds += stepSeconds) {
    world.pass(stepSeconds);
    await world.deliver(async (_, wanted) => await engine.advance(wanted));
    if (seconds % 60 === 0) await unlessItDies(engine.sweep());
    current = (await version()) ?? current;
    wasLightTooEarly ||= small.left().version?.excluded === false && !current.facts.approval;
    await people(current, seconds / 60);
  }
  return { version: current, counts: small.counts, left: small.left(), wasLightTooEarly };
}

function isOver({ phase }: Version): boolean {
  return ['released', 'failed', 'canceled'].includes(phase);
}

describe('the life of a version', () => {
  it('V4: comes to its release in a kind world, with every effect once, dark until it is promoted', async () => {
    const { version, counts, left, wasLightTooEarly } = await live(kindFate);
    expect(wasLightTooEarly).toBe(false);
    expect(version.phase).toBe('released');
    expect(counts).toMatchObject({ created: 1, captured: 1, announced: 1 });
    expect(Object.fromEntries(counts.runs)).toEqual({
      'step-1-apps': 1,
      'step-2-optimise': 1,
      sysprep: 1,
      'image-state': 1,
    });
    expect(left).toEqual({ machine: false, version: { excluded: false } });
  });

  it('X1: comes to the same end wherever the process dies, whatever the broker and Azure do', async () => {
    await check(
      asyncProperty(anyFate, async (fate) => {
        const { version, counts, left, wasLightTooEarly } = await live(fate);
        expect(wasLightTooEarly).toBe(false);
        // Azure may refuse so long that the version gives up; then nothing is left of it.
        if (version.phase === 'failed') {
          expect(['Throttled', 'AzureBusy', 'AzureUnavailable']).toContain(version.failure.code);
          expect(left.machine).toBe(false);
          return;
        }
        expect(version.phase).toBe('released');
        expect(left).toEqual({ machine: false, version: { excluded: false } });
        expect(counts).toMatchObject({ created: 1, captured: 1 });
        for (const [script, runs] of counts.runs)
          expect(`${script} ran ${runs} times`).toBe(`${script} ran 1 times`);
      }),
      { numRuns: 500 },
    );
  }, 120_000);

  it('V1, V2: a version that is canceled at any moment leaves nothing behind', async () => {
    await check(
      asyncProperty(anyFate, integer({ min: 0, max: 90 }), async (fate, cancelAtMinute) => {
        const { version, left } = await live(fate, { cancelAtMinute });
        expect(isOver(version)).toBe(true);
        expect(left.machine).toBe(false);
        if (version.phase === 'canceled' && !version.facts.imageVersionId)
          expect(left.version).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  }, 120_000);
});
