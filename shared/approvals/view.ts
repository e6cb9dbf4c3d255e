import { nobody, stillNeeded } from './approval.ts';
import type { Known } from './requests.ts';

/** An approval as the API shows it: what whoever decides needs to know. */
export function approvalView({ id, approval }: Known) {
  const { set: imageSet, number: version, channel, requestedBy, quorum, notRequester } = approval;
  const { facts, askedAt, expiresAt, decisions, phase: status } = approval;
  return {
    id,
    subject: { imageSet, version, channel },
    status,
    facts,
    requestedBy,
    askedAt,
    expiresAt,
    quorum,
    stillNeeded: status === 'pending' ? stillNeeded(approval) : 0,
    decisions,
    mayNotApprove: [...(notRequester ? [requestedBy, nobody] : []), ...decisions.map(({ by }) => by)].filter(
      (name, index, names) => names.indexOf(name) === index,
    ),
    ...('at' in approval && { endedAt: approval.at }),
    ...('reason' in approval && { reason: approval.reason }),
    ...(status === 'pending' && {
      youCan: [`approve it: POST /approvals/${id}/approve`, `reject it: POST /approvals/${id}/reject`],
    }),
  };
}
