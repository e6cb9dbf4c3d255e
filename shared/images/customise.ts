import type { RecipeStep } from './image-set.ts';
import type { Scripts } from './machine.ts';
import { benchMachine } from './names.ts';
import { runOnce } from './run-script.ts';
import { done, type EnsureVersionStage, failed, running } from './stage.ts';
import type { ScriptRun } from './machine.ts';
import type { StepResult } from './version.ts';

/** Runs the recipe, one step after the other, each once. */
export function ensureCustomised(scripts: Scripts): EnsureVersionStage {
  return async ({ work: version, intent, now }) => {
    const { recipe, bench } = version.plan;
    const results = version.facts.steps ?? [];
    const step = recipe[results.length];
    if (!step) return done();
    const ref = benchMachine(version);
    const name = commandName(results.length, step);
    const last = recipe[results.length - 1];
    // A machine holds few run commands. One is taken away only once its result is kept, never before:
    // a step without result and without run command is run.
    if (last && intent?.what !== `run ${name}`) {
      await scripts.remove(ref, commandName(results.length - 1, last));
    }
    const { script, timeoutMinutes } = step;
    const asked = { name, script, timeoutSeconds: timeoutMinutes * 60 };
    const run = await runOnce({ scripts, ref, location: bench.location, script: asked, intent, now });
    if ('wait' in run) return run.wait;
    const { exitCode, seconds, output } = run.ended;
    const steps: StepResult[] = [...results, { name: step.name, exitCode, seconds, output }];
    const wrong = whatIsWrong(step, run.ended);
    if (wrong) return failed(...wrong, { steps });
    if (steps.length === recipe.length) return done({ steps });
    const news = `step ${step.name} ended with exit code ${exitCode}`;
    return running('the next step', 1, { facts: { steps }, news });
  };
}

function commandName(index: number, step: RecipeStep): string {
  return `step-${index + 1}-${step.name}`;
}

function whatIsWrong(step: RecipeStep, run: ScriptRun): ['StepFailed' | 'StepTimedOut', string] | undefined {
  const tail = run.output.slice(-400);
  if (run.state === 'timed-out') {
    return ['StepTimedOut', `Step ${step.name} did not end within ${step.timeoutMinutes} minutes. ${tail}`];
  }
  if (run.state === 'gone-wrong') return ['StepFailed', `Azure could not run step ${step.name}. ${tail}`];
  if (step.allowedExitCodes.includes(run.exitCode)) return undefined;
  return ['StepFailed', `Step ${step.name} ended with exit code ${run.exitCode}. ${tail}`];
}
