import type { Update } from './updates.ts';

type Test = (update: Update) => boolean;

/**
 * Reads a search's criteria as "IUpdateSearcher::Search" documents them: terms joined by `and`, such groups joined by
 * `or` at the top level only. Undefined for what the agent answers with WU_E_INVALID_CRITERIA.
 */
export function parseCriteria(criteria: string): Test | undefined {
  const groups = criteria
    .split(/\)\s*or\s*\(|\s+or\s+/i)
    .map((group) => group.trim().replaceAll(/^\(|\)$/g, ''));
  const tests = groups.map((group) => allOf(group));
  if (tests.some((test) => test === undefined)) return undefined;
  return (update) => tests.some((test) => test?.(update));
}

function allOf(group: string): Test | undefined {
  const terms = group.split(/\s+and\s+/i).map((term) => termTest(term.trim()));
  if (terms.some((term) => term === undefined)) return undefined;
  return (update) => terms.every((term) => term?.(update));
}

function termTest(term: string): Test | undefined {
  const [, name = '', operator = '', quoted, number] =
    /^\(?\s*(\w+)\s*(=|!=|contains)\s*(?:'([^']*)'|(\d))\s*\)?$/i.exec(term) ?? [];
  const read = PROPERTIES[name.toLowerCase()];
  if (!read) return undefined;
  const wanted = (quoted ?? number ?? '').toLowerCase();
  if (operator.toLowerCase() === 'contains') return (update) => read(update).split(' ').includes(wanted);
  return (update) => (read(update) === wanted) === (operator === '=');
}

const flag = (value: boolean | undefined): string => (value ? '1' : '0');

const PROPERTIES: Readonly<Record<string, (update: Update) => string>> = {
  isinstalled: ({ state }) => flag(state === 'installed' || state === 'awaiting-restart'),
  ishidden: ({ isHidden }) => flag(isHidden),
  isassigned: ({ autoSelect }) => flag(autoSelect !== false),
  browseonly: ({ autoSelect }) => flag(autoSelect === false),
  autoselectonwebsites: ({ autoSelect }) => flag(autoSelect !== false),
  ispresent: ({ state }) => flag(state === 'installed' || state === 'awaiting-restart'),
  rebootrequired: ({ state }) => flag(state === 'awaiting-restart'),
  type: ({ type }) => type.toLowerCase(),
  categoryids: ({ categories }) => categories.join(' '),
  updateid: ({ id }) => id.toLowerCase(),
  deploymentaction: () => 'installation',
};
