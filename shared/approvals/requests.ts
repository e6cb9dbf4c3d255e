import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Asked, type Page, pageIn, pageOf } from '../workflow/page.ts';
import type { Kept, Line, WorkflowStore } from '../workflow/store.ts';
import { type Approval, type ApprovalEvent, type Decision, nobody, refusalOf } from './approval.ts';
import type { ApprovalEngine } from './port.ts';
import type { DecideApproval } from './request-bodies.ts';

/** What approvals ask of releases. Handed in. */
export interface Releases {
  readonly nudge: (versionId: string) => Promise<void>;
  /** What the release of the version waits for, in words; undefined where there is none. */
  readonly waitsFor: (versionId: string) => Promise<string | undefined>;
}

interface Parts {
  readonly approvals: ApprovalEngine;
  readonly approvalStore: WorkflowStore<Approval, ApprovalEvent>;
  readonly releases: Releases;
  readonly now: () => Instant;
}

export interface Known {
  readonly id: string;
  readonly approval: Approval;
}

interface Filter {
  readonly all: boolean;
  readonly set?: string | undefined;
  readonly channel?: string | undefined;
}

const somebody = (by: string | undefined) => by ?? nobody;

/** What people may ask of approvals. */
export function approvalRequests({ approvals, approvalStore, releases, now }: Parts) {
  const get = async (id: string): Promise<Known> => {
    const approval = await approvals.load(id);
    if (!approval) throw new AppError('NotFound', `There is no approval ${id}.`, { target: id });
    return { id, approval };
  };
  const decide =
    (decision: Decision['decision']) =>
    async (id: string, { by, reason }: z.infer<typeof DecideApproval>): Promise<Known> => {
      const { approval } = await get(id);
      const { state } = await approvals.record(id, (current) => {
        const decided: Decision = { by: somebody(by), reason, at: now(), decision };
        const why = refusalOf(current ?? approval, decided);
        if (why) throw why;
        return { type: 'decided', ...decided };
      });
      await releases.nudge(state.versionId);
      return { id, approval: state };
    };
  const [approve, reject] = [decide('approved'), decide('rejected')];

  const isOpen = ({ phase, expiresAt }: Approval) => phase === 'pending' && now() < expiresAt;
  const all = async (prefix: string): Promise<readonly Known[]> =>
    (await approvalStore.loadAll(prefix)).map(({ id, saved }) => ({ id, approval: saved.state }));
  /** The one open approval of a version. */
  const openOf = async (set: string, number: string): Promise<string> => {
    const open = (await all(`${set}.${number}.`)).filter(({ approval }) => isOpen(approval));
    const [one, ...more] = open;
    const target = number;
    if (one && more.length === 0) return one.id;
    if (one) {
      const ids = open.map(({ id }) => id).join(', ');
      const why = `Version ${number} of ${set} has several open approvals: decide ${ids} by their ids.`;
      throw new AppError('InvalidPhase', why, { target });
    }
    const waits = await releases.waitsFor(`${set}.${number}`);
    const why = waits === undefined ? 'it has no release.' : `its release ${waits}`;
    throw new AppError('NotFound', `Version ${number} of ${set} has no open approval: ${why}`, { target });
  };

  return {
    /** Those that can be decided, the ones that end soonest first; or all of them, the newest first. */
    async list({ all: isAll, set, channel }: Filter, asked: Asked = {}): Promise<Page<Known>> {
      const where = ({ saved: { state } }: Kept<Approval>) =>
        (set === undefined || state.set === set) &&
        (channel === undefined || state.channel === channel) &&
        (isAll || isOpen(state));
      const found = isAll
        ? await approvalStore.page({ ...asked, list: set ?? '', where })
        : pageIn(
            (await approvalStore.underWay()).filter(where),
            ({ id, saved }) => `${saved.state.expiresAt} ${id}`,
            asked,
          );
      return pageOf(found, ({ id, saved }) => ({ id, approval: saved.state }));
    },

    get,

    async history(id: string, asked: Asked = {}): Promise<Page<Line<ApprovalEvent>>> {
      await get(id);
      return await approvalStore.lines(id, asked);
    },

    approve,
    reject,

    approveVersion: async (set: string, number: string, body: z.infer<typeof DecideApproval>) =>
      await approve(await openOf(set, number), body),
    rejectVersion: async (set: string, number: string, body: z.infer<typeof DecideApproval>) =>
      await reject(await openOf(set, number), body),
  };
}
