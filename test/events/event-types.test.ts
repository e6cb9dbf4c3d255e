import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EventFilter, eventTypes } from '../../shared/event-types.ts';
import { PutSubscription } from '../../shared/notifications/request-bodies.ts';

const root = join(import.meta.dirname, '../..');
const said = (
  schema: { safeParse: (value: unknown) => { error?: { issues: { message: string }[] } | undefined } },
  value: unknown,
) => schema.safeParse(value).error?.issues[0]?.message;

/** What the tables of facts name by a part that they compute. */
const computed = {
  'validation.': ['passed', 'failed', 'inconclusive'],
  'release.': ['rolledBack', 'stopped', 'superseded', 'revoked', 'canceled'],
};

describe('the list of event types', () => {
  it('has what the tables of facts tell, and nothing else', () => {
    const told = new Set<string>();
    for (const file of globSync('shared/wiring/{facts-of-*,notifications}.ts', { cwd: root })) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, type = ''] of text.matchAll(/'([a-z][a-zA-Z]*\.[a-z][a-zA-Z]*)'/g)) told.add(type);
      for (const [, noun = ''] of text.matchAll(/`([a-z]+\.)\$\{/g)) {
        for (const verb of computed[noun as keyof typeof computed]) told.add(`${noun}${verb}`);
      }
    }
    expect([...told].toSorted()).toEqual(eventTypes.toSorted());
  });

  it('is that of docs/notifications.md', () => {
    const page = readFileSync(join(root, 'docs/notifications.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-zA-Z]+)` \| (`[^|]*) \|$/gm)];
    const listed = rows.flatMap(([, noun = '', verbs = '']) =>
      [...verbs.matchAll(/`(\w+)`/g)].map(([, verb = '']) => `${noun}.${verb}`),
    );
    expect(listed.toSorted()).toEqual(eventTypes.toSorted());
  });

  it('is what filters take: nouns, or nouns and verbs, and nothing that is never told of', () => {
    for (const type of [...eventTypes, 'rollout', 'version']) expect(said(EventFilter, type)).toBeUndefined();
    expect(said(EventFilter, 'freeze.melted')).toBe(
      'No event is called so: of freeze there are opened, closed.',
    );
    expect(said(EventFilter, 'host')).toMatch(/^No event is called so: one of request, build, version, /);
    const body = { kind: 'webhook', url: 'https://x.example/', types: ['rollout', 'rollout.finished'] };
    expect(said(PutSubscription, body)).toMatch(
      /^No event is called so: of rollout there are planned, started, /,
    );
  });
});
