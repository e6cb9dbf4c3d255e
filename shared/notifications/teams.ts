import type { Promotion } from './promotion.ts';

/**
 * The promotion as a Teams message: an adaptive card in the envelope that a Workflows webhook takes
 * (Office 365 connectors, and their own card format, were retired in 2026).
 */
export function teamsMessage(promotion: Promotion, publicUrl: string): Record<string, unknown> {
  const { set, number, source, approvedBy, reason, notes, checks, regions, channels } = promotion;
  const facts = [
    { title: 'Approved by', value: reason ? `${approvedBy}: ${reason}` : approvedBy },
    { title: 'Checks', value: `${checks.passed} of ${checks.total} passed` },
    { title: 'Regions', value: regions.join(', ') },
    { title: 'Channels', value: channels.join(' → ') },
    { title: 'Source', value: source },
    ...(notes ? [{ title: 'Notes', value: notes }] : []),
  ];
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
        text: `${set} ${number} is promoted`,
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
