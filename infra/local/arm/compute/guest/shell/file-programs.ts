import type { StoredFile } from '../contents.ts';
import type { Call, Program } from './session.ts';

/** Words that are no options. */
function namesIn(given: readonly string[]): string[] {
  return given.filter((word) => !/^-[A-Za-z\d-]/.test(word));
}

function has(given: readonly string[], letter: string): boolean {
  return given.some((word) => new RegExp(`^-[A-Za-z]*${letter}`).test(word));
}

function isFolder({ session }: Call, path: string): boolean {
  const { files } = session.host.contents;
  return path === '/' || (files.exists(path) && (files.get(path)?.folder ?? files.get(path) === undefined));
}

function remove(call: Call): number {
  const { given, session, complain } = call;
  let code = 0;
  for (const name of namesIn(given)) {
    const path = session.path(name);
    if (!session.host.contents.files.exists(path)) {
      if (has(given, 'f')) continue;
      complain(`rm: cannot remove '${name}': No such file or directory`);
      code = 1;
    } else if (isFolder(call, path) && !has(given, '[rR]')) {
      complain(`rm: cannot remove '${name}': Is a directory`);
      code = 1;
    } else session.host.contents.files.remove(path);
  }
  return code;
}

function transfer(call: Call, moves: boolean): number {
  const { given, session, complain, name: program } = call;
  const { files } = session.host.contents;
  const names = namesIn(given);
  const target = session.path(names.pop() ?? '');
  let code = 0;
  for (const name of names) {
    const path = session.path(name);
    const into = isFolder(call, target) ? `${target}/${path.split('/').at(-1)}` : target;
    const parent = into.split('/').slice(0, -1).join('/') || '/';
    if (!files.exists(path) || !isFolder(call, parent)) {
      complain(`${program}: cannot ${moves ? 'move' : 'stat'} '${name}': No such file or directory`);
      code = 1;
      continue;
    }
    const all: StoredFile[] = [...files.under(path)];
    const own = files.get(path);
    if (own) all.unshift(own);
    if (moves) files.remove(path);
    for (const file of all) files.put({ ...file, path: into + file.path.slice(path.length) });
  }
  return code;
}

function list(call: Call): number {
  const { given, session, say, complain } = call;
  const names = namesIn(given);
  let code = 0;
  for (const name of names.length === 0 ? ['.'] : names) {
    const path = session.path(name);
    const { files } = session.host.contents;
    if (!files.exists(path) && path !== '/') {
      complain(`ls: cannot access '${name}': No such file or directory`);
      code = 2;
      continue;
    }
    const shown = isFolder(call, path)
      ? files.namesIn(path).filter((one) => has(given, '[aA]') || !one.startsWith('.'))
      : [name];
    for (const one of shown) say(`${one}\n`);
  }
  return code;
}

const GB = 1024 ** 3;

/** Sizes of what lies in folders, in the unit asked for. */
function usage({ given, session, say, complain }: Call): number {
  const unit = has(given, 'm') ? 1024 ** 2 : has(given, 'g') ? GB : has(given, 'b') ? 1 : 1024;
  let code = 0;
  for (const name of namesIn(given)) {
    const path = session.path(name);
    const { files } = session.host.contents;
    if (!files.exists(path)) {
      complain(`du: cannot access '${name}': No such file or directory`);
      code = 1;
      continue;
    }
    const bytes = files.under(path).reduce((sum, file) => sum + (file.size ?? file.text?.length ?? 0), 0);
    say(`${Math.ceil(bytes / unit)}\t${name}\n`);
  }
  return code;
}

/** The one disk there is: its partition is a little smaller than the disk. */
function free({ given, session, say }: Call): number {
  const { diskSizeGB = 30 } = session.host.contents.system;
  const inGB = given.some((word) => word.startsWith('-B') && word.includes('G')) || has(given, 'h');
  const size = inGB ? `${diskSizeGB - 1}G` : String((diskSizeGB - 1) * 1024 ** 2);
  if (given.some((word) => word === '--output=size')) say(`${inGB ? '1G-blocks' : '1K-blocks'}\n${size}\n`);
  else say(`Filesystem Size Used Avail Use% Mounted on\n/dev/root ${size} 4G ${diskSizeGB - 5}G 12% /\n`);
  return 0;
}

function unpack({ given, session, complain }: Call): number | Generator<number, number, unknown> {
  const { files } = session.host.contents;
  if (!given.some((word) => /^-?[a-z]*x/.test(word))) return 0;
  const name = given.find((word) => word.startsWith('/') || /\.(?:tar|tgz|gz|xz|zip)/.test(word));
  const archive = files.get(session.path(name ?? ''));
  const at = given.indexOf('-C');
  const target = session.path(at < 0 ? '.' : (given[at + 1] ?? '.'));
  if (!archive?.entries) {
    complain('tar: This does not look like a tar archive');
    return 2;
  }
  const { entries } = archive;
  return (function* work() {
    yield session.host.random.between(1, 6);
    for (const entry of entries) files.put({ path: `${target}/${entry.path}`, text: entry.text ?? '' });
    return 0;
  })();
}

/** Programs that work on files. */
export const FILES: Readonly<Record<string, Program>> = {
  rm: remove,
  mv: (call) => transfer(call, true),
  cp: (call) => transfer(call, false),
  ls: list,
  du: usage,
  df: free,
  tar: unpack,
  mkdir: (call) => {
    const { given, session, complain } = call;
    const { files } = session.host.contents;
    for (const name of namesIn(given)) {
      const path = session.path(name);
      if (files.exists(path)) {
        if (has(given, 'p')) continue;
        complain(`mkdir: cannot create directory '${name}': File exists`);
        return 1;
      }
      files.put({ path, folder: true });
    }
    return 0;
  },
  rmdir: remove,
  touch: ({ given, session }) => {
    const { files } = session.host.contents;
    for (const name of namesIn(given)) {
      const path = session.path(name);
      if (!files.exists(path)) files.put({ path, text: '' });
    }
    return 0;
  },
  truncate: ({ given, session }) => {
    for (const name of namesIn(given).filter((word) => word !== '0'))
      session.host.contents.files.put({ path: session.path(name), text: '' });
    return 0;
  },
  ln: () => 0,
  chmod: () => 0,
  chown: () => 0,
  sync: () => 0,
};
