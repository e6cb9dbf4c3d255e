/** What people hear of when a channel is moved: to a version that was proven, or back to one that was good. */
export interface Promotion {
  readonly kind: 'promotion' | 'rollback';
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  readonly channel: string;
  /** What the channel held before. */
  readonly from?: string;
  readonly by: string;
  readonly reason: string;
  readonly source: string;
  readonly notes: string;
  readonly regions: readonly string[];
  readonly checks?: { readonly passed: number; readonly total: number };
  readonly approvals: readonly { readonly by: string; readonly reason: string }[];
  /** Checks that failed and were let through, by whom and why. */
  readonly overrides: readonly string[];
}
