/** What people hear of when a version is promoted. */
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
