import type { Instant } from '../instant.ts';
import { Engine } from '../workflow/engine.ts';
import type { Feed } from '../workflow/outbox.ts';
import type { Rows } from '../workflow/rows.ts';
import { WorkflowStore } from '../workflow/store.ts';
import { type Approval, type ApprovalEvent, approvalLife } from './approval.ts';
import { type ApprovalEngine, approvalPort } from './port.ts';
import { approvalRequests, type Releases } from './requests.ts';

interface Parts {
  readonly releases: Releases;
  readonly rows: Rows;
  readonly due: Rows;
  readonly wake: (id: string, at: Instant) => Promise<void>;
  readonly now: () => Instant;
  readonly onNews?: (id: string, event: ApprovalEvent) => void;
  readonly feed?: Feed<Approval, ApprovalEvent>;
}

/** Approvals, wired. */
export function approvalRoom({ releases, rows, due, ...parts }: Parts) {
  const { now } = parts;
  const store = new WorkflowStore<Approval, ApprovalEvent>('approval', rows, due, {
    order: 'by-time',
    names: (_, { set }) => ['', set],
  });
  const engine: ApprovalEngine = new Engine({
    workflow: approvalLife,
    store,
    perform: async () => ({ event: { type: 'expired', at: now() } }),
    ...parts,
  });
  return {
    port: approvalPort(engine, now),
    requests: approvalRequests({ approvals: engine, approvalStore: store, releases, now }),
    advance: async (id: string) => {
      await engine.advance(id);
      const approval = await engine.load(id);
      // Whoever waits for a decision hears that none came.
      if (approval?.phase === 'expired') await releases.nudge(approval.versionId);
    },
    sweep: async () => await engine.sweep(),
  };
}
