import type { Instant } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';
import { fixedFields, type ImageDefinition } from './definition.ts';
import type { InspectionPolicy } from './inspection.ts';
import type { RecipeRevision, RecipeStep } from './recipe.ts';
import type { DataDisk, Source } from './source.ts';
import {
  type Issued,
  nextNumber,
  type NumberScheme,
  type VersionNumber,
  type Wish,
  withIssued,
} from './version-number.ts';

/** What a team names and owns: one gallery image definition plus policy. Field names are Azure's. */
export interface ImageSetPlan {
  readonly subscriptionId: string;
  readonly gallery: { readonly resourceGroup: string; readonly name: string; readonly location: string };
  readonly definition: ImageDefinition;
  readonly source: Source;
  /** Beside those that the source brings itself. */
  readonly dataDisks: readonly DataDisk[];
  readonly recipe: readonly RecipeStep[];
  readonly numbering: NumberScheme;
  readonly inspection: InspectionPolicy;
  /** Where versions are built. The subnet must let the machine out to what the recipe downloads. */
  readonly bench: Bench;
  /** Target regions; the bench's own is always among them, because Azure asks for it. */
  readonly regions: readonly TargetRegion[];
  /** `Shallow` is quick, for tests: one region, and the version goes with its source. */
  readonly replicationMode: 'Full' | 'Shallow';
  /** So many days after its capture a version's life ends; without it, never. */
  readonly endOfLifeDays?: number;
  /** In the order a version passes them: the first is where it is proven, the last is production. */
  readonly channels: readonly string[];
  /** Which versions are kept, and for how long; `retentionOf` fills in what sets were given before there was any. */
  readonly retention?: RetentionPolicy;
}

/** Nothing is deleted by itself unless `enabled`; notices and ends of life are there for every set. */
export interface RetentionPolicy {
  /** So many of the newest stay, whatever their age. */
  readonly keepLast: number;
  /** Whatever is younger stays. */
  readonly keepDays: number;
  /** So long before its end of life people are told. */
  readonly endOfLifeNoticeDays: number;
  readonly deleteDeprecatedAfterDays: number;
  readonly enabled: boolean;
}

export const defaultRetention: RetentionPolicy = {
  keepLast: 3,
  keepDays: 90,
  endOfLifeNoticeDays: 14,
  deleteDeprecatedAfterDays: 7,
  enabled: false,
};

export function retentionOf({ retention }: Pick<ImageSetPlan, 'retention'>): RetentionPolicy {
  return retention ?? defaultRetention;
}

export interface Bench {
  readonly resourceGroup: string;
  readonly location: string;
  readonly vmSize: string;
  readonly subnetId: string;
  /** How many versions of this set may be on the bench at once. */
  readonly maxBuilds: number;
  /** Where the whole output of each step goes; Azure itself keeps only the last 4 KB. */
  readonly log?: {
    /** `https://<account>.blob.core.windows.net/<container>` */
    readonly containerUri: string;
    /** The user-assigned identity that the build VM writes it with. */
    readonly identityId: string;
    readonly identityClientId: string;
  };
}

export interface TargetRegion {
  readonly name: string;
  readonly replicas: number;
  readonly storageType: 'Standard_LRS' | 'Standard_ZRS' | 'Premium_LRS';
  /** Unless it says false a version waits for it, and fails with it; others come later, or are given up. */
  readonly required?: boolean;
}

export interface ImageSet {
  readonly plan: ImageSetPlan;
  /** How often the plan has changed, and its ETag; 1 where it was kept before that was counted. */
  readonly revision?: number;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  /** Every recipe it ever had, oldest first: the first is revision 1. */
  readonly recipes: readonly { readonly hash: string; readonly by: string; readonly at: Instant }[];
  /** The revision that `plan.recipe` is. */
  readonly recipe: RecipeRevision;
  readonly numbers: Issued;
  /**
   * Which request was given a number last. What others were given is kept beside the set, under the name of each; but
   * of sets that were kept before that was so, here too, for as long as a request may be repeated.
   */
  readonly issued: readonly Given[];
}

