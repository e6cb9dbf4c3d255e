import type { ImageSetPlan } from '../../shared/images/image-set.ts';
import { Recipe } from '../../shared/images/recipe-bodies.ts';
import { planWith, sourcePlans } from './small/sources.ts';
import { plan as anyPlan } from './versions.ts';

const sha256 = 'a'.repeat(64);
export const secretUri = 'https://kv-images.vault.azure.net/secrets/app-licence';

/** One step of each kind, by its name. */
const steps = {
  script: { script: 'Write-Output 1', parameters: { A: 'b' }, secretParameters: { KEY: { secretUri } } },
  download: { script: { uri: 'https://downloads.contoso.example/a.ps1', sha256 } },
  updates: { windowsUpdates: {} },
  install: { install: { uri: 'https://downloads.contoso.example/a.msi', sha256, kind: 'msi' } },
  optimise: { optimise: { commit: 'b'.repeat(40), sha256 } },
  restart: { restart: {} },
  file: { file: { uri: 'https://downloads.contoso.example/a.xml', sha256, destination: 'C:\\a.xml' } },
} as const;
const linuxSteps = {
  script: { script: 'echo 1' },
  updates: { linuxUpdates: {} },
  restart: { restart: {} },
  file: { file: { uri: 'https://downloads.contoso.example/a.conf', sha256, destination: '/etc/a.conf' } },
} as const;

export type StepName = keyof typeof steps;
export const stepNames = Object.keys(steps) as StepName[];
/** Every source of the small bench, and one of the other operating system. */
export const sourceNames = [...Object.keys(sourcePlans), 'Linux'];

/** The plan of a version from that source by a recipe of those steps, as far as the source takes a recipe. */
export function livedPlan(source: string, names: readonly StepName[]): ImageSetPlan {
  const isLinux = source === 'Linux';
  const kinds: Readonly<Record<string, object>> = isLinux ? linuxSteps : steps;
  const written = names.flatMap((name, index) => {
    const step = kinds[name];
    return step
      ? [{ ...step, name: `${name}-${index + 1}`, ...('restart' in step ? {} : { retries: 1 }) }]
      : [];
  });
  const base = planWith(anyPlan, isLinux ? 'marketplace' : source);
  const recipe = sourcePlans[source]?.emptyRecipe ? [] : Recipe.parse(written);
  const osType = isLinux ? 'Linux' : 'Windows';
  return { ...base, recipe, definition: { ...base.definition, osType } };
}
