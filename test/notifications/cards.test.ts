import { AdaptiveCard, SerializationContext, Versions } from 'adaptivecards';
import { describe, expect, it } from 'vitest';
import { cardOf } from '../../shared/notifications/card.ts';
import { messageOf } from '../../shared/notifications/message.ts';

const promotion = {
  imageSet: 'win11',
  version: '1.1.0',
  channel: 'production',
  from: '1.0.0',
  by: 'ann',
  reason: 'patches of January',
  source: 'MicrosoftWindowsDesktop:windows-11:avd:26100.1.1',
  notes: 'with the new agent',
  checks: { passed: 11, total: 12 },
  approvals: [{ by: 'ben', reason: 'looks good' }],
  overrides: ['sign-in by cleo: known and harmless'],
  regions: ['westeurope', 'northeurope'],
  hosts: { total: 212, pools: 3 },
  eta: {
    p50Minutes: 145,
    p90Minutes: 180,
    p50At: '2026-01-05T14:25:00.000Z',
    p90At: '2026-01-05T15:00:00.000Z',
  },
  link: 'https://goldsmith.example/api/image-sets/win11/channels/production',
};

function eventOf(name: string, data: Record<string, unknown>) {
  const at = '2026-01-05T12:00:00.000Z';
  const type = `com.goldsmith.${name}.v1`;
  return { id: 'e:1', type, subject: 'rollouts/r', time: at, sequence: '1', data };
}

function told(kind: 'teams' | 'slack', name: string, data: Record<string, unknown>) {
  const at = '2026-01-05T12:00:00.000Z';
  return messageOf({ kind, event: eventOf(name, data), name, url: 'https://x.example', keys: [], at }).body;
}

const cards: [name: string, data: Record<string, unknown>][] = [
  ['channel.promoted', promotion],
  ['channel.rolledBack', promotion],
  ['channel.promoted', { ...promotion, notes: 'n'.repeat(100_000), source: 'ü'.repeat(50_000) }],
  ['channel.promoted', { ...promotion, notes: '<&>'.repeat(300), reason: '&'.repeat(599) }],
  ['approval.requested', { ...promotion, requestedBy: 'ann', facts: '', expiresAt: promotion.eta.p50At }],
  ['validation.failed', { ...promotion, checks: { notPassed: [{ name: 'sign-in', state: 'failed' }] } }],
  ['version.eolApproaching', { ...promotion, endOfLifeDate: promotion.eta.p50At, usedBy: ['a pool'] }],
  ['subscription.disabled', { reason: 'nothing', link: promotion.link }],
  ['subscription.feedRestored', { beyond: 5, link: promotion.link }],
  ['subscription.fellBehind', { lost: 5, behind: 12, link: promotion.link }],
  [
    'rollout.needsAttention',
    { hostPool: 'p', failure: { code: 'BreakerOpen', message: 'too many' }, link: promotion.link },
  ],
];

describe('the card', () => {
  it('of a promotion says what, who, how well proven, whom it reaches, until when, with a link', () => {
    const { title, facts, open } = cardOf('channel.promoted', eventOf('channel.promoted', promotion));
    expect(title).toBe('win11 1.1.0 is promoted to production');
    expect(Object.fromEntries(facts.map(({ title, value }) => [title, value]))).toEqual({
      'Promoted by': 'ann: patches of January',
      'Approved by': 'ben: looks good',
      Checks: '11 of 12 passed',
      Overridden: 'sign-in by cleo: known and harmless',
      Hosts: '212 in 3 host pools',
      ETA: '2 h 25 m, by 2026-01-05 14:25 UTC (nine times of ten within 3 h)',
      Channel: 'production',
      'Instead of': '1.0.0',
      Regions: 'westeurope, northeurope',
      Source: 'MicrosoftWindowsDesktop:windows-11:avd:26100.1.1',
      Notes: 'with the new agent',
    });
    expect(open.url).toBe(promotion.link);
  });

  it('of a rollback says from what to what, who and why', () => {
    const data = { ...promotion, version: '1.0.0', from: '1.1.0', reason: 'Teams' };
    const { title, facts } = cardOf('channel.rolledBack', eventOf('channel.rolledBack', data));
    expect(title).toBe('win11: production is rolled back from 1.1.0 to 1.0.0');
    expect(facts[0]).toEqual({ title: 'Rolled back by', value: 'ann: Teams' });
  });

  it('leaves out what is not known', () => {
    const { imageSet, version, channel, by, link } = promotion;
    const known = { imageSet, version, channel, by, link };
    const { facts } = cardOf('channel.promoted', eventOf('channel.promoted', known));
    expect(facts).toEqual([
      { title: 'Promoted by', value: 'ann' },
      { title: 'Channel', value: 'production' },
    ]);
  });

  it.each(cards)('%s is valid to the adaptive-card schema, and short enough for Teams', (name, data) => {
    const body = told('teams', name, data);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(28 * 1024);
    const { type, attachments } = JSON.parse(body) as {
      type: string;
      attachments: { contentType: string; content: object }[];
    };
    expect([type, attachments[0]?.contentType]).toEqual([
      'message',
      'application/vnd.microsoft.card.adaptive',
    ]);
    const card = new AdaptiveCard();
    const context = new SerializationContext(Versions.v1_4);
    card.parse(attachments[0]?.content, context);
    const events = Array.from({ length: context.eventCount }, (_, n) => context.getEventAt(n).message);
    expect(events).toEqual([]);
    expect(card.validateProperties().validationEvents).toEqual([]);
    expect([card.getItemCount() > 0, card.getActionCount()]).toEqual([true, 1]);
  });

  it.each(cards)('%s is a Slack message within Slack’s limits', (name, data) => {
    const { text, blocks } = JSON.parse(told('slack', name, data)) as {
      text: string;
      blocks: { type: string; text?: { text: string }; fields?: { text: string }[] }[];
    };
    expect(text).not.toBe('');
    expect(blocks.find(({ type }) => type === 'header')?.text?.text.length).toBeLessThanOrEqual(150);
    const fields = blocks.flatMap(({ fields = [] }) => fields);
    expect(fields.length).toBeLessThanOrEqual(10);
    expect(Math.max(0, ...fields.map(({ text }) => text.length))).toBeLessThanOrEqual(2000);
  });

  it('in Slack takes what people wrote for text: it mentions nobody', () => {
    expect(told('slack', 'channel.promoted', { ...promotion, reason: '<!channel> & all' })).toContain(
      'ann: &lt;!channel&gt; &amp; all',
    );
  });
});
