import { fetchTo } from './fetch.ts';
import type { Session } from './session.ts';
import { numberFrom, textOf, Thing, type Value } from './values.ts';

/** `[Type]::new(…)` and `New-Object Type`: of a type that is not known here, an object that does nothing. */
export function constructed(session: Session, type: string, given: readonly Value[]): Thing {
  if (/list|queue|stack|collection/i.test(type)) return listThing();
  if (/exception$/i.test(type)) {
    const message = textOf(given[0] ?? null);
    return new Thing(type, { Message: message, tostring: message });
  }
  if (!/webclient$/i.test(type)) return new Thing(type, { tostring: textOf(given[0] ?? type) });
  const text = (values: readonly Value[], at: number) => textOf(values[at] ?? null);
  return new Thing(
    type,
    {},
    {
      DownloadFile: (values) => fetchTo(session, text(values, 0), text(values, 1)),
      *DownloadString(values) {
        return textOf(yield* fetchTo(session, text(values, 0), ''));
      },
    },
  );
}

/** A .NET list, as scripts make one to add to. */
function listThing(): Thing {
  const items: Value[] = [];
  return new Thing(
    'List',
    { Count: () => items.length },
    {
      Add: ([item = null]) => {
        items.push(item);
        return null;
      },
      ToArray: () => [...items],
      Item: ([at = null]) => items.at(numberFrom(at)) ?? null,
    },
  );
}
