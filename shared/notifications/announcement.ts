import type { Instant } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';

/** What people hear of when a channel is moved: to a version that was proven, or back to one that was good. */
export interface Movement {
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
  /** Whom it reaches, as far as is known. */
  readonly hosts?: { readonly pools: number; readonly total?: number };
  /** When the last of them is expected to be on it: half of the time, and nine times of ten. */
  readonly eta?: {
    readonly p50Minutes: number;
    readonly p90Minutes: number;
    readonly p50At: Instant;
    readonly p90At: Instant;
  };
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

/** What is told because a stage has gathered what people want to know of it; kept, so that it is told once. */
export interface Announcement {
  readonly what: Movement | EndOfLife;
  readonly at: Instant;
}

export interface AnnouncementEvent {
  readonly type: 'announced';
  readonly what: Movement | EndOfLife;
  readonly at: Instant;
}

export const announcementLife: Workflow<Announcement, AnnouncementEvent, never> = {
  evolve: (announcement, { what, at }) => announcement ?? { what, at },
  decide: () => ({}),
  isNews: () => true,
};
