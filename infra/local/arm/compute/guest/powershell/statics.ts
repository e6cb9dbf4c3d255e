import { createHash } from 'node:crypto';
import { regexOf } from '../pattern.ts';
import { normal } from '../shelf.ts';
import { constructed } from './objects.ts';
import type { Session } from './session.ts';
import { PowerShellError } from './session.ts';
import { itemsOf, numberFrom, textOf, Thing, type Value } from './values.ts';

type Static = (session: Session, given: readonly Value[]) => Value;

const one = (given: readonly Value[], at = 0): Value => given[at] ?? null;
const text = (given: readonly Value[], at = 0): string => textOf(one(given, at));
const number = (given: readonly Value[], at = 0): number => numberFrom(one(given, at));

const STATICS: Readonly<Record<string, Static>> = {
  'math.round': (_, given) => rounded(number(given), number(given, 1)),
  'math.floor': (_, given) => Math.floor(number(given)),
  'math.ceiling': (_, given) => Math.ceil(number(given)),
  'math.max': (_, given) => Math.max(number(given), number(given, 1)),
  'math.min': (_, given) => Math.min(number(given), number(given, 1)),
  'math.abs': (_, given) => Math.abs(number(given)),
  'string.isnullorempty': (_, given) => text(given) === '',
  'string.isnullorwhitespace': (_, given) => text(given).trim() === '',
  'string.join': (_, given) =>
    (given.length === 2 ? itemsOf(one(given, 1)) : given.slice(1))
      .map((item) => textOf(item))
      .join(text(given)),
  'datetime.utcnow': ({ host }) => new Date(host.now()),
  'datetime.now': ({ host }) => new Date(host.now()),
  'datetime.parse': (_, given) => new Date(text(given)),
  'regex.match': (_, given) => {
    const found = regexOf(text(given, 1), '').exec(text(given));
    return new Thing('Match', {
      Success: found !== null,
      Value: found?.[0] ?? '',
      tostring: found?.[0] ?? '',
    });
  },
  'regex.replace': (_, given) => text(given).replaceAll(regexOf(text(given, 1), 'g'), text(given, 2)),
  'regex.ismatch': (_, given) => regexOf(text(given, 1), '').test(text(given)),
  'guid.newguid': ({ host }) => host.random.uuid(),
  'environment.machinename': ({ host }) => host.name,
  'environment.newline': () => '\r\n',
  'environment.getenvironmentvariable': (session, given) =>
    session.variable(`env:${text(given).toLowerCase()}`),
  'convert.frombase64string': (_, given) => Buffer.from(text(given), 'base64').toString('latin1'),
  'convert.tobase64string': (_, given) => Buffer.from(text(given), 'latin1').toString('base64'),
  'text.encoding.utf8': () => utf8(),
  'io.path.gettemppath': () => 'C:\\Windows\\TEMP\\',
  'io.path.combine': (_, given) => normal(given.map((part) => textOf(part)).join('\\')),
  'io.path.getfilename': (_, given) => normal(text(given)).split('\\').at(-1) ?? '',
  'io.file.exists': ({ host }, given) => host.contents.files.get(text(given))?.folder === undefined,
  'io.file.readalltext': ({ host }, given) => read(host.contents.files.get(text(given))?.text, text(given)),
  'io.file.readallbytes': ({ host }, given) =>
    Buffer.from(read(host.contents.files.get(text(given))?.text, text(given))).toString('latin1'),
  'io.file.writealltext': (session, given) => write(session, text(given), text(given, 1)),
  'io.file.writeallbytes': (session, given) =>
    write(session, text(given), Buffer.from(text(given, 1), 'latin1').toString('utf8')),
  'io.directory.createdirectory': ({ host }, given) => {
    host.contents.files.put({ path: text(given), folder: true });
    return null;
  },
  'io.directory.exists': ({ host }, given) => host.contents.files.exists(text(given)),
};

/** `[Type]::Member` or `[Type]::Method(…)`; what is not known here yields nothing. */
export function callStatic(session: Session, type: string, name: string, given: readonly Value[]): Value {
  const full =
    `${type.replace(/^system\./, '').replace(/^text\.regularexpressions\./, '')}.${name}`.toLowerCase();
  const found = STATICS[full];
  if (found) return found(session, given);
  return /^new$/i.test(name) ? constructed(session, type, given) : null;
}

/** .NET rounds halves to the even number; people expect otherwise, and are surprised there as here. */
function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  const scaled = value * scale;
  const floor = Math.floor(scaled);
  const nearest = scaled - floor === 0.5 ? floor + (floor % 2) : Math.round(scaled);
  return nearest / scale;
}

/** Bytes are strings of Latin-1 letters here: one letter, one byte. */
function utf8(): Thing {
  return new Thing(
    'UTF8Encoding',
    {},
    {
      GetString: (given) => Buffer.from(text(given), 'latin1').toString('utf8'),
      GetBytes: (given) => Buffer.from(text(given), 'utf8').toString('latin1'),
    },
  );
}

function read(content: string | undefined, path: string): string {
  if (content !== undefined) return content;
  throw new PowerShellError(
    `Exception calling "ReadAllText" with "1" argument(s): "Could not find file '${path}'."`,
    'statement',
  );
}

function write({ host }: Session, path: string, content: string): null {
  const folder = normal(path).split('\\').slice(0, -1).join('\\');
  if (!host.contents.files.exists(folder)) {
    throw new PowerShellError(
      `Exception calling "WriteAllText" with "2" argument(s): "Could not find a part of the path '${path}'."`,
      'statement',
    );
  }
  host.contents.files.put({ path, text: content });
  return null;
}

/** As `Get-FileHash` and Linux's `sha256sum` see a text. */
export function sha256(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('hex');
}
