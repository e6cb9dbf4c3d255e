import type { Instant } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';
import { type Bump, numberAfter, type VersionNumber } from './version-number.ts';

/** What a team names and owns: one gallery image definition plus policy. Field names are Azure's. */
export interface ImageSetPlan {
  readonly subscriptionId: string;
  readonly gallery: { readonly resourceGroup: string; readonly name: string; readonly location: string };
  readonly definition: {
    readonly name: string;
    readonly osType: 'Windows';
    readonly osState: 'Generalized';
    readonly hyperVGeneration: 'V1' | 'V2';
    readonly securityType: 'Standard' | 'TrustedLaunch';
    readonly architecture: 'x64' | 'Arm64';
    readonly publisher: string;
    readonly offer: string;
    readonly sku: string;
  };
  readonly source: { readonly marketplace: MarketplaceImage };
  readonly recipe: readonly RecipeStep[];
  /** Where versions are built. The subnet must let the machine out to what the recipe downloads. */
  readonly bench: {
    readonly resourceGroup: string;
    readonly location: string;
    readonly vmSize: string;
    readonly subnetId: string;
  };
  /** Target regions; the bench's own is always among them, because Azure asks for it. */
  readonly regions: readonly TargetRegion[];
  /** In the order a version passes them: the first is where it is proven, the last is production. */
  readonly channels: readonly string[];
  readonly approvalDays: number;
}

export interface MarketplaceImage {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  /** An exact version, or `latest`: resolved once, when the version starts. */
  readonly version: string;
}

export interface RecipeStep {
  readonly name: string;
  readonly script: string;
  readonly timeoutMinutes: number;
  readonly allowedExitCodes: readonly number[];
}

export interface TargetRegion {
  readonly name: string;
  readonly replicas: number;
  readonly storageType: 'Standard_LRS' | 'Standard_ZRS' | 'Premium_LRS';
}

export interface ImageSet {
  readonly plan: ImageSetPlan;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  readonly lastNumber?: VersionNumber;
  /** Which request was given which number, for as long as a request may be repeated. */
  readonly issued: readonly {
    readonly request: string;
    readonly number: VersionNumber;
    readonly at: Instant;
  }[];
}

export type ImageSetEvent =
  | { readonly type: 'defined'; readonly plan: ImageSetPlan; readonly by: string; readonly at: Instant }
  | { readonly type: 'number-issued'; readonly request: string; readonly bump: Bump; readonly at: Instant };

const repeatableForMs = 25 * 60 * 60 * 1000;

/** An image set issues the numbers of its versions: in one place, so that none is ever issued twice. */
export const imageSetLife: Workflow<ImageSet, ImageSetEvent, never> = {
  evolve(set, event) {
    switch (event.type) {
      case 'defined':
        if (!set) return { plan: event.plan, createdAt: event.at, changedAt: event.at, issued: [] };
        return JSON.stringify(set.plan) === JSON.stringify(event.plan)
          ? set
          : { ...set, plan: event.plan, changedAt: event.at };
      case 'number-issued': {
        if (!set || numberFor(set, event.request)) return set;
        const number = numberAfter(set.lastNumber, event.bump);
        const kept = set.issued.filter(({ at }) => Date.parse(event.at) - Date.parse(at) < repeatableForMs);
        return {
          ...set,
          lastNumber: number,
          issued: [...kept, { request: event.request, number, at: event.at }],
        };
      }
    }
  },
  decide: () => ({}),
  isNews: () => true,
};

/** The number that this request was given. */
export function numberFor(set: ImageSet, request: string): VersionNumber | undefined {
  return set.issued.find((issue) => issue.request === request)?.number;
}

/** The fields of the definition that Azure fixes at creation and that differ between the two. */
export function immutableChanges(before: ImageSetPlan, after: ImageSetPlan): string[] {
  const fixed = (plan: ImageSetPlan): Record<string, unknown> => ({
    subscriptionId: plan.subscriptionId,
    'gallery.name': plan.gallery.name,
    'gallery.resourceGroup': plan.gallery.resourceGroup,
    'gallery.location': plan.gallery.location,
    ...Object.fromEntries(
      Object.entries(plan.definition).map(([field, value]) => [`definition.${field}`, value]),
    ),
  });
  const now = fixed(after);
  return Object.entries(fixed(before)).flatMap(([field, value]) => (now[field] === value ? [] : [field]));
}
