import { createHash } from 'node:crypto';
import type { Work } from '../host.ts';
import type { Call, Program } from './session.ts';

const BYTES_PER_SECOND = 20 * 1024 * 1024;

function* fetch(call: Call, uri: string, to: string | undefined): Work<number> {
  const { session, say, complain, name } = call;
  const { host } = session;
  yield host.random.between(1, 4);
  const found = host.download(uri);
  if (found === 'unknown host') {
    complain(`${name}: (6) Could not resolve host: ${URL.canParse(uri) ? new URL(uri).hostname : uri}`);
    return 6;
  }
  const status = found === 'not found' ? 404 : (found.status ?? 200);
  if (found === 'not found' || status >= 400) {
    complain(`${name}: (22) The requested URL returned error: ${status}`);
    return 22;
  }
  yield found.size / BYTES_PER_SECOND;
  const { content, status: _, ...file } = found;
  if (to === undefined) {
    say(content);
    return 0;
  }
  const path = session.path(to);
  const parent = path.split('/').slice(0, -1).join('/');
  if (parent !== '' && !host.contents.files.exists(parent)) {
    complain(`${name}: (23) Failure writing output to destination`);
    return 23;
  }
  host.contents.files.put({ ...file, path, text: content });
  return 0;
}

function addresses(given: readonly string[]): string[] {
  return given.filter((word) => /^https?:\/\//.test(word));
}

function target(given: readonly string[], letter: 'o' | 'O'): string | undefined {
  const at = given.findIndex((word) => new RegExp(`^-[A-Za-z]*${letter}$`).test(word) || word === '--output');
  return at < 0 ? undefined : given[at + 1];
}

function sumOf(call: Call, path: string): string | undefined {
  const file = call.session.host.contents.files.get(call.session.path(path));
  if (!file || file.folder) return undefined;
  return (
    file.sha256 ??
    createHash('sha256')
      .update(file.text ?? '', 'utf8')
      .digest('hex')
  );
}

function sums(call: Call): number {
  const { given, input, say, complain } = call;
  if (given.some((word) => word === '-c' || word === '--check')) return check(call);
  const names = given.filter((word) => !word.startsWith('-'));
  if (names.length === 0) say(`${createHash('sha256').update(input, 'utf8').digest('hex')}  -\n`);
  let code = 0;
  for (const name of names) {
    const sum = sumOf(call, name);
    if (sum !== undefined) say(`${sum}  ${name}\n`);
    else {
      complain(`sha256sum: ${name}: No such file or directory`);
      code = 1;
    }
  }
  return code;
}

function check(call: Call): number {
  let code = 0;
  for (const line of call.input.split('\n').filter((one) => one.trim() !== '')) {
    const [, sum = '', name = ''] = /^([\da-fA-F]+)\s+\*?(.*)$/.exec(line) ?? [];
    const isRight = sumOf(call, name) === sum.toLowerCase();
    call.say(`${name}: ${isRight ? 'OK' : 'FAILED'}\n`);
    if (!isRight) code = 1;
  }
  if (code !== 0) call.complain('sha256sum: WARNING: 1 computed checksum did NOT match');
  return code;
}

/** Downloads and their sums. */
export const WEB: Readonly<Record<string, Program>> = {
  *curl(call) {
    let code = 2;
    for (const uri of addresses(call.given)) code = yield* fetch(call, uri, target(call.given, 'o'));
    return code;
  },
  *wget(call) {
    const [uri = ''] = addresses(call.given);
    const name = target(call.given, 'O') ?? uri.split('/').at(-1) ?? 'index.html';
    return yield* fetch(call, uri, name === '-' ? undefined : name);
  },
  sha256sum: sums,
};
