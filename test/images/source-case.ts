import type { ImageSetPlan } from '../../shared/images/image-set.ts';
import type { ExactSource } from '../../shared/images/marketplace.ts';
import type { Sources } from '../../shared/images/sources.ts';
import { planWith } from './small/sources.ts';
import { plan as anyPlan } from './versions.ts';
import { walk } from './walk.ts';

type Found<K extends keyof Sources> = Partial<NonNullable<Awaited<ReturnType<Sources[K]>>>>;
type AllFound = { readonly [K in keyof Sources]?: Found<K> };

/** A source that does not fit its set. */
export interface Case {
  /** Of `sourcePlans`. */
  readonly from: string;
  readonly plan?: Partial<Omit<ImageSetPlan, 'definition'>> & {
    readonly definition?: Partial<ImageSetPlan['definition']>;
  };
  /** What Azure says of the source that it does not say otherwise. */
  readonly found?: AllFound & { readonly marketplace?: Partial<ExactSource> };
  readonly code: string;
  readonly says: RegExp;
}

/** A version of a source that Azure tells something else of than it would. */
export function walkThrough({ from, plan: change, found = {} }: Case) {
  const base = planWith(anyPlan, from);
  const wanted = { ...base, ...change, definition: { ...base.definition, ...change?.definition } };
  return walk(wanted, ({ sources, marketplace }) => {
    const changed = <K extends keyof Sources>(name: K): Sources[K] => {
      const ask = sources[name] as (...given: unknown[]) => Promise<object | undefined>;
      const told = async (...given: unknown[]) => {
        if (name in found && found[name] === undefined) return undefined;
        const is = await ask(...given);
        return is && { ...is, ...found[name] };
      };
      return told as unknown as Sources[K];
    };
    return {
      sources: {
        disk: changed('disk'),
        snapshot: changed('snapshot'),
        managedImage: changed('managedImage'),
        machine: changed('machine'),
        galleryVersion: changed('galleryVersion'),
        blob: changed('blob'),
      },
      marketplace: {
        exactVersion: async (image) => {
          if ('marketplace' in found && found.marketplace === undefined) return undefined;
          const exact = await marketplace.exactVersion(image);
          return exact && { ...exact, ...found.marketplace };
        },
      },
    };
  });
}
