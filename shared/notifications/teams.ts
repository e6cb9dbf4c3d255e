import type { Card } from './card.ts';

/**
 * A card as a Teams message: an adaptive card in the envelope that a Workflows webhook takes (Office 365 connectors,
 * and their own card format, were retired in 2026).
 */
export function teamsMessage({ title, facts, open }: Card): Record<string, unknown> {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      { type: 'TextBlock', size: 'Medium', weight: 'Bolder', wrap: true, text: title },
      ...(facts.length > 0 ? [{ type: 'FactSet', facts }] : []),
    ],
    actions: [{ type: 'Action.OpenUrl', ...open }],
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}
