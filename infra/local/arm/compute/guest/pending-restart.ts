import type { Contents } from './contents.ts';

const VERSION = String.raw`HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion`;
const SERVICING = String.raw`${VERSION}\Component Based Servicing\RebootPending`;
const UPDATE = String.raw`${VERSION}\WindowsUpdate\Auto Update\RebootRequired`;
const SESSION_MANAGER = String.raw`HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager`;
const RENAMES = 'PendingFileRenameOperations';

/** Leaves the marks by which Windows and its tools know that a restart is due. */
export function markPendingRestart(contents: Contents, why: 'servicing' | 'file rename'): void {
  if (contents.system.os === 'Linux') {
    contents.files.put({ path: '/var/run/reboot-required', text: '*** System restart required ***\n' });
    return;
  }
  if (why === 'file rename') {
    contents.setValue(SESSION_MANAGER, RENAMES, String.raw`\??\C:\Windows\Temp\app.tmp`);
    return;
  }
  contents.registry.put({ path: SERVICING });
  contents.registry.put({ path: UPDATE });
}

/** Whether servicing waits for a restart; sysprep and further updates refuse to start then. */
export function awaitsServicing(contents: Contents): boolean {
  return contents.registry.exists(SERVICING) || contents.registry.exists(UPDATE);
}

/** A boot carries out what waited for it. */
export function finishPendingRestart(contents: Contents): void {
  contents.registry.remove(SERVICING);
  contents.registry.remove(UPDATE);
  if (contents.value(SESSION_MANAGER, RENAMES) !== undefined)
    contents.setValue(SESSION_MANAGER, RENAMES, null);
  contents.files.remove('/var/run/reboot-required');
  // systemd gives a machine without an id a new one.
  if (contents.files.get('/etc/machine-id')?.text === '')
    contents.files.put({ path: '/etc/machine-id', text: '0c5e4b7d9a1f4e23b6d8c7a9e5f1b304\n' });
  for (const update of contents.updates.all()) {
    if (update.state === 'awaiting-restart')
      contents.updates.set(update.id, { ...update, state: 'installed' });
  }
}
