import type { Promotion } from './promotion.ts';

/**
 * The promotion or rollback as a Teams message: an adaptive card in the envelope that a Workflows webhook takes
 * (Office 365 connectors, and their own card format, were retired in 2026).
 */
export function teamsMessage(promotion: Promotion, publicUrl: string): Record<string, unknown> {
  const { kind, set, number, channel, from } = promotion;
  const facts = factsOf(promotion).flatMap(([title, value]) => (value ? [{ title, value }] : []));
  const what =
    kind === 'rollback'
      ? `${set}: ${channel} is rolled back${from === undefined ? '' : ` from ${from}`} to ${number}`
      : `${set} ${number} is promoted to ${channel}`;
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      {
        type: 'TextBlock',
        size: 'Medium',
        weight: 'Bolder',
        wrap: true,
        text: what,
      },
      { type: 'FactSet', facts },
    ],
    actions: [
      {
        type: 'Action.OpenUrl',
        title: 'Open the version',
        url: `${publicUrl}/api/image-sets/${set}/versions/${number}`,
      },
    ],
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** In the order in which they are read; what is empty is left out. */
function factsOf(promotion: Promotion): readonly (readonly [title: string, value: string | undefined])[] {
  const { kind, channel, from, by, reason, checks, approvals, overrides, regions, source, notes } = promotion;
  const said = (who: string, why: string) => (why ? `${who}: ${why}` : who);
  return [
    [kind === 'rollback' ? 'Rolled back by' : 'Promoted by', said(by, reason)],
    ['Approved by', approvals.map((one) => said(one.by, one.reason)).join('; ')],
    ['Checks', checks && `${checks.passed} of ${checks.total} passed`],
    ['Overridden', overrides.join('; ')],
    ['Channel', channel],
    ['Instead of', from],
    ['Regions', regions.join(', ')],
    ['Source', source],
    ['Notes', notes],
  ];
}
