import type { Changes, Contents } from './contents.ts';
import { markPendingRestart } from './pending-restart.ts';
import { CATEGORY } from './updates.ts';

/** Makes a guest, or what an image holds, different. */
export function applyChanges(contents: Contents, changes: Changes): void {
  changeRegistry(contents, changes.registry ?? {});
  changeFiles(contents, changes.files ?? {});
  changeServices(contents, changes.services ?? {});
  changePackages(contents, changes.appx ?? {});
  changeUpdates(contents, changes.updates ?? []);
  changeUsers(contents, changes.users ?? {});
  changeProcesses(contents, changes.processes ?? {});
  if (changes.system) contents.setSystem(changes.system);
  if (changes.needsReboot) markPendingRestart(contents, 'file rename');
}

function changeRegistry(contents: Contents, registry: NonNullable<Changes['registry']>): void {
  for (const [key, values] of Object.entries(registry)) {
    if (values === null) {
      contents.registry.remove(key);
      continue;
    }
    if (!contents.registry.get(key)) contents.registry.put({ path: key });
    for (const [name, value] of Object.entries(values)) contents.setValue(key, name, value);
  }
}

function changeFiles({ files }: Contents, changed: NonNullable<Changes['files']>): void {
  for (const [path, file] of Object.entries(changed)) {
    if (file === null) files.remove(path);
    else files.put({ path, ...(typeof file === 'string' ? { text: file } : file) });
  }
}

function changeServices({ services }: Contents, changed: NonNullable<Changes['services']>): void {
  for (const [name, status] of Object.entries(changed)) {
    if (status === null) services.delete(name);
    else services.set(name, { ...services.get(name), name, status });
  }
}

function changeUsers({ users }: Contents, changed: NonNullable<Changes['users']>): void {
  for (const [name, password] of Object.entries(changed)) {
    if (password === null) users.delete(name);
    else users.set(name, { name, password });
  }
}

function changeProcesses({ processes }: Contents, changed: NonNullable<Changes['processes']>): void {
  for (const [name, state] of Object.entries(changed)) {
    if (state === null) processes.delete(name);
    else processes.set(name, { name });
  }
}

function changePackages(contents: Contents, packages: NonNullable<Changes['appx']>): void {
  for (const [name, appx] of Object.entries(packages)) {
    if (appx === null) contents.appx.delete(name);
    else contents.appx.set(name, { users: [], provisioned: false, ...appx, name });
  }
}

/** What is not said of a new update is as with an ordinary monthly one. */
function changeUpdates({ updates }: Contents, changed: NonNullable<Changes['updates']>): void {
  for (const change of changed) {
    const usual = {
      title: `Update ${change.id}`,
      kb: change.id,
      type: 'Software',
      categories: [CATEGORY.updates],
      autoSelect: true,
      minutes: 5,
      state: 'offered',
    } as const;
    updates.set(change.id, { ...usual, ...updates.get(change.id), ...change });
  }
}
