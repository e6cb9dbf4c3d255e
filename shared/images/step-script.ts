import type { ImageSetPlan } from './image-set.ts';
import type { Script } from './machine.ts';
import type { RecipeStep, ScriptAction, SecretRef } from './recipe.ts';
import type { Version } from './image.ts';
import type { ResolvedSource } from './source.ts';
import { linuxFile } from './scripts/linux-file.ts';
import { linuxScript } from './scripts/linux-script.ts';
import { linuxUpdates } from './scripts/linux-updates.ts';
import { windowsFile } from './scripts/windows-file.ts';
import { windowsInstall } from './scripts/windows-install.ts';
import { windowsOptimise } from './scripts/windows-optimise.ts';
import { windowsScript } from './scripts/windows-script.ts';
import { windowsUpdates } from './scripts/windows-updates.ts';

type Run = Pick<Script, 'script' | 'timeoutSeconds' | 'parameters'>;

/** What the machine is to run for a step. `command` names its temporary folder. */
export function stepScript(
  osType: ImageSetPlan['definition']['osType'],
  step: RecipeStep,
  command: string,
): Run {
  const timeoutSeconds = step.timeoutMinutes * 60;
  if ('script' in step) return { ...runOfScript(osType, step, command), timeoutSeconds };
  return { script: textOf(osType, step, command), timeoutSeconds };
}

function runOfScript(osType: string, action: ScriptAction, command: string): Omit<Run, 'timeoutSeconds'> {
  const { script, parameters, secretParameters } = action;
  const given = Object.keys(parameters).length > 0 ? { parameters } : {};
  if (typeof script === 'string') return { script, ...given };
  const names = [...Object.keys(parameters), ...Object.keys(secretParameters)];
  const download = osType === 'Windows' ? windowsScript : linuxScript;
  return { script: download(script, names, command), ...given };
}

function textOf(osType: string, step: Exclude<RecipeStep, ScriptAction>, command: string): string {
  if ('windowsUpdates' in step) return windowsUpdates(step.windowsUpdates);
  if ('linuxUpdates' in step) return linuxUpdates(step.linuxUpdates);
  if ('install' in step) return windowsInstall(step.install, command);
  if ('optimise' in step) return windowsOptimise(step.optimise, command);
  if ('file' in step) {
    return osType === 'Windows' ? windowsFile(step.file, command) : linuxFile(step.file, command);
  }
  throw new Error(`step ${step.name} has nothing to run`);
}

/** No run of a step of this kind is over sooner: until then nobody asks. */
export function soonestSeconds(step: RecipeStep): number {
  if ('windowsUpdates' in step) return 300;
  if ('linuxUpdates' in step || 'optimise' in step) return 180;
  return 90;
}

interface SecretField {
  readonly name: string;
  readonly ref: SecretRef;
  /** Where the recipe names it. */
  readonly field: string;
}

export function secretFields(
  step: RecipeStep,
  index: number,
): { readonly parameters: readonly SecretField[]; readonly password: SecretField | undefined } {
  const at = `recipe.${index}`;
  const { runAs } = step;
  const secrets = 'script' in step ? Object.entries(step.secretParameters) : [];
  return {
    parameters: secrets.map(([name, ref]) => ({ name, ref, field: `${at}.secretParameters.${name}` })),
    password: runAs && { name: runAs.user, ref: runAs.password, field: `${at}.runAs.password` },
  };
}

/** Where the whole output goes, when the bench has a place for it. */
export function logOf({ plan, set, number, facts }: Version, command: string): Pick<Script, 'log'> {
  const { log } = plan.bench;
  if (!log) return {};
  const { attempt = 1 } = facts;
  const build = attempt > 1 ? `${number}-r${attempt}` : number;
  const blobUri = `${log.containerUri}/${set}/${build}/${command}`;
  return { log: { blobUri, identityClientId: log.identityClientId } };
}

/** Whether there is a machine that scripts can run in: not for what is imported, nor for what is sealed already. */
export function hasGuest(source: ResolvedSource | undefined): boolean {
  if (source?.way === 'import') return false;
  return !(source?.way === 'in-place' && source.osState === 'Generalized');
}
