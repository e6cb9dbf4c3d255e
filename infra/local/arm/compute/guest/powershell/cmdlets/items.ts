import type { StoredFile } from '../../contents.ts';
import type { Tree } from '../../shelf.ts';
import { normal } from '../../shelf.ts';
import { cmdlet, type Cmdlet, type CmdletCall } from '../cmdlet.ts';
import { isLike } from '../operators.ts';
import type { Session } from '../session.ts';
import { textOf, Thing, type Value } from '../values.ts';

/** The paths a call is about: given, or come down the pipeline. */
export function pathsOf(call: CmdletCall): string[] {
  const given = call.value('path') ?? call.value('literalpath') ?? call.value('pspath');
  const values = given === null ? (call.input ?? []) : Array.isArray(given) ? given : [given];
  return values.map((value) =>
    resolved(value instanceof Thing ? textOf(value.get('pspath')) : textOf(value)),
  );
}

/** A path without a drive lies where scripts run. */
export function resolved(path: string): string {
  const plain = normal(path.replace(/^(?:Microsoft\.PowerShell\.Core\\)?FileSystem::/i, ''));
  return /^[A-Za-z]+:|^\\\\/.test(plain) ? plain : normal(`C:\\Windows\\system32\\${plain}`);
}

/** Files and keys hang in trees of the same kind. */
export function treeOf({ host }: Session, path: string): Tree<{ path: string }> {
  return /^hk/i.test(path) ? host.contents.registry : host.contents.files;
}

/** What the path's wildcards stand for: without any, the path itself if it is there. */
export function expanded(session: Session, path: string): string[] {
  const tree = treeOf(session, path);
  if (!/[*?]/.test(path)) return tree.exists(path) ? [path] : [];
  let found = [''];
  for (const part of path.split('\\')) {
    found = found.flatMap((parent) => {
      const join = (name: string) => (parent === '' ? name : `${parent}\\${name}`);
      if (!/[*?]/.test(part)) return [join(part)];
      return tree
        .namesIn(parent)
        .filter((name) => isLike(name, part))
        .map((name) => join(name));
    });
  }
  return found.filter((one) => tree.exists(one));
}

function missing(path: string): string {
  return `Cannot find path '${path}' because it does not exist.`;
}

/** A file, folder or key as a script sees it. */
export function itemThing(session: Session, path: string): Thing {
  const name = path.split('\\').at(-1) ?? '';
  if (/^hk/i.test(path)) {
    const long = path.replace(/^HKLM:/i, 'HKEY_LOCAL_MACHINE').replace(/^HKCU:/i, 'HKEY_CURRENT_USER');
    return new Thing('RegistryKey', { Name: long, PSChildName: name, PSPath: path, tostring: long });
  }
  const file = session.host.contents.files.get(path);
  const isFolder = file === undefined || file.folder === true;
  return new Thing(isFolder ? 'DirectoryInfo' : 'FileInfo', {
    Name: name,
    FullName: path,
    PSChildName: name,
    PSPath: path,
    PSIsContainer: isFolder,
    Extension: isFolder ? '' : (/\.[^.]*$/.exec(name)?.[0] ?? ''),
    Length: isFolder ? 1 : sizeOf(file),
    tostring: path,
  });
}

function sizeOf(file: StoredFile): number {
  return file.size ?? Buffer.byteLength(file.text ?? '');
}

function testPath(call: CmdletCall): Value {
  const kind = call.text('pathtype').toLowerCase();
  const answers = pathsOf(call).map((path) => {
    if (/^env:/i.test(path)) return call.session.variable(path.toLowerCase().replace('\\', '')) !== null;
    const [found] = expanded(call.session, path);
    if (found === undefined) return isDrive(path);
    const isFolder = itemThing(call.session, found).get('psiscontainer') === true;
    if (kind === 'leaf') return !isFolder;
    return kind === 'container' ? isFolder : true;
  });
  return answers.length === 1 ? (answers[0] ?? false) : answers;
}

function isDrive(path: string): boolean {
  return /^(?:C:|HKLM:|HKCU:|Env:)$/i.test(path);
}

function children(call: CmdletCall): Value {
  const paths = pathsOf(call);
  const output: Value[] = [];
  for (const path of paths.length === 0 ? ['C:\\Windows\\system32'] : paths) {
    const places = expanded(call.session, path);
    if (places.length === 0) {
      if (!/[*?]/.test(path) && !isDrive(path)) call.complain(missing(path));
      continue;
    }
    // `dir C:\Temp\*` lists what the wildcard stands for.
    const found = /[*?]/.test(path.split('\\').at(-1) ?? '')
      ? places
      : places.flatMap((place) => inside(call, place));
    output.push(...found.map((one) => shownChild(call, one, path)));
  }
  return output;
}

