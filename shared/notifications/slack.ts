import type { Card } from './card.ts';

/** A section takes ten fields of 2,000 characters; the header 150. */
const mostFields = 10;
const mostInHeader = 150;

/** A card as a Slack message: blocks, and a text for where they cannot be shown. */
export function slackMessage({ title, facts, open }: Card): Record<string, unknown> {
  const fields = facts
    .slice(0, mostFields)
    .map((fact) => ({ type: 'mrkdwn', text: `*${escaped(fact.title)}*\n${escaped(fact.value)}` }));
  return {
    text: escaped(title),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title.slice(0, mostInHeader) } },
      ...(fields.length > 0 ? [{ type: 'section', fields }] : []),
      {
        type: 'actions',
        elements: [{ type: 'button', text: { type: 'plain_text', text: open.title }, url: open.url }],
      },
    ],
  };
}

/** What people wrote is text: it mentions nobody and links nowhere. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
