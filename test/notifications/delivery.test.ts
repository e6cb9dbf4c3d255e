import { describe, expect, it } from 'vitest';
import { type Instant, secondsAfter } from '../../shared/instant.ts';
import type { Answer } from '../../shared/notifications/deliver.ts';
import { type Delivery, type DeliveryEvent, deliveryLife } from '../../shared/notifications/delivery.ts';
import { performDelivery } from '../../shared/notifications/perform.ts';
import { teamsMessage } from '../../shared/notifications/teams.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';

const promotion = {
  kind: 'promotion',
  versionId: 'win11.1.1.0',
  set: 'win11',
  number: '1.1.0',
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
} as const;
const bare = { checks: undefined, approvals: [], overrides: [], notes: '' };

/** Delivers to a receiver that answers so, one answer an attempt, and says what came of it. */
async function delivered(answers: readonly Answer[], atOnce = 1) {
  let now: Instant = '2026-01-05T12:00:00.000Z';
  const posted: Instant[] = [];
  const store = new WorkflowStore<Delivery, DeliveryEvent>('delivery', memoryRows(), memoryRows());
  const post = async () => {
    posted.push(now);
    return answers[posted.length - 1] ?? { status: 202 };
  };
  const engine = new Engine({
    workflow: deliveryLife,
    store,
    perform: performDelivery(post, () => now),
    wake: async () => {},
    now: () => now,
  });
  await engine.record('d', () => ({ type: 'requested', receiver: 'teams', what: promotion, at: now }));
  for (let seconds = 0; seconds < 10 * 3600; seconds += 5) {
    await Promise.all(Array.from({ length: atOnce }, async () => await engine.advance('d')));
    now = secondsAfter(now, 5);
  }
  return { phase: (await engine.load('d'))?.phase, posted };
}

describe('a delivery', () => {
  const stories: [title: string, answers: Answer[], phase: Delivery['phase'], posts: number][] = [
    ['is over once it is taken', [{ status: 202 }], 'delivered', 1],
    [
      'is tried again when the receiver is down',
      [{ status: 503 }, { status: 0 }, { status: 200 }],
      'delivered',
      3,
    ],
    ['is dead when the receiver is gone', [{ status: 404 }], 'dead', 1],
    ['is dead when it is sent elsewhere: redirects are not followed', [{ status: 302 }], 'dead', 1],
    ['is dead after the last attempt', Array.from({ length: 9 }, () => ({ status: 500 })), 'dead', 7],
  ];
  for (const [title, answers, phase, posts] of stories) {
    it(title, async () => {
      const result = await delivered(answers);
      expect([result.phase, result.posted.length]).toEqual([phase, posts]);
    });
  }

  it('waits as long as the receiver asks', async () => {
    const { posted } = await delivered([{ status: 429, retryAfterSeconds: 300 }]);
    expect(posted).toHaveLength(2);
    expect(Date.parse(posted[1] ?? '') - Date.parse(posted[0] ?? '')).toBeGreaterThanOrEqual(300_000);
  });

  it('is sent once when several look at it at once', async () => {
    expect((await delivered([], 4)).posted).toHaveLength(1);
  });
});

describe('the card', () => {
  const told = (message: Parameters<typeof teamsMessage>[0]) =>
    JSON.stringify(teamsMessage(message, 'https://goldsmith.example'));

  it('of a promotion says what, who, why, how well proven and where, with a link', () => {
    const message = told(promotion);
    for (const text of [
      'win11 1.1.0 is promoted to production',
      '"Promoted by","value":"ann: patches of January"',
      '"Approved by","value":"ben: looks good"',
      '11 of 12 passed',
      'sign-in by cleo: known and harmless',
      '"Instead of","value":"1.0.0"',
      'westeurope, northeurope',
      'with the new agent',
      'https://goldsmith.example/api/image-sets/win11/versions/1.1.0',
    ]) {
      expect(message).toContain(text);
    }
  });

  it('of a rollback says from what to what, who and why', () => {
    const message = told({ ...promotion, kind: 'rollback', number: '1.0.0', from: '1.1.0', reason: 'Teams' });
    expect(message).toContain('win11: production is rolled back from 1.1.0 to 1.0.0');
    expect(message).toContain('"Rolled back by","value":"ann: Teams"');
  });

  it('leaves out what is not known', () => {
    const { checks: _, ...rest } = { ...promotion, ...bare };
    const message = told({ ...rest, reason: '' });
    expect(message).toContain('"Promoted by","value":"ann"');
    for (const title of ['Checks', 'Approved by', 'Overridden', 'Notes']) {
      expect(message).not.toContain(`"${title}"`);
    }
  });

  it('has the envelope that a Workflows webhook takes', () => {
    expect(teamsMessage(promotion, '')).toMatchObject({
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: { version: '1.4' } }],
    });
  });
});
