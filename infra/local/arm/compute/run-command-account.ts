import type { Guest } from './guest.ts';

/** Who a script runs as, when it is not the system's own account. */
export interface RunAs {
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** The account's bare name: `.\builder` and `BENCH\builder` are the same one here. */
export function accountName({ user }: RunAs): string | undefined {
  return user === undefined || user === '' ? undefined : user.replace(/^.*\\/, '');
}

/**
 * Why the agent cannot start a script under the account asked for; undefined when it can. "Run scripts in your Windows
 * VM by using managed Run Commands": the account must exist, the password be its own, and the Secondary Logon service
 * must be able to run. A first logon makes a profile, which stays.
 */
export function signIn(guest: Guest, runAs: RunAs): string | undefined {
  const name = accountName(runAs);
  if (name === undefined) return undefined;
  const { contents, os } = guest;
  const known = contents.users.get(name);
  if (os === 'Linux') {
    if (!known) return `RunAs user '${name}' does not exist.`;
    contents.files.put({ path: `/home/${known.name}`, folder: true });
    return undefined;
  }
  if (contents.services.get('seclogon')?.startType === 'Disabled') {
    return 'RunAs failed: the service cannot be started, either because it is disabled or because it has no enabled devices associated with it. (Secondary Logon)';
  }
  if (!known || known.password !== (runAs.password ?? ''))
    return `RunAs failed for user '${name}': The user name or password is incorrect. (0x8007052E)`;
  contents.files.put({ path: `C:\\Users\\${known.name}\\NTUSER.DAT`, size: 262_144 });
  contents.files.put({ path: `C:\\Users\\${known.name}\\AppData\\Local\\Temp`, folder: true });
  return undefined;
}
