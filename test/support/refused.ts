import type { Failure } from '../../shared/errors.ts';
import { oldVersion } from './small-azure.ts';

/** What nobody may begin to use any more: the version, and movements of channels. */
export interface Refused {
  why: Failure | undefined;
  /** Why nobody may use the version that the pool came from, and what its number is the number of. */
  whyFormer: Failure | undefined;
  whyElder: Failure | undefined;
  former: string | undefined;
  readonly movements: Set<string>;
}

export function noneRefused(): Refused {
  return {
    why: undefined,
    whyFormer: undefined,
    whyElder: undefined,
    former: oldVersion,
    movements: new Set(),
  };
}

/** Why nobody may use the version of this number. */
export function whyRefused({ why, whyFormer, whyElder }: Refused, number: string): Failure | undefined {
  const former: Record<string, Failure | undefined> = { '1.0.0': whyFormer, '0.9.0': whyElder };
  return number in former ? former[number] : why;
}
