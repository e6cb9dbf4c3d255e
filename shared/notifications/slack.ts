import type { Card } from './card.ts';

/** A section takes ten fields of 2,000 characters; the header 150. */
const mostFields = 10;
const mostInHeader = 150;
const mostInField = 2000;

/** A card as a Slack message: blocks, and a text for where they cannot be shown. */
export function slackMessage({ title, facts, open }: Card): Record<string, unknown> {
  const fields = facts.slice(0, mostFields).map((fact) => ({ type: 'mrkdwn', text: fieldOf(fact) }));
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

/** Escaped it may be five times as long: then it is cut before it is escaped, so that no escape is cut in two. */
function fieldOf({ title, value }: Card['facts'][number]): string {
  const field = (text: string) => `*${escaped(title)}*\n${escaped(text)}`;
  const whole = field(value);
  return whole.length <= mostInField ? whole : field(`${value.slice(0, 300)}…`);
}

/** What people wrote is text: it mentions nobody and links nowhere. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
