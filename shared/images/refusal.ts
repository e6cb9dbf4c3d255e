import type { ErrorCode } from '../errors.ts';

/** Why something will not do: said before anything is created. */
export type Refusal = readonly [code: ErrorCode, message: string];

export function isRefusal(found: object | string | undefined): found is Refusal {
  return Array.isArray(found) && typeof found[0] === 'string';
}

/** The first of these that holds. */
export function firstOf(...rules: readonly (readonly [boolean, ErrorCode, string])[]): Refusal | undefined {
  const broken = rules.find(([holds]) => holds);
  return broken && [broken[1], broken[2]];
}
