import { Leaving, type Call, type Program } from './session.ts';

function services({ given, session, say, complain }: Call): number {
  const [verb = '', ...names] = given.filter((word) => !word.startsWith('-'));
  const { services: known } = session.host.contents;
  let code = 0;
  for (const name of names.map((one) => one.replace(/\.service$/, ''))) {
    const service = known.get(name);
    if (verb.startsWith('is-')) {
      const isOn = service?.status === 'Running';
      if (!given.includes('--quiet') && !given.includes('-q')) say(`${isOn ? 'active' : 'inactive'}\n`);
      if (!isOn) code = 3;
    } else if (!service) {
      complain(`Failed to ${verb} ${name}.service: Unit ${name}.service not found.`);
      code = 5;
    } else
      known.set(name, { ...service, status: /^(?:stop|disable|mask)$/.test(verb) ? 'Stopped' : 'Running' });
  }
  return code;
}

/** The Azure Linux agent, as far as it takes a machine's identity away. */
function* waagent({ given, session, say }: Call): Generator<number, number, unknown> {
  const line = given.join(' ');
  if (!/-deprovision/.test(line)) return 0;
  say('WARNING! The waagent service will be stopped.\nWARNING! Cached DHCP leases will be deleted.\n');
  if (!/-force/.test(line)) {
    // It asks, reads the end of its input, and takes that for a no.
    say('Do you want to proceed (y/n)');
    return 0;
  }
  const end = yield* session.host.seal(line);
  if (end.hangs) for (;;) yield 3600;
  return end.exitCode;
}

function leave({ session }: Call, how: 'restart' | 'stop'): number {
  session.host.leave(how);
  throw new Leaving('exit', 0);
}

/** Programs that ask or tell the system itself. */
export const SYSTEM: Readonly<Record<string, Program>> = {
  hostname: ({ session, say }) => {
    say(`${session.host.name}\n`);
    return 0;
  },
  uname: ({ session, given, say }) => {
    say(given.includes('-r') ? `${session.host.contents.system.build}-azure\n` : 'Linux\n');
    return 0;
  },
  id: ({ session, given, say }) => {
    const isRoot = session.host.user === undefined;
    say(
      given.includes('-u')
        ? `${isRoot ? 0 : 1000}\n`
        : `uid=${isRoot ? '0(root)' : `1000(${session.host.user})`}\n`,
    );
    return 0;
  },
  whoami: ({ session, say }) => {
    say(`${session.host.user ?? 'root'}\n`);
    return 0;
  },
  date: ({ session, say }) => {
    say(`${new Date(session.host.now()).toISOString()}\n`);
    return 0;
  },
  systemctl: services,
  waagent,
  realm: ({ session, say }) => {
    const { domain } = session.host.contents.system;
    if (domain !== undefined) say(`${domain}\n`);
    return 0;
  },
  reboot: (call) => leave(call, 'restart'),
  poweroff: (call) => leave(call, 'stop'),
  halt: (call) => leave(call, 'stop'),
  shutdown: (call) => leave(call, call.given.some((word) => /^-r|--reboot/.test(word)) ? 'restart' : 'stop'),
  useradd: ({ given, session }) => {
    const name = given.at(-1) ?? '';
    session.host.contents.users.set(name, { name, password: '' });
    session.host.contents.files.put({ path: `/home/${name}`, folder: true });
    return 0;
  },
  userdel: ({ given, session }) => {
    const name = given.at(-1) ?? '';
    if (given.some((word) => /^-\w*r/.test(word))) session.host.contents.files.remove(`/home/${name}`);
    return session.host.contents.users.delete(name) ? 0 : 6;
  },
};
