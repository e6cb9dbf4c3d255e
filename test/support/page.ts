import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** One call of a page, and the answer that the page shows. */
export interface Call {
  /** The heading it stands under. */
  readonly under: string;
  /** Asked again and again until the answer is the one shown. */
  readonly isUntil: boolean;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: number;
  readonly answer: unknown;
}

/**
 * The calls of a page of documentation, in order: a block ```http (or ```http until), and after it a block
 * ```json with the status and what the answer holds, or part of it. A body is JSON, or `< file` of the repo.
 */
export function callsOf(page: string): readonly Call[] {
  const text = readFileSync(join(root, page), 'utf8');
  const calls: Call[] = [];
  let under = '';
  const blocks = /^#+ (.+)$|^```http( until)?\n([\s\S]*?)^```\n+```json\n(\d{3})\n?([\s\S]*?)^```$/gm;
  for (const [, heading, until, request = '', status, answer = ''] of text.matchAll(blocks)) {
    if (heading !== undefined) under = heading;
    else
      calls.push({
        under,
        isUntil: until !== undefined,
        ...asked(request),
        status: Number(status),
        answer: parsed(answer),
      });
  }
  const told = text.match(/^```http/gm)?.length ?? 0;
  if (told !== calls.length)
    throw new Error(`${page} has ${told} calls, of which ${calls.length} can be read`);
  return calls;
}

function asked(request: string) {
  const [head = '', ...parts] = request.split('\n\n');
  const [first = '', ...lines] = head.trim().split('\n');
  const [method = '', path = ''] = first.split(' ');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = parts.join('\n\n').trim();
  const file = /^< (\S+)$/.exec(body)?.[1];
  return {
    method,
    path,
    headers,
    body: file === undefined ? body || undefined : readFileSync(join(root, file), 'utf8'),
  };
}

function parsed(answer: string): unknown {
  return answer.trim() === '' ? undefined : JSON.parse(answer);
}

/**
 * Whether the answer holds all that is shown: of an object the fields, of a list each entry somewhere, `…` for
 * anything. `<name>` takes what is there and keeps it under that name. Says what is missing.
 */
export function missing(
  shown: unknown,
  answer: unknown,
  kept: Map<string, string>,
  at = 'the answer',
): string[] {
  if (typeof shown === 'string') return missingText(shown, answer, kept, at);
  if (Array.isArray(shown)) return missingEntries(shown, answer, kept, at);
  if (typeof shown !== 'object' || shown === null) return isNot(shown, answer, at);
  if (typeof answer !== 'object' || answer === null) return [`${at} is no object`];
  return Object.entries(shown).flatMap(([field, value]) =>
    missing(value, (answer as Record<string, unknown>)[field], kept, `${at}.${field}`),
  );
}

function isNot(shown: unknown, answer: unknown, at: string): string[] {
  return shown === answer ? [] : [`${at} is ${JSON.stringify(answer)} and not ${JSON.stringify(shown)}`];
}

function missingText(shown: string, answer: unknown, kept: Map<string, string>, at: string): string[] {
  if (shown === '…') return answer === undefined ? [`${at} is not there`] : [];
  const name = /^<(\w+)>$/.exec(shown)?.[1];
  if (name === undefined) return isNot(shown, answer, at);
  if (typeof answer !== 'string') return [`${at} is no text`];
  kept.set(name, answer);
  return [];
}

function missingEntries(
  shown: readonly unknown[],
  answer: unknown,
  kept: Map<string, string>,
  at: string,
): string[] {
  if (!Array.isArray(answer)) return [`${at} is no list`];
  return shown.flatMap((one, index) =>
    answer.some((other) => holds(one, other, kept))
      ? []
      : [`${at} has no ${JSON.stringify(one)} (entry ${index})`],
  );
}

/** What an entry that does not fit would have kept is not kept. */
function holds(shown: unknown, answer: unknown, kept: Map<string, string>): boolean {
  const found = new Map<string, string>();
  if (missing(shown, answer, found).length > 0) return false;
  for (const [name, value] of found) kept.set(name, value);
  return true;
}