/** Which request was given which number. */
export interface Given {
  readonly request: string;
  readonly number: VersionNumber;
  readonly at: Instant;
  /** The hash of what was asked, where the request is known by a key: with that it asks for this and nothing else. */
  readonly body?: string;
  /** Whether it is kept beside the set as well. */
  readonly isBeside?: true;
}

export type ImageSetEvent =
  | {
      readonly type: 'defined';
      readonly plan: ImageSetPlan;
      readonly recipeHash: string;
      readonly by: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'number-issued';
      readonly request: string;
      readonly wish: Wish;
      readonly at: Instant;
      readonly body?: string;
    };

const repeatableForMs = 24 * 60 * 60 * 1000;

/** An image set issues the numbers of its versions: in one place, so that none is ever issued twice. */
export const imageSetLife: Workflow<ImageSet, ImageSetEvent, never> = {
  evolve(set, event) {
    switch (event.type) {
      case 'defined':
        return defined(set, event);
      case 'number-issued': {
        if (!set || issuedTo(set, event.request, event.at)) return set;
        const number = nextNumber(set.numbers, set.plan.numbering, event.wish, event.at);
        if (number === undefined) return set;
        const { request, at, body } = event;
        const kept = set.issued.filter((given) => given.isBeside !== true && isRepeatable(given, at));
        return {
          ...set,
          numbers: withIssued(set.numbers, number),
          issued: [...kept, { request, number, at, ...(body !== undefined && { body }), isBeside: true }],
        };
      }
    }
  },
  decide: () => ({}),
  // Of a number the version tells, which was asked for with it.
  isNews: ({ type }) => type !== 'number-issued',
};

function defined(
  set: ImageSet | undefined,
  { plan, recipeHash: hash, by, at }: Extract<ImageSetEvent, { type: 'defined' }>,
): ImageSet {
  const before = set?.recipes ?? [];
  const known = before.findIndex((recipe) => recipe.hash === hash);
  // A recipe that comes back is the revision it was: a revision never means two things.
  const recipes = known === -1 ? [...before, { hash, by, at }] : before;
  const recipe = { revision: known === -1 ? recipes.length : known + 1, hash };
  if (!set) {
    const begun = { createdAt: at, changedAt: at, numbers: { lines: {} }, issued: [] };
    return { plan, revision: 1, ...begun, recipes, recipe };
  }
  if (JSON.stringify(set.plan) === JSON.stringify(plan)) return set;
  return { ...set, plan, revision: (set.revision ?? 1) + 1, changedAt: at, recipes, recipe };
}

/** What this request was given, if the set itself remembers it and it may be repeated. */
export function issuedTo(set: ImageSet, request: string, now: Instant): Given | undefined {
  return set.issued.find((issued) => issued.request === request && isRepeatable(issued, now));
}

/** Whether a request may still be repeated that was given a number then. */
export function isRepeatable({ at }: Pick<Given, 'at'>, now: Instant): boolean {
  return Date.parse(now) - Date.parse(at) < repeatableForMs;
}

/** The fields of the definition that Azure fixes at creation and that differ between the two. */
export function immutableChanges(before: ImageSetPlan, after: ImageSetPlan): string[] {
  const fixed = (plan: ImageSetPlan): Record<string, unknown> => ({
    subscriptionId: plan.subscriptionId,
    'gallery.name': plan.gallery.name,
    'gallery.resourceGroup': plan.gallery.resourceGroup,
    'gallery.location': plan.gallery.location,
    ...Object.fromEntries(
      fixedFields.map((field) => [`definition.${field}`, JSON.stringify(plan.definition[field])]),
    ),
  });
  const now = fixed(after);
  return Object.entries(fixed(before)).flatMap(([field, value]) => (now[field] === value ? [] : [field]));
}
