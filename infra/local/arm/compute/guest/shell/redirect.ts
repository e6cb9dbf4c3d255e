import type { Work } from '../host.ts';
import { textOf, type RunList } from './expand.ts';
import type { ShellSession } from './session.ts';
import type { Redirection } from './syntax.ts';

/** Carries out work with its words going where they are sent, and its input taken from where it lies. */
export function* redirected(
  session: ShellSession,
  redirections: readonly Redirection[],
  run: RunList,
  work: (input?: string) => Work<void>,
): Work<void> {
  if (redirections.length === 0) return yield* work();
  const { input, targets, mergesErrors } = yield* planned(session, redirections, run);
  const before = session.errors;
  const text = yield* session.collecting(() => work(input));
  const errors = session.errors.slice(before.length);
  const complaints = targets.filter(({ from }) => from === 2);
  if (mergesErrors || complaints.length > 0) session.errors = before;
  const all = mergesErrors ? text + errors : text;
  const outputs = targets.filter(({ from }) => from === 1);
  if (outputs.length === 0) session.out(all);
  for (const target of outputs) store(session, target, all);
  for (const target of complaints) store(session, target, errors);
}

interface Target {
  readonly from: number;
  readonly path: string;
  readonly append: boolean;
}

function* planned(session: ShellSession, redirections: readonly Redirection[], run: RunList) {
  const targets: Target[] = [];
  let input: string | undefined;
  let mergesErrors = false;
  for (const { from, operator, to } of redirections) {
    const path = yield* textOf(session, to, run);
    if (operator === '>&') mergesErrors ||= from === 2;
    else if (operator === '<') input = session.host.contents.files.get(session.path(path))?.text ?? '';
    else targets.push({ from, path: session.path(path), append: operator === '>>' });
  }
  return { input, targets, mergesErrors };
}

function store({ host }: ShellSession, target: Target, text: string): void {
  if (target.path.startsWith('/dev/')) return;
  const before = target.append ? (host.contents.files.get(target.path)?.text ?? '') : '';
  host.contents.files.put({ path: target.path, text: before + text });
}
