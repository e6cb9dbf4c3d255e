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

/** That the life of a version ends, told in time. */
export interface EndOfLife {
  readonly kind: 'end-of-life';
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  readonly endOfLifeDate: string;
  /** From then on nothing new may begin to use it. */
  readonly over: string;
  readonly usedBy: readonly string[];
}

/** Somebody is to say whether a version may enter a channel. */
export interface ApprovalWanted {
  readonly kind: 'approval';
  readonly id: string;
  readonly set: string;
  readonly number: string;
  readonly channel: string;
  readonly requestedBy: string;
  readonly facts: string;
  readonly expiresAt: string;
}

/** A gate that was not passed: the release stands until somebody does something. */
export interface GateNotPassed {
  readonly kind: 'gate';
  readonly id: string;
  readonly set: string;
  readonly number: string;
  readonly channel: string;
  readonly outcome: 'failed' | 'inconclusive';
  readonly checks: readonly string[];
}

/** All that people hear of in chat. */
export type News = Promotion | EndOfLife | ApprovalWanted | GateNotPassed;
