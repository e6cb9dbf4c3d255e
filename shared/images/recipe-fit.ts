import type { InspectionPolicy, OsType } from './inspection.ts';
import { inspectionRules } from './inspection-rules.ts';
import type { RecipeStep } from './recipe.ts';
import { isLinuxPath, isWindowsPath } from './step-paths.ts';

export interface Misfit {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const onlyFor: Readonly<Record<string, OsType>> = {
  windowsUpdates: 'Windows',
  install: 'Windows',
  optimise: 'Windows',
  linuxUpdates: 'Linux',
};

/** What in the recipe cannot be done on this operating system; paths are within the recipe. */
export function recipeMisfits(osType: OsType, recipe: readonly RecipeStep[]): Misfit[] {
  return recipe.flatMap((step, index) => {
    const other = Object.keys(step).find((field) => (onlyFor[field] ?? osType) !== osType);
    if (other !== undefined) {
      const message = `${other} is for ${onlyFor[other]}, and the definition’s osType is ${osType}.`;
      return [{ path: [index, other], message }];
    }
    if (!('file' in step)) return [];
    const isPath = osType === 'Windows' ? isWindowsPath : isLinuxPath;
    if (isPath(step.file.destination)) return [];
    return [{ path: [index, 'file', 'destination'], message: `This is no whole path on ${osType}.` }];
  });
}

/** Rules that are named for another operating system; paths are within the policy. */
export function inspectionMisfits(osType: OsType, { rules, waivers }: InspectionPolicy): Misfit[] {
  const isForeign = (name: string) =>
    !inspectionRules.some((rule) => rule.name === name && rule.os.includes(osType));
  const message = (name: string) => `${name} is not asked of ${osType}.`;
  return [
    ...Object.keys(rules)
      .filter(isForeign)
      .map((name) => ({ path: ['rules', name], message: message(name) })),
    ...waivers.flatMap(({ rule }, index) =>
      isForeign(rule) ? [{ path: ['waivers', index, 'rule'], message: message(rule) }] : [],
    ),
  ];
}
