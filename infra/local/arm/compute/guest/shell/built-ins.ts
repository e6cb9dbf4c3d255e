import { Leaving, ShellSession, type Call, type Program } from './session.ts';

/** What the shell does itself. */
export const BUILT_INS: Readonly<Record<string, Program>> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  echo: ({ given, say }) => {
    const bare = given[0] === '-n' ? given.slice(1) : given[0] === '-e' ? given.slice(1) : given;
    const text = bare.join(' ');
    say(given[0] === '-e' ? unescaped(text) : text);
    if (given[0] !== '-n') say('\n');
    return 0;
  },
  printf: ({ given: [format = '', ...values], say }) => {
    const left = [...values];
    say(unescaped(format).replaceAll(/%(?:s|d|%)/g, (sign) => (sign === '%%' ? '%' : (left.shift() ?? ''))));
    return 0;
  },
  exit: ({ given, session }) => {
    throw new Leaving('exit', codeOf(given, session));
  },
  return: ({ given, session }) => {
    throw new Leaving('return', codeOf(given, session));
  },
  break: () => {
    throw new Leaving('break', 0);
  },
  continue: () => {
    throw new Leaving('continue', 0);
  },
  set: ({ given, session }) => {
    for (const word of given) {
      if (/^-\w*e/.test(word)) session.stopsOnErrors = true;
      if (/^\+\w*e/.test(word)) session.stopsOnErrors = false;
    }
    return 0;
  },
  export: assign,
  local: assign,
  readonly: assign,
  unset: ({ given, session }) => {
    for (const name of given) session.variables.delete(name);
    return 0;
  },
  shift: ({ session }) => {
    session.placed = session.placed.slice(1);
    return 0;
  },
  cd: ({ given: [folder = '/root'], session, complain }) => {
    const path = session.path(folder);
    if (path !== '/' && !session.host.contents.files.exists(path)) {
      complain(`cd: can't cd to ${folder}`);
      return 2;
    }
    session.folder = path;
    return 0;
  },
  pwd: ({ session, say }) => {
    say(`${session.folder}\n`);
    return 0;
  },
  trap: () => 0,
  umask: () => 0,
  wait: () => 0,
  command: ({ given: [, name = ''], session, say }) => {
    const place = ['/usr/bin', '/usr/sbin', '/bin'].find((one) =>
      session.host.contents.files.exists(`${one}/${name}`),
    );
    if (place !== undefined) say(`${place}/${name}\n`);
    return place === undefined ? 127 : 0;
  },
  '[': ({ given, ...call }) => (given.at(-1) === ']' ? test({ ...call, given: given.slice(0, -1) }) : 2),
  test,
  *sleep({ given: [time = '0'] }) {
    const [, number = '0', unit = 's'] = /^([\d.]+)([smhd]?)$/.exec(time) ?? [];
    yield Number(number) * ({ m: 60, h: 3600, d: 86_400 }[unit] ?? 1);
    return 0;
  },
  sh: runScript,
  bash: runScript,
  dash: runScript,
  '.': ({ given: [path = '', ...more], session }) =>
    session.runText(session, session.host.contents.files.get(session.path(path))?.text ?? '', more),
};

function assign({ given, session }: Call): number {
  for (const word of given) {
    const [, name, value] = /^(\w+)=([^]*)$/.exec(word) ?? [];
    if (name !== undefined) session.variables.set(name, value ?? '');
  }
  return 0;
}

function codeOf([written]: readonly string[], session: ShellSession): number {
  return written === undefined ? session.code : Number(written) & 255;
}

function unescaped(text: string): string {
  return text.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
}

/** A script in a shell of its own: it gets copies of the variables and leaves nothing behind but its work. */
function* runScript({ given, session, input, complain }: Call): Generator<number, number, unknown> {
  const options = given.findIndex((word) => !word.startsWith('-'));
  const inner = new ShellSession(session.host, new Map(session.variables), session.runText);
  inner.out = session.out;
  inner.folder = session.folder;
  inner.stopsOnErrors = given.slice(0, Math.max(options, 0)).some((word) => /^-\w*e/.test(word));
  const [path, ...more] = options < 0 ? [] : given.slice(options);
  const command = given.indexOf('-c') >= 0;
  const file =
    path === undefined || command ? undefined : session.host.contents.files.get(session.path(path));
  if (path !== undefined && !command && file === undefined) {
    complain(`sh: 0: cannot open ${path}: No such file`);
    return 2;
  }
  const text = command ? (path ?? '') : path === undefined ? input : (file?.text ?? '');
  const code = yield* session.runText(inner, text, more);
  session.errors += inner.errors;
  return code;
}

const UNARY: Readonly<Record<string, (operand: string, session: ShellSession) => boolean>> = {
  '-n': (operand) => operand !== '',
  '-z': (operand) => operand === '',
  '-e': (operand, session) => session.host.contents.files.exists(session.path(operand)),
  '-f': (operand, session) =>
    session.host.contents.files.get(session.path(operand))?.folder === undefined && isThere(operand, session),
  '-d': (operand, session) =>
    session.host.contents.files.exists(session.path(operand)) && !isThere(operand, session),
  '-s': (operand, session) => sizeAt(operand, session) > 0,
  '-r': (operand, session) => session.host.contents.files.exists(session.path(operand)),
  '-x': (operand, session) => session.host.contents.files.exists(session.path(operand)),
};

/** A file, as opposed to a folder. */
function isThere(operand: string, session: ShellSession): boolean {
  const file = session.host.contents.files.get(session.path(operand));
  return file !== undefined && file.folder !== true;
}

function sizeAt(operand: string, session: ShellSession): number {
  const file = session.host.contents.files.get(session.path(operand));
  return file?.size ?? file?.text?.length ?? 0;
}

const BINARY: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  '=': (left, right) => left === right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '-eq': (left, right) => Number(left) === Number(right),
  '-ne': (left, right) => Number(left) !== Number(right),
  '-gt': (left, right) => Number(left) > Number(right),
  '-ge': (left, right) => Number(left) >= Number(right),
  '-lt': (left, right) => Number(left) < Number(right),
  '-le': (left, right) => Number(left) <= Number(right),
};

function test({ given, session }: Pick<Call, 'given' | 'session'>): number {
  return holds(given, session) ? 0 : 1;
}

function holds(given: readonly string[], session: ShellSession): boolean {
  for (const [word, join] of JOINS) {
    const at = given.indexOf(word);
    if (at > 0) return join(holds(given.slice(0, at), session), holds(given.slice(at + 1), session));
  }
  if (given[0] === '!' && given.length > 1) return !holds(given.slice(1), session);
  return holdsAlone(given, session);
}

function holdsAlone(given: readonly string[], session: ShellSession): boolean {
  const [first = '', second = '', third = ''] = given;
  if (given.length === 2) return UNARY[first]?.(second, session) ?? false;
  if (given.length === 3) return BINARY[second]?.(first, third) ?? false;
  return first !== '';
}

const JOINS: readonly (readonly [string, (left: boolean, right: boolean) => boolean])[] = [
  ['-o', (left, right) => left || right],
  ['-a', (left, right) => left && right],
];
