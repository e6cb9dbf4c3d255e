import type { Work } from '../host.ts';
import { awaitsServicing, markPendingRestart } from '../pending-restart.ts';
import { isOffered, type Update } from '../updates.ts';
import { parseCriteria } from '../update-criteria.ts';
import { PowerShellError, type Session } from './session.ts';
import { numberFrom, textOf, Thing, type Method, type Value } from './values.ts';

/** "Windows Update Agent result codes", as far as they come up here. */
const ERRORS = {
  criteria: '0x80240032',
  none: '0x80240024',
  notNow: '0x80240016',
  eula: '0x80240023',
  notDownloaded: '0x80246007',
} as const;

const FAILED = 4;
const SUCCEEDED = 2;
const WITH_ERRORS = 3;

/** `Microsoft.Update.Session`: finds, downloads and installs what is offered to this guest. */
export function updateSession(session: Session): Thing {
  return new Thing(
    'UpdateSession',
    { ClientApplicationID: '' },
    {
      CreateUpdateSearcher: () => searcher(session),
      CreateUpdateDownloader: () => worker(session, 'Download', download),
      CreateUpdateInstaller: () => worker(session, 'Install', install),
    },
  );
}

/** `Microsoft.Update.SystemInfo`. */
export function systemInfo({ host }: Session): Thing {
  return new Thing('SystemInformation', { RebootRequired: () => awaitsServicing(host.contents) });
}

function searcher(session: Session): Thing {
  const { host } = session;
  return new Thing(
    'UpdateSearcher',
    { Online: true, ServerSelection: 0 },
    {
      *Search([criteria = null]) {
        yield host.random.between(15, 60);
        const fits = parseCriteria(textOf(criteria));
        if (!fits) throw hresult(ERRORS.criteria);
        const all = host.contents.updates.all();
        const shown = all.filter((update) => isKnown(update) || isOffered(update, all));
        const found = shown.filter((update) => fits(update)).map((update) => updateThing(session, update));
        return new Thing('SearchResult', { ResultCode: SUCCEEDED, Updates: collection(found) });
      },
    },
  );
}

function isKnown({ state }: Update): boolean {
  return state === 'installed' || state === 'awaiting-restart';
}

function updateThing({ host }: Session, { id }: Update): Thing {
  const now = (): Update => host.contents.updates.get(id) as Update;
  const { title, kb, type, categories, isBeta = false, autoSelect = true } = now();
  return new Thing(
    'Update',
    {
      Title: title,
      KBArticleIDs: [kb],
      Type: type === 'Software' ? 1 : 2,
      IsBeta: isBeta,
      BrowseOnly: !autoSelect,
      AutoSelectOnWebSites: autoSelect,
      Categories: collection(
        categories.map((category) => new Thing('Category', { CategoryID: category, Name: category })),
      ),
      Identity: new Thing('UpdateIdentity', { UpdateID: id, RevisionNumber: 1 }),
      EulaAccepted: () => now().eula !== true,
      IsDownloaded: () => now().state !== 'offered',
      IsInstalled: () => isKnown(now()),
      IsHidden: now().isHidden ?? false,
      MaxDownloadSize: 200 * 1024 ** 2,
      tostring: title,
    },
    {
      AcceptEula: () => {
        host.contents.updates.set(id, { ...now(), eula: false });
        return null;
      },
    },
  );
}

/** `Microsoft.Update.UpdateColl`: a list with COM's manners. */
export function updateCollection(): Thing {
  return collection([]);
}

function collection(items: Thing[]): Thing {
  const add: Method = ([item = null]) => {
    if (item instanceof Thing) items.push(item);
    return items.length - 1;
  };
  return new Thing(
    'UpdateCollection',
    { Count: () => items.length, items: () => [...items] },
    {
      Add: add,
      Clear: () => {
        items.length = 0;
        return null;
      },
      Item: ([at = null]) => items[numberFrom(at)] ?? null,
    },
  );
}

type Step = (session: Session, updates: readonly Update[]) => Work<Thing>;

function worker(session: Session, verb: 'Download' | 'Install', step: Step): Thing {
  const made: Thing = new Thing(
    `Update${verb}er`,
    { Updates: null, ForceQuiet: true, AllowSourcePrompts: false, IsForced: false },
    {
      *[verb]() {
        const chosen = made.get('updates');
        const things = chosen instanceof Thing ? (chosen.get('items') as Value[]) : [];
        const updates = things.flatMap((thing) => {
          const identity = thing instanceof Thing ? thing.get('identity') : null;
          const id = identity instanceof Thing ? textOf(identity.get('updateid')) : '';
          return session.host.contents.updates.get(id) ?? [];
        });
        if (updates.length === 0) throw hresult(ERRORS.none);
        return yield* step(session, updates);
      },
    },
  );
  return made;
}

function* download({ host }: Session, updates: readonly Update[]): Work<Thing> {
  for (const update of updates) {
    yield host.random.between(5, 60);
    // An update whose licence is not accepted is not fetched.
    if (update.eula !== true && update.state === 'offered')
      host.contents.updates.set(update.id, { ...update, state: 'downloaded' });
  }
  return result(
    updates.map((update) => (update.eula === true ? ERRORS.eula : undefined)),
    false,
  );
}

function* install(session: Session, updates: readonly Update[]): Work<Thing> {
  const { contents, random } = session.host;
  if (awaitsServicing(contents)) throw hresult(ERRORS.notNow);
  const faults: (string | undefined)[] = [];
  let restart = false;
  for (const { id } of updates) {
    const update = contents.updates.get(id) as Update;
    yield (update.minutes ?? 3) * 60 * random.between(0.7, 1.3);
    const fault = faultOf(update);
    faults.push(fault);
    if (fault !== undefined) {
      contents.updates.set(id, { ...update, fails: Math.max(0, (update.fails ?? 0) - 1) });
      continue;
    }
    const state = update.needsReboot ? 'awaiting-restart' : 'installed';
    contents.updates.set(id, { ...update, state });
    if (update.needsReboot) restart = true;
  }
  if (restart) markPendingRestart(contents, 'servicing');
  return result(faults, restart);
}

function faultOf(update: Update): string | undefined {
  if (update.eula === true) return ERRORS.eula;
  if (update.state === 'offered') return ERRORS.notDownloaded;
  return (update.fails ?? 0) > 0 ? (update.hresult ?? '0x80073712') : undefined;
}

function result(faults: readonly (string | undefined)[], restart: boolean): Thing {
  const failed = faults.filter((fault) => fault !== undefined);
  const code = failed.length === 0 ? SUCCEEDED : failed.length === faults.length ? FAILED : WITH_ERRORS;
  return new Thing(
    'InstallationResult',
    {
      ResultCode: code,
      RebootRequired: restart,
      // Windows' own numbers are signed.
      HResult: failed[0] === undefined ? 0 : Number(failed[0]) | 0,
    },
    {
      GetUpdateResult: ([at = null]) => {
        const fault = faults[numberFrom(at)];
        return new Thing('UpdateInstallationResult', {
          ResultCode: fault === undefined ? SUCCEEDED : FAILED,
          HResult: fault === undefined ? 0 : Number(fault) | 0,
          RebootRequired: restart,
        });
      },
    },
  );
}

function hresult(code: string): PowerShellError {
  return new PowerShellError(`Exception from HRESULT: ${code}`, 'statement');
}
