import type { Changes, Contents, StoredFile } from './contents.ts';
import { markPendingRestart } from './pending-restart.ts';
import { CATEGORY } from './updates.ts';

/** Makes a guest, or what an image holds, different. */
export function applyChanges(contents: Contents, changes: Changes): void {
  changeRegistry(contents, changes.registry ?? {});
  for (const [path, file] of Object.entries(changes.files ?? {})) {
    if (file === null) contents.files.remove(path);
    else contents.files.put({ path, ...(typeof file === 'string' ? { text: file } : file) } as StoredFile);
  }
  for (const [name, status] of Object.entries(changes.services ?? {})) {
    if (status === null) contents.services.delete(name);
    else contents.services.set(name, { ...contents.services.get(name), name, status });
  }
  changePackages(contents, changes.appx ?? {});
  changeUpdates(contents, changes.updates ?? []);
  for (const [name, password] of Object.entries(changes.users ?? {})) {
    if (password === null) contents.users.delete(name);
    else contents.users.set(name, { name, password });
  }
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

function changePackages(contents: Contents, packages: NonNullable<Changes['appx']>): void {
  for (const [name, appx] of Object.entries(packages)) {
    if (appx === null) contents.appx.delete(name);
    else contents.appx.set(name, { name, users: appx.users ?? [], provisioned: appx.provisioned ?? false });
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
