import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import type { Version } from './image.ts';
import type { Machines, Script, ScriptRun, Scripts } from './machine.ts';
import { stepCommand } from './commands.ts';
import { benchMachine } from './names.ts';
import { type RecipeStep, restartMinutes, type StepProgress } from './recipe.ts';
import { restartOnce } from './restart.ts';
import { intentionToRun, lastCommand, runOnce } from './run-script.ts';
import { readSecret, type Secrets, withoutTheSecrets } from './secrets.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';
import { hasGuest, logOf, secretFields, soonestSeconds, stepScript } from './step-script.ts';
import { afterRestart, afterRun, begun, type Verdict } from './step-verdict.ts';
import type { Facts, StepResult } from './version.ts';

export interface CustomisePorts {
  readonly scripts: Scripts;
  readonly machines: Pick<Machines, 'find' | 'restart'>;
  readonly secrets: Secrets;
  readonly now: () => Instant;
}

/** Runs the recipe, one step after the other, each once. */
export function ensureCustomised(ports: CustomisePorts): EnsureVersionStage {
  return async (look) => {
    const { work: version } = look;
    const { source, steps = [], step: progress } = version.facts;
    const step = version.plan.recipe[steps.length];
    if (!step) return done();
    if (!hasGuest(source)) {
      return failed(
        'SourceMismatch',
        'What is imported or generalised already runs no recipe: leave it empty.',
      );
    }
    const at = { ports, look, step, index: steps.length, progress: progress ?? begun(step) };
    return at.progress.phase === 'restart' ? await restart(at) : await run(at);
  };
}

interface UnderWay {
  readonly ports: CustomisePorts;
  readonly look: Look<Version>;
  readonly step: RecipeStep;
  readonly index: number;
  readonly progress: StepProgress;
}

type Answer = Settled<Facts> | Intended<Facts>;

async function run(at: UnderWay): Promise<Answer> {
  const { ports, look, step, index, progress } = at;
  const { work: version, intent, now } = look;
  const ref = benchMachine(version);
  const name = stepCommand(version, index, step, progress);
  // A machine holds few run commands. One is taken away only once its result is kept, never before:
  // a step without result and without run command is run.
  const before = lastCommand(intent);
  if (before !== undefined && intent?.what !== intentionToRun(name)) await ports.scripts.remove(ref, before);
  const asked = {
    scripts: ports.scripts,
    ref,
    location: version.plan.bench.location,
    script: { name, owner: versionId(version), ...stepScript(version.plan.definition.osType, step, name) },
    intent,
    now,
    soonestSeconds: soonestSeconds(step),
    completed: async (script: Script) => ({ ...script, ...logOf(version, name), ...(await secretsOf(at)) }),
  };
  const found = await runOnce(asked);
  if ('wait' in found) return found.wait;
  const ended: ScriptRun = { ...found.ended, output: await withoutSecrets(at, found.ended.output) };
  return told(at, afterRun(step, progress, ended, now), ended.output);
}

async function restart(at: UnderWay): Promise<Answer> {
  const { ports, look, step, index, progress } = at;
  const { machines, now } = ports;
  const back = await restartOnce({
    machines,
    ref: benchMachine(look.work),
    name: stepCommand(look.work, index, step, progress),
    intent: look.intent,
    now,
    restartedAt: progress.restartedAt,
    waitMinutes: 'restart' in step ? step.restart.waitMinutes : restartMinutes,
    kept: (restartedAt) => ({ step: { ...progress, restartedAt } }),
  });
  return back === 'back' ? told(at, afterRestart(step, progress)) : back;
}

/** What follows, and what the run wrote: the history keeps that with the event that tells of it. */
function told({ look, step, progress: was }: UnderWay, verdict: Verdict, output?: string): Settled<Facts> {
  const { facts } = look.work;
  const { attempt, seconds, tail } = verdict.progress;
  // What follows may be the next try already.
  const wrote = output === undefined ? {} : { lastOutput: { step: step.name, attempt: was.attempt, output } };
  if (verdict.is === 'under-way') {
    const { progress, news } = verdict;
    return running(progress.phase === 'restart' ? 'the restart' : `${step.name} again`, 1, {
      facts: { ...wrote, step: progress },
      news,
    });
  }
  const result: StepResult = {
    name: step.name,
    exitCode: verdict.exitCode,
    seconds,
    tail,
    attempts: attempt,
  };
  const steps = [...(facts.steps ?? []), result];
  const known: Partial<Facts> = { ...wrote, steps, step: undefined };
  if (verdict.is === 'failed') return failed(verdict.code, verdict.message, known);
  // The last one too: the history has a line for each.
  return running('the next step', 1, { facts: known, news: verdict.news });
}

/** What the step must know and we must not keep, read anew each time. */
async function secretsOf({ ports, step, index }: UnderWay): Promise<Partial<Script>> {
  const { parameters, password } = secretFields(step, index);
  const secretParameters: Record<string, string> = {};
  for (const { name, ref, field } of parameters) {
    secretParameters[name] = await readSecret(ports.secrets, ref, field);
  }
  return {
    ...(parameters.length > 0 && { secretParameters }),
    ...(password && {
      runAs: {
        user: password.name,
        password: await readSecret(ports.secrets, password.ref, password.field),
      },
    }),
  };
}

/** A script may print what it was given in confidence: that is taken out before anything is kept. */
async function withoutSecrets({ ports, step, index }: UnderWay, output: string): Promise<string> {
  const { parameters, password } = secretFields(step, index);
  const fields = [...parameters, ...(password ? [password] : [])];
  if (fields.length === 0 || output === '') return output;
  try {
    const values = await Promise.all(
      fields.map(async ({ ref, field }) => await readSecret(ports.secrets, ref, field)),
    );
    return withoutTheSecrets(output, values);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return '(Not kept: the secrets could not be read again to take them out of it.)';
  }
}
