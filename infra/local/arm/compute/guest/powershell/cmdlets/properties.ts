import { cmdlet, type Cmdlet, type CmdletCall } from '../cmdlet.ts';
import { isLike } from '../operators.ts';
import { itemsOf, textOf, Thing, type Value } from '../values.ts';
import { expanded, itemThing, pathsOf } from './items.ts';

const STATE = /^hklm:\\software\\microsoft\\windows\\currentversion\\setup\\state$/i;

/** The values of a key, Windows' own account of its setup among them. */
function valuesOf({ session }: CmdletCall, path: string): Record<string, Value> {
  const { host } = session;
  if (STATE.test(path)) return { ImageState: host.imageState() };
  return { ...host.contents.registry.get(path)?.values };
}

function properties(call: CmdletCall): Value {
  const wanted = call.texts('name');
  return pathsOf(call).flatMap((path) => {
    const found = expanded(call.session, path);
    if (found.length === 0 && !STATE.test(path) && !/[*?]/.test(path))
      call.complain(`Cannot find path '${path}' because it does not exist.`);
    return (found.length === 0 && STATE.test(path) ? [path] : found).map((one) =>
      propertyThing(call, one, wanted),
    );
  });
}

function propertyThing(call: CmdletCall, path: string, wanted: readonly string[]): Value {
  if (!/^hk/i.test(path)) return itemThing(call.session, path);
  const all = Object.entries(valuesOf(call, path));
  const shown = wanted.length === 0 ? all : all.filter(([name]) => wanted.some((one) => isLike(name, one)));
  const lacking = wanted.find((one) => !/[*?]/.test(one) && !shown.some(([name]) => isLike(name, one)));
  if (lacking !== undefined) {
    call.complain(`Property ${lacking} does not exist at path ${path}.`);
    if (shown.length === 0) return null;
  }
  return new Thing('PSCustomObject', {
    ...Object.fromEntries(shown),
    PSPath: path,
    PSChildName: path.split('\\').at(-1) ?? '',
  });
}

function setProperty(call: CmdletCall, mustBeNew: boolean): Value {
  const { registry } = call.session.host.contents;
  for (const path of pathsOf(call)) {
    // A key that is not there is the usual surprise: Set-ItemProperty does not make it.
    if (!registry.exists(path) && !STATE.test(path)) {
      call.complain(`Cannot find path '${path}' because it does not exist.`);
      continue;
    }
    const name = call.text('name');
    if (mustBeNew && !call.has('force') && call.session.host.contents.value(path, name) !== undefined) {
      call.complain('The property already exists.');
      continue;
    }
    const value = call.value('value');
    call.session.host.contents.setValue(path, name, typeof value === 'number' ? value : textOf(value));
  }
  return null;
}

function removeProperty(call: CmdletCall): Value {
  const { contents } = call.session.host;
  for (const path of pathsOf(call)) {
    for (const name of itemsOf(call.value('name')).map((item) => textOf(item))) {
      if (contents.value(path, name) === undefined)
        call.complain(`Property ${name} does not exist at path ${path}.`);
      else contents.setValue(path, name, null);
    }
  }
  return null;
}

/** The values in registry keys. */
export const PROPERTIES: Readonly<Record<string, Cmdlet>> = {
  'get-itemproperty': cmdlet('path name literalpath pspath', '', properties),
  'get-itempropertyvalue': cmdlet('path name literalpath pspath', '', (call) => {
    const [path = ''] = pathsOf(call);
    const values = Object.entries(valuesOf(call, path));
    const found = values.find(([name]) => name.toLowerCase() === call.text('name').toLowerCase());
    return found ? found[1] : call.fail(`Property ${call.text('name')} does not exist at path ${path}.`);
  }),
  'set-itemproperty': cmdlet('path name value literalpath type pspath', 'passthru', (call) =>
    setProperty(call, false),
  ),
  'new-itemproperty': cmdlet('path name propertytype value literalpath pspath', '', (call) =>
    setProperty(call, true),
  ),
  'remove-itemproperty': cmdlet('path name literalpath pspath', '', removeProperty),
};
