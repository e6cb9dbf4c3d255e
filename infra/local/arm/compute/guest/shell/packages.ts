import type { Work } from '../host.ts';
import { markPendingRestart } from '../pending-restart.ts';
import { isOffered } from '../updates.ts';
import type { Call, Program } from './session.ts';

/** Installs what the distribution offers; a new kernel wants a restart, and says so by its mark. */
function* upgrade({ session, say, complain }: Call, securityOnly: boolean): Work<number> {
  const { contents, random } = session.host;
  yield random.between(5, 20);
  const all = contents.updates.all();
  for (const update of all.filter((one) => isOffered(one, all))) {
    if (securityOnly && update.autoSelect === false) continue;
    yield (update.minutes ?? 1) * 60 * random.between(0.7, 1.3);
    if ((update.fails ?? 0) > 0) {
      contents.updates.set(update.id, { ...update, fails: (update.fails ?? 0) - 1 });
      complain(`E: Sub-process /usr/bin/dpkg returned an error code (1): ${update.id}`);
      return 100;
    }
    contents.updates.set(update.id, {
      ...update,
      state: update.needsReboot ? 'awaiting-restart' : 'installed',
    });
    if (update.needsReboot) markPendingRestart(contents, 'servicing');
    say(`Setting up ${update.title} ...\n`);
  }
  return 0;
}

function* install(call: Call, names: readonly string[]): Work<number> {
  const { session, say, complain } = call;
  const { contents, random } = session.host;
  for (const name of names) {
    yield random.between(4, 25);
    // A name that says so is a package nobody has.
    if (/no-such|missing/.test(name)) {
      complain(`E: Unable to locate package ${name}`);
      return 100;
    }
    contents.files.put({ path: `/usr/share/doc/${name}/copyright`, text: '' });
    say(`Setting up ${name} ...\n`);
  }
  return 0;
}

function* manage(call: Call): Work<number> {
  const words = call.given.filter((word, at, all) => !word.startsWith('-') && all[at - 1] !== '-o');
  const [verb = '', ...names] = words;
  // apt's "update" only fetches lists; dnf's, yum's and zypper's install.
  if (verb === 'update' && call.name.startsWith('apt')) {
    yield call.session.host.random.between(4, 15);
    return 0;
  }
  if (/^(?:upgrade|dist-upgrade|full-upgrade|update|patch)$/.test(verb)) return yield* upgrade(call, false);
  if (verb === 'install') return yield* install(call, names);
  yield call.session.host.random.between(1, 10);
  return 0;
}

/** Package managers. */
export const PACKAGES: Readonly<Record<string, Program>> = {
  'apt-get': manage,
  apt: manage,
  dnf: manage,
  yum: manage,
  tdnf: manage,
  zypper: manage,
  'unattended-upgrade': (call) => upgrade(call, true),
  'needs-restarting': ({ session }) =>
    session.host.contents.files.exists('/var/run/reboot-required') ? 1 : 0,
};
