import { counted } from '../counted.ts';
import type { ErrorCode } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { inWords } from './installer-codes.ts';
import type { ScriptRun } from './machine.ts';
import type { RecipeStep, StepProgress } from './recipe.ts';
import { mayRestart, restartsByItself } from './scripts/restarting.ts';
import { readUpdates } from './scripts/update-report.ts';

/** What follows from the end of a run or of a restart. */
export type Verdict =
  | { readonly is: 'under-way'; readonly progress: StepProgress; readonly news: string }
  | { readonly is: 'over'; readonly progress: StepProgress; readonly exitCode: number; readonly news: string }
  | {
      readonly is: 'failed';
      readonly progress: StepProgress;
      readonly exitCode: number;
      readonly code: ErrorCode;
      readonly message: string;
    };

/** How a step begins. */
export function begun(step: RecipeStep): StepProgress {
  const first = { attempt: 1, round: 1, seconds: 0, tail: '' };
  return 'restart' in step ? { ...first, phase: 'restart', exitCode: 0 } : { ...first, phase: 'run' };
}

/** What an installer means by these is success and "restart me" (Windows Installer's own codes). */
const restartCodes = new Set([3010, 1641]);

/** A run has ended: the step is over, goes on, is tried again, or has failed. */
export function afterRun(step: RecipeStep, before: StepProgress, run: ScriptRun, at: Instant): Verdict {
  const seconds = Math.round(before.seconds + run.seconds);
  const progress: StepProgress = { ...before, seconds, tail: tailOf(run.output) };
  const wrong = whatIsWrong(step, progress, run);
  if (wrong) return triedAgain(step, progress, run.exitCode, ...wrong);
  if ('windowsUpdates' in step) return afterRound(step, progress, run, step.windowsUpdates.maxRounds);
  const { exitCode } = run;
  const news = `step ${step.name} ended with exit code ${exitCode}`;
  if (restartCodes.has(exitCode) || ('linuxUpdates' in step && readUpdates(run.output)?.restart)) {
    const restart: StepProgress = { ...progress, phase: 'restart', exitCode };
    return { is: 'under-way', progress: restart, news: `${news}: the machine is restarted` };
  }
  // Nobody tells that a script restarts the machine as its last act: the next step waits until it is up again.
  if (isRestarting(step, run)) {
    const restart: StepProgress = { ...progress, phase: 'restart', restartedAt: at, exitCode };
    return { is: 'under-way', progress: restart, news: `${news}: the machine restarts` };
  }
  return { is: 'over', progress, exitCode, news };
}

/** The machine is back: the step is over, or its next round begins. */
export function afterRestart(step: RecipeStep, before: StepProgress): Verdict {
  const { restartedAt: _, exitCode, ...rest } = before;
  const progress: StepProgress = { ...rest, phase: 'run' };
  if (exitCode === undefined) {
    const round = before.round + 1;
    return {
      is: 'under-way',
      progress: { ...progress, round },
      news: `${step.name}: back for round ${round}`,
    };
  }
  const news = `step ${step.name} ended with exit code ${exitCode}, and the machine is back`;
  return { is: 'over', progress, exitCode, news };
}

type Wrong = readonly [code: 'StepFailed' | 'StepTimedOut', message: string];

function whatIsWrong(step: RecipeStep, { tail }: StepProgress, run: ScriptRun): Wrong | undefined {
  const { name, timeoutMinutes, allowedExitCodes } = step;
  if (run.state === 'timed-out') {
    return ['StepTimedOut', `Step ${name} did not end within ${counted(timeoutMinutes, 'minute')}. ${tail}`];
  }
  if (run.state === 'gone-wrong') return ['StepFailed', `Azure could not run step ${name}. ${tail}`];
  if (allowedExitCodes.includes(run.exitCode)) return undefined;
  const means = 'install' in step ? inWords(run.exitCode) : '';
  return ['StepFailed', `Step ${name} ended with exit code ${run.exitCode}${means}. ${tail}`];
}

function triedAgain(step: RecipeStep, progress: StepProgress, exitCode: number, ...wrong: Wrong): Verdict {
  const [code, message] = wrong;
  const { attempt } = progress;
  if (attempt > step.retries) return { is: 'failed', progress, exitCode, code, message };
  const next: StepProgress = { ...progress, attempt: attempt + 1, phase: 'run' };
  return { is: 'under-way', progress: next, news: `${message} Try ${attempt + 1} of ${step.retries + 1}.` };
}

/** Searched and installed once: again while anything is found, with a restart where one is wanted. */
function afterRound(step: RecipeStep, progress: StepProgress, run: ScriptRun, maxRounds: number): Verdict {
  const { exitCode } = run;
  const report = readUpdates(run.output);
  if (!report) {
    return triedAgain(
      step,
      progress,
      exitCode,
      'StepFailed',
      `Step ${step.name} did not say what it installed.`,
    );
  }
  const { offered, failed, restart } = report;
  const said = `${step.name}, round ${progress.round}: ${offered} offered, ${failed} failed`;
  if (failed > 0 && failed === offered) {
    return triedAgain(step, progress, exitCode, 'StepFailed', `${said}. ${progress.tail}`);
  }
  const isLast = offered === 0 || progress.round >= maxRounds;
  if (isLast && failed > 0)
    return triedAgain(step, progress, exitCode, 'StepFailed', `${said}. ${progress.tail}`);
  const limit = offered > 0 && isLast ? `; ${maxRounds} rounds are all it may have, more may be offered` : '';
  if (restart) {
    const next: StepProgress = { ...progress, phase: 'restart', ...(isLast && { exitCode }) };
    return { is: 'under-way', progress: next, news: `${said}${limit}; the machine is restarted` };
  }
  if (isLast) return { is: 'over', progress, exitCode, news: `${said}${limit}` };
  return { is: 'under-way', progress: { ...progress, round: progress.round + 1 }, news: said };
}

/** An inline script is known to us; of a downloaded one the guest says so. */
function isRestarting(step: RecipeStep, { output }: ScriptRun): boolean {
  if (!('script' in step)) return false;
  return typeof step.script === 'string' ? restartsByItself(step.script) : output.includes(mayRestart);
}

/** The last two lines that say anything, at most 300 characters. */
export function tailOf(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(-2)
    .join('\n')
    .slice(-300);
}
