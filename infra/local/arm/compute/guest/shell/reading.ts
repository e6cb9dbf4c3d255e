import type { Call } from './session.ts';

/** What a filter reads: the files named, or what came down the pipe. */
function* sources(call: Call, names: readonly string[]): Generator<string, number, unknown> {
  let code = 0;
  if (names.length === 0) yield call.input;
  for (const name of names) {
    const file = call.session.host.contents.files.get(call.session.path(name));
    if (file && file.folder !== true) yield file.text ?? '';
    else {
      call.complain(`${call.name}: ${name}: No such file or directory`);
      code = 1;
    }
  }
  return code;
}

interface Read {
  readonly text: string;
  readonly code: number;
}

/** All that a filter reads, and whether something was missing. */
export function read(call: Call, names: readonly string[]): Read {
  const each = sources(call, names);
  let text = '';
  for (let next = each.next(); ; next = each.next()) {
    if (next.done) return { text, code: next.value };
    text += next.value;
  }
}

export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

export function sayLines({ say }: Call, lines: readonly string[]): void {
  if (lines.length > 0) say(`${lines.join('\n')}\n`);
}
