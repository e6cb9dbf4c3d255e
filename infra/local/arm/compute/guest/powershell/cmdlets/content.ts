import { normal } from '../../shelf.ts';
import { cmdlet, type Cmdlet, type CmdletCall } from '../cmdlet.ts';
import type { Work } from '../../host.ts';
import { sha256 } from '../statics.ts';
import { itemsOf, linesOf, Thing, type Value } from '../values.ts';
import { pathsOf, resolved } from './items.ts';

function write(call: CmdletCall, append: boolean): Value {
  const { files } = call.session.host.contents;
  const given = call.input ? [...call.input] : itemsOf(call.value('value') ?? call.value('inputobject'));
  const text = given.flatMap((item) => linesOf(item)).join('\n') + (call.has('nonewline') ? '' : '\n');
  const places = [call.text('path') || call.text('literalpath') || call.text('filepath')];
  for (const path of places.map((one) => resolved(one))) {
    const folder = path.split('\\').slice(0, -1).join('\\');
    if (!/^[a-z]:$/i.test(folder) && !files.exists(folder))
      call.fail(`Could not find a part of the path '${path}'.`);
    const before = append ? (files.get(path)?.text ?? '') : '';
    files.put({ path, text: before + text });
  }
  return null;
}

function read(call: CmdletCall): Value {
  return pathsOf(call).flatMap((path): Value[] => {
    const file = call.session.host.contents.files.get(path);
    if (!file || file.folder) {
      call.complain(`Cannot find path '${path}' because it does not exist.`);
      return [];
    }
    const text = file.text ?? '';
    if (call.has('raw')) return [text];
    const lines = text.split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    if (call.value('tail') !== null) return lines.slice(-call.number('tail', 0));
    const head = call.value('totalcount') ?? call.value('head');
    return head === null ? lines : lines.slice(0, Number(head));
  });
}

function hash(call: CmdletCall): Value {
  return pathsOf(call).map((path) => {
    const file = call.session.host.contents.files.get(path);
    if (!file || file.folder) return call.fail(`Cannot find path '${path}' because it does not exist.`);
    const digest = file.sha256 ?? sha256(file.text ?? '');
    return new Thing('FileHash', { Algorithm: 'SHA256', Hash: digest.toUpperCase(), Path: file.path });
  });
}

function* expand(call: CmdletCall): Work<Value> {
  const { files } = call.session.host.contents;
  const [path = ''] = pathsOf(call);
  const archive = files.get(path);
  if (!archive) call.fail(`The path '${path}' either does not exist or is not a valid file system path.`);
  if (!path.toLowerCase().endsWith('.zip')) call.fail('.zip is the only supported archive file format.');
  if (!archive.entries) call.fail('End of Central Directory record could not be found.');
  yield call.session.host.random.between(3, 15);
  const target = resolved(call.text('destinationpath') || '.');
  files.put({ path: target, folder: true });
  for (const entry of archive.entries) {
    const place = normal(`${target}\\${entry.path}`);
    if (files.get(place) && !call.has('force'))
      call.fail(`Failed to create file '${place}' while expanding: it exists.`);
    files.put({ path: place, text: entry.text ?? '' });
  }
  return null;
}

/** What is in files. */
export const CONTENT: Readonly<Record<string, Cmdlet>> = {
  'set-content': cmdlet('path value literalpath encoding', 'nonewline passthru', (call) =>
    write(call, false),
  ),
  'add-content': cmdlet('path value literalpath encoding', 'nonewline passthru', (call) => write(call, true)),
  'out-file': cmdlet('filepath encoding inputobject width', 'append nonewline', (call) =>
    write(call, call.has('append')),
  ),
  'tee-object': cmdlet('filepath', 'append', (call) => {
    write(call, call.has('append'));
    return [...(call.input ?? [])];
  }),
  'clear-content': cmdlet('path', '', (call) => {
    for (const path of pathsOf(call)) call.session.host.contents.files.put({ path, text: '' });
    return null;
  }),
  'get-content': cmdlet('path literalpath tail totalcount head encoding pspath', 'raw', read),
  'get-filehash': cmdlet('path algorithm literalpath pspath', '', hash),
  'expand-archive': cmdlet('path destinationpath literalpath pspath', 'passthru', expand),
};
