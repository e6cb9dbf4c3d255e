import { normal } from '../../shelf.ts';
import { cmdlet, type Cmdlet } from '../cmdlet.ts';
import { formattedDate } from '../members.ts';
import { constructed } from '../objects.ts';
import { timeSpan } from '../operators.ts';
import { itemsOf, numberFrom, ScriptBlock, textOf, Thing, type Value } from '../values.ts';
import { updateSession, updateCollection, systemInfo } from '../windows-update.ts';

/** Making and reshaping of values. */
export const DATA: Readonly<Record<string, Cmdlet>> = {
  'get-date': cmdlet('date format uformat', 'asutc', (call) => {
    const date =
      call.value('date') === null ? new Date(call.session.host.now()) : new Date(call.text('date'));
    const picture = call.text('format');
    return picture === '' ? date : formattedDate(date, picture);
  }),
  'new-timespan': cmdlet('start end days hours minutes seconds', '', (call) => {
    const { start, end } = { start: call.value('start'), end: call.value('end') };
    const now = call.session.host.now();
    if (start !== null) return timeSpan((end === null ? now : numberFrom(end)) - numberFrom(start));
    const minutes = call.number('minutes', 0) + 60 * (call.number('hours', 0) + 24 * call.number('days', 0));
    return timeSpan((call.number('seconds', 0) + minutes * 60) * 1000);
  }),
  'get-random': cmdlet('maximum minimum inputobject', '', (call) =>
    Math.floor(call.session.host.random.between(call.number('minimum', 0), call.number('maximum', 2 ** 31))),
  ),
  'new-guid': cmdlet('', '', (call) => call.session.host.random.uuid()),
  'join-path': cmdlet('path childpath additionalchildpath', 'resolve', (call) =>
    normal(
      [call.text('path'), call.text('childpath'), ...call.texts('additionalchildpath')]
        .filter(Boolean)
        .join('\\'),
    ),
  ),
  'split-path': cmdlet('path', 'parent leaf qualifier leafbase extension', (call) => {
    const parts = normal(call.text('path') || textOf(call.input?.[0] ?? null)).split('\\');
    if (call.has('leaf')) return parts.at(-1) ?? '';
    return call.has('qualifier') ? (parts[0] ?? '') : parts.slice(0, -1).join('\\');
  }),
  'new-object': cmdlet('typename argumentlist comobject property', '', (call) => {
    const com = call.text('comobject').toLowerCase();
    if (com === 'microsoft.update.session') return updateSession(call.session);
    if (com === 'microsoft.update.updatecoll') return updateCollection();
    if (com === 'microsoft.update.systeminfo') return systemInfo(call.session);
    const given = call.value('property');
    if (call.text('typename') !== '' && given === null)
      return constructed(call.session, call.text('typename'), itemsOf(call.value('argumentlist')));
    return new Thing('PSObject', given instanceof Thing ? Object.fromEntries(entries(given)) : {});
  }),
  'convertto-json': cmdlet('inputobject depth', 'compress asarray', (call) => {
    const given = call.input
      ? call.input.length === 1
        ? (call.input[0] ?? null)
        : [...call.input]
      : call.value('inputobject');
    return JSON.stringify(plain(given), undefined, call.has('compress') ? 0 : 2);
  }),
  'convertfrom-json': cmdlet('inputobject', '', (call) => {
    const text = call.input ? call.input.map((item) => textOf(item)).join('\n') : call.text('inputobject');
    try {
      return fromPlain(JSON.parse(text));
    } catch {
      return call.fail('Invalid JSON primitive.');
    }
  }),
  'convertto-securestring': cmdlet('string', 'asplaintext', (call) => call.text('string')),
};

function entries(thing: Thing): (readonly [string, Value])[] {
  return thing.names.filter((name) => name !== 'tostring').map((name) => [name, thing.get(name)] as const);
}

function plain(value: Value): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (value instanceof Date || value instanceof ScriptBlock) return textOf(value);
  if (!(value instanceof Thing)) return value;
  return Object.fromEntries(entries(value).map(([name, item]) => [name, plain(item)]));
}

function fromPlain(value: unknown): Value {
  if (Array.isArray(value)) return value.map((item) => fromPlain(item));
  if (typeof value !== 'object' || value === null) return itemsOf(value as Value)[0] ?? null;
  return new Thing(
    'PSCustomObject',
    Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fromPlain(item)])),
  );
}
