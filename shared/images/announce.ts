import type { Version } from './image.ts';
import { nameOfSource } from './source.ts';
import { done, type EnsureVersionStage, versionId } from './stage.ts';

/** What a promotion tells people. Handed to the notifications, which see to its delivery by themselves. */
export interface Promotion {
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  readonly source: string;
  readonly approvedBy: string;
  readonly reason: string;
  readonly notes: string;
  readonly checks: { readonly passed: number; readonly total: number };
  readonly regions: readonly string[];
  readonly channels: readonly string[];
}

/** Chat is going to be told of the promotion: once, however often this is asked. */
export function ensureAnnounced(announce: (promotion: Promotion) => Promise<void>): EnsureVersionStage {
  return async ({ work }) => {
    await announce(promotionOf(work));
    return done();
  };
}

function promotionOf(version: Version): Promotion {
  const { set, number, plan, facts, requested } = version;
  const checks = facts.checks ?? [];
  return {
    versionId: versionId(version),
    set,
    number,
    source: facts.source ? nameOfSource(facts.source) : '',
    approvedBy: facts.approval?.by ?? '',
    reason: facts.approval?.reason ?? '',
    notes: requested.notes,
    checks: { passed: checks.filter(({ outcome }) => outcome === 'passed').length, total: checks.length },
    regions: Object.keys(facts.regions ?? {}),
    channels: plan.channels,
  };
}
