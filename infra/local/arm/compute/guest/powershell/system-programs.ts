import type { Work } from '../host.ts';
import { PowerShellError, type Session } from './session.ts';
import { forever } from '../work.ts';
import { childPowerShell } from './child.ts';

type SystemProgram = (
  session: Session,
  given: readonly string[],
  /** Its words are the script's, as opposed to those of a window of its own. */
  isShown: boolean,
) => number | Work<number>;

/** Programs that Windows brings along, as far as anybody asks them here. */
export const SYSTEM_PROGRAMS: Readonly<Record<string, SystemProgram>> = {
  *sysprep({ host }, given) {
    const end = yield* host.seal(given.join(' '));
    if (end.error !== undefined) throw new PowerShellError(end.error, 'script');
    return end.hangs ? yield* forever() : end.exitCode;
  },
  powershell: childPowerShell,
  shutdown({ host }, given) {
    const line = given.join(' ');
    if (/[/-]r\b/i.test(line)) host.leave('restart');
    else if (/[/-][sp]\b/i.test(line)) host.leave('stop');
    return 0;
  },
  *dsregcmd(session) {
    yield 1;
    const { domain, entra } = session.host.contents.system;
    session.put([
      '+----------------------------------------------------------------------+',
      '| Device State                                                         |',
      '+----------------------------------------------------------------------+',
      '',
      `             AzureAdJoined : ${entra ? 'YES' : 'NO'}`,
      '          EnterpriseJoined : NO',
      `              DomainJoined : ${domain === undefined ? 'NO' : 'YES'}`,
      `               Device Name : ${session.host.name}`,
    ]);
    return 0;
  },
  'manage-bde'({ host }, given) {
    if (/[/-]off\b/i.test(given.join(' '))) decrypt(host);
    return 0;
  },
  *net(session, given) {
    const { host } = session;
    const [what = '', name = '', password = ''] = given;
    if (/^users?$/i.test(what) && given.some((word) => /^\/add$/i.test(word)))
      host.contents.users.set(name, { name, password });
    else if (/^users?$/i.test(what) && given.some((word) => /^\/delete$/i.test(word)))
      host.contents.users.delete(name);
    yield 1;
    return 0;
  },
  *cmd(session, given) {
    const line = given.join(' ').replaceAll('"', '');
    const [, code] = /\/c\s+exit(?:\s+\/b)?\s+(-?\d+)/i.exec(line) ?? [];
    if (code !== undefined) return Number(code);
    const [, said] = /\/c\s+echo\s+(.*)$/i.exec(line) ?? [];
    if (said !== undefined) session.put(said);
    else yield session.host.random.between(1, 20);
    return 0;
  },
  reg({ host: { contents } }, given) {
    const [verb = '', key = ''] = given.map((word) => word.replaceAll('"', ''));
    const after = (flag: string) => given[given.findIndex((word) => word.toLowerCase() === flag) + 1] ?? '';
    const there = contents.registry.exists(key);
    if (/^add$/i.test(verb)) {
      if (!contents.registry.get(key)) contents.registry.put({ path: key });
      const number = /dword/i.test(after('/t'));
      if (given.includes('/v'))
        contents.setValue(key, after('/v'), number ? Number(after('/d')) : after('/d'));
    } else if (/^delete$/i.test(verb) && there) {
      if (given.includes('/v')) contents.setValue(key, after('/v'), null);
      else contents.registry.remove(key);
    }
    return there || /^add$/i.test(verb) ? 0 : 1;
  },
  *wusa({ host: { random } }) {
    yield random.between(60, 200);
    return 0;
  },
  *dism({ host: { random } }) {
    yield random.between(20, 120);
    return 0;
  },
};

/** BitLocker takes its time to decrypt; meanwhile it is neither on nor off. */
export function decrypt({ contents, random, later }: Session['host']): void {
  if (contents.system.bitLocker === undefined || contents.system.bitLocker === 'FullyDecrypted') return;
  contents.setSystem({ bitLocker: 'DecryptionInProgress' });
  later(random.between(300, 900), () => contents.setSystem({ bitLocker: 'FullyDecrypted' }));
}