function inside(call: CmdletCall, place: string): string[] {
  const tree = treeOf(call.session, place);
  const filter = call.text('filter') || call.text('include') || '*';
  const direct = tree.namesIn(place).map((name) => `${place}\\${name}`);
  const all = call.has('recurse') ? direct.flatMap((one) => [one, ...inside(call, one)]) : direct;
  return [...new Set(all)].filter((one) => {
    const isFolder = itemThing(call.session, one).get('psiscontainer') === true;
    if (call.has('directory') && !isFolder) return false;
    if (call.has('file') && isFolder) return false;
    return isLike(one.split('\\').at(-1) ?? '', filter);
  });
}

function shownChild(call: CmdletCall, path: string, base: string): Value {
  if (!call.has('name')) return itemThing(call.session, path);
  return call.has('recurse') ? path.slice(base.length + 1) : (path.split('\\').at(-1) ?? '');
}

function newItem(call: CmdletCall): Value {
  const { host } = call.session;
  const made = pathsOf(call).map((path) =>
    call.text('name') === '' ? path : `${path}\\${call.text('name')}`,
  );
  for (const path of made) {
    const tree = treeOf(call.session, path);
    const isFolder = /^(?:directory|container|d)/i.test(call.text('itemtype'));
    if (tree.exists(path) && !call.has('force')) {
      call.complain(
        /^hk/i.test(path)
          ? 'A key in this path already exists.'
          : `An item with the specified name ${path} already exists.`,
      );
      continue;
    }
    if (/^hk/i.test(path)) host.contents.registry.put({ path });
    else if (isFolder) host.contents.files.put({ ...host.contents.files.get(path), path, folder: true });
    else host.contents.files.put({ path, text: call.text('value') });
  }
  return made.map((path) => itemThing(call.session, path));
}

function remove(call: CmdletCall): Value {
  for (const path of pathsOf(call)) {
    const found = expanded(call.session, path);
    if (found.length === 0 && !/[*?]/.test(path)) call.complain(missing(path));
    for (const one of found) treeOf(call.session, one).remove(one);
  }
  return null;
}

function copy(call: CmdletCall, move: boolean): Value {
  const { files } = call.session.host.contents;
  const target = resolved(call.text('destination'));
  for (const path of pathsOf(call)) {
    const found = expanded(call.session, path);
    if (found.length === 0) call.complain(missing(path));
    for (const one of found) {
      const into = isFolderAt(call.session, target) ? `${target}\\${one.split('\\').at(-1)}` : target;
      for (const file of [files.get(one), ...files.under(one)].filter((thing) => thing !== undefined))
        files.put({ ...file, path: into + file.path.slice(one.length) });
      if (move) files.remove(one);
    }
  }
  return null;
}

function isFolderAt(session: Session, path: string): boolean {
  return session.host.contents.files.exists(path) && itemThing(session, path).get('psiscontainer') === true;
}

function rename(call: CmdletCall): Value {
  const { files } = call.session.host.contents;
  for (const path of pathsOf(call)) {
    const name = call.text('newname').split('\\').at(-1) ?? '';
    const target = [...path.split('\\').slice(0, -1), name].join('\\');
    if (!files.exists(path)) call.fail(missing(path));
    for (const file of [files.get(path), ...files.under(path)].filter((thing) => thing !== undefined))
      files.put({ ...file, path: target + file.path.slice(path.length) });
    files.remove(path);
  }
  return null;
}

/** Files, folders and registry keys. */
export const ITEMS: Readonly<Record<string, Cmdlet>> = {
  'test-path': cmdlet('path literalpath pathtype pspath', 'isvalid', testPath),
  'get-item': cmdlet('path literalpath pspath', '', (call) =>
    pathsOf(call).flatMap((path) => {
      const found = expanded(call.session, path);
      if (found.length === 0) call.complain(missing(path));
      return found.map((one) => itemThing(call.session, one));
    }),
  ),
  'get-childitem': cmdlet(
    'path filter include exclude depth literalpath pspath',
    'name recurse directory file hidden',
    children,
  ),
  'new-item': cmdlet('path name itemtype value literalpath pspath', '', newItem),
  mkdir: cmdlet('path', '', (call) => {
    for (const path of pathsOf(call)) call.session.host.contents.files.put({ path, folder: true });
    return null;
  }),
  'remove-item': cmdlet('path literalpath include exclude pspath', 'recurse', remove),
  'copy-item': cmdlet('path destination literalpath filter pspath', 'recurse passthru container', (call) =>
    copy(call, false),
  ),
  'move-item': cmdlet('path destination literalpath pspath', 'passthru', (call) => copy(call, true)),
  'rename-item': cmdlet('path newname literalpath pspath', 'passthru', rename),
  'resolve-path': cmdlet('path', '', (call) => pathsOf(call).flatMap((path) => expanded(call.session, path))),
};
