import { ensureCaptured } from '../../shared/images/capture.ts';
import { ensureCleanedUp } from '../../shared/images/clean-up.ts';
import type { Version } from '../../shared/images/image.ts';
import type { ImageSetPlan } from '../../shared/images/image-set.ts';
import { benchMachine } from '../../shared/images/names.ts';
import { ensurePrepared } from '../../shared/images/prepare.ts';
import { ensureProvisioned } from '../../shared/images/provision.ts';
import { ensureResolved } from '../../shared/images/resolve.ts';
import type { Facts } from '../../shared/images/version.ts';
import { secondsAfter } from '../../shared/instant.ts';
import type { EnsureStage, Progress } from '../../shared/workflow/look.ts';
import { smallBench } from './small-bench.ts';
import { after, noon, plan as anyPlan } from './versions.ts';

type Ports = ReturnType<typeof smallBench>['ports'];

/** Nobody runs scripts here. */
const noScripts = { ours: async () => [], remove: async () => {} };

/** A version on a small bench, taken from stage to stage by hand; ports can be told to say something else. */
export function walk(plan: ImageSetPlan = anyPlan, other: (ports: Ports) => Partial<Ports> = () => ({})) {
  let now = noon;
  const bench = smallBench(() => now);
  const { machines, parts, gallery, sources, marketplace } = { ...bench.ports, ...other(bench.ports) };
  let version: Version = { ...after(), plan };
  const stages = {
    resolve: ensureResolved({ sources, marketplace }, gallery),
    prepare: ensurePrepared(parts),
    provision: ensureProvisioned(gallery, machines),
    capture: ensureCaptured(gallery, machines),
    'clean-up': ensureCleanedUp({ machines, parts, gallery, scripts: noScripts }),
  };
  const pass = (seconds: number) => {
    now = secondsAfter(now, seconds);
  };
  const look = async (stage: EnsureStage<Version, Facts>): Promise<Progress<Facts>> => {
    const found = await stage({ id: 'win11.1.0.0', work: version, now, since: noon, intent: undefined });
    version = { ...version, facts: { ...version.facts, ...found.facts } };
    return found;
  };
  const until = async (stage: EnsureStage<Version, Facts>): Promise<Progress<Facts>> => {
    for (let looks = 0; looks < 200; looks += 1) {
      const found = await look(stage);
      if (found.status !== 'running') return found;
      pass(found.lookAgainInSeconds);
    }
    throw new Error('it never came to its end');
  };
  const stage = async (name: keyof typeof stages) => await until(stages[name]);
  return {
    bench,
    pass,
    now: () => now,
    version: () => version,
    learn: (facts: Partial<Facts>) => {
      version = { ...version, facts: { ...version.facts, ...facts } };
    },
    /** One look. */
    look: async (name: keyof typeof stages) => await look(stages[name]),
    /** Looks until it is over. */
    stage,
    /** What the stages in between do to a machine, done at once. */
    async generalise() {
      const ref = benchMachine(version);
      if (version.facts.source?.way === 'import') return;
      const isGeneralized = plan.definition.osState === 'Generalized';
      if (isGeneralized) bench.guestOf(ref)?.seal();
      await machines.deallocate(ref);
      pass(120);
      if (isGeneralized) await machines.generalize(ref);
    },
    /** From the source to the gallery. */
    async toGallery() {
      for (const name of ['resolve', 'prepare', 'provision'] as const) {
        const found = await stage(name);
        if (found.status !== 'done') return found;
      }
      await this.generalise();
      const captured = await stage('capture');
      return captured.status === 'done' ? await stage('clean-up') : captured;
    },
  };
}
