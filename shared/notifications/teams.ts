import type { ApprovalWanted, EndOfLife, GateNotPassed, News, Promotion } from './chat-news.ts';

interface Card {
  readonly title: string;
  readonly facts: readonly (readonly [title: string, value: string | undefined])[];
  readonly open: { readonly title: string; readonly path: string };
}

/**
 * The news as a Teams message: an adaptive card in the envelope that a Workflows webhook takes (Office 365
 * connectors, and their own card format, were retired in 2026).
 */
export function teamsMessage(news: News, publicUrl: string): Record<string, unknown> {
  const { title: text, facts, open } = cardOf(news);
  const told = facts.flatMap(([title, value]) => (value ? [{ title, value }] : []));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      { type: 'TextBlock', size: 'Medium', weight: 'Bolder', wrap: true, text },
      { type: 'FactSet', facts: told },
    ],
    actions: [{ type: 'Action.OpenUrl', title: open.title, url: `${publicUrl}/api/${open.path}` }],
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

function cardOf(news: News): Card {
  switch (news.kind) {
    case 'promotion':
    case 'rollback':
      return ofMovement(news);
    case 'end-of-life':
      return ofEndOfLife(news);
    case 'approval':
      return ofApproval(news);
    case 'gate':
      return ofGate(news);
  }
}

const said = (who: string, why: string) => (why ? `${who}: ${why}` : who);
const theVersion = ({ set, number }: { readonly set: string; readonly number: string }) => ({
  title: 'Open the version',
  path: `image-sets/${set}/versions/${number}`,
});

/** The facts in the order in which they are read; what is empty is left out. */
function ofMovement(promotion: Promotion): Card {
  const { kind, set, number, channel, from, by, reason } = promotion;
  const { checks, approvals, overrides, regions, source, notes } = promotion;
  const isBack = kind === 'rollback';
  return {
    title: isBack
      ? `${set}: ${channel} is rolled back${from === undefined ? '' : ` from ${from}`} to ${number}`
      : `${set} ${number} is promoted to ${channel}`,
    facts: [
      [isBack ? 'Rolled back by' : 'Promoted by', said(by, reason)],
      ['Approved by', approvals.map((one) => said(one.by, one.reason)).join('; ')],
      ['Checks', checks && `${checks.passed} of ${checks.total} passed`],
      ['Overridden', overrides.join('; ')],
      ['Channel', channel],
      ['Instead of', from],
      ['Regions', regions.join(', ')],
      ['Source', source],
      ['Notes', notes],
    ],
    open: theVersion(promotion),
  };
}

function ofEndOfLife(notice: EndOfLife): Card {
  const { set, number, endOfLifeDate, over, usedBy } = notice;
  return {
    title: `${set} ${number} reaches the end of its life on ${endOfLifeDate.slice(0, 10)}`,
    facts: [
      ['Nothing new may use it from', over],
      ['Used by', usedBy.join('; ')],
    ],
    open: { title: 'Who uses it', path: `image-sets/${set}/versions/${number}/usage` },
  };
}

function ofApproval({ id, set, number, channel, requestedBy, facts, expiresAt }: ApprovalWanted): Card {
  return {
    title: `${set} ${number} waits for approval to enter ${channel}`,
    facts: [
      ['Requested by', requestedBy],
      ['Known', facts],
      ['Until', expiresAt],
    ],
    open: { title: 'Open the approval', path: `approvals/${id}` },
  };
}

function ofGate({ id, set, number, channel, outcome, checks }: GateNotPassed): Card {
  return {
    title: `${set} ${number} did not pass the gate of ${channel}: ${outcome}`,
    facts: [['Checks', checks.join('; ')]],
    open: { title: 'Open the validation', path: `validations/${id}` },
  };
}
