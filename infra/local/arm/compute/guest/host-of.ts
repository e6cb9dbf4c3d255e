import type { Random } from '../../core/random.ts';
import type { Timeline } from '../../core/timeline.ts';
import type { Guest } from '../guest.ts';
import type { Download, Host } from './host.ts';
import { sysprep } from './sysprep.ts';

interface Surroundings {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly download: (uri: string) => Download | 'unknown host' | 'not found';
}

/** A guest as a script in it can reach it. */
export interface ScriptHost extends Host {
  /** What the script wants of the machine when it is through. */
  wish: 'restart' | 'stop' | undefined;
}

export function hostOf(
  guest: Guest,
  { timeline, random, download }: Surroundings,
  user?: string,
): ScriptHost {
  const time = () => timeline.iso().slice(0, 19).replace('T', ' ');
  const host: ScriptHost = {
    name: guest.name,
    contents: guest.contents,
    random,
    user,
    wish: undefined,
    said: () => ({ output: '', error: '' }),
    installing: guest.installing,
    now: () => timeline.now(),
    imageState: () => guest.imageState,
    download,
    later: (seconds, effect) => {
      const { boots } = guest;
      timeline.after(seconds * 1000, () => {
        if (guest.boots === boots && guest.isRunning()) effect();
      });
    },
    leave: (how) => {
      host.wish = how;
    },
    seal: (given) =>
      guest.os === 'Linux' ? deprovision(guest, random) : sysprep(guest, random, given, time),
  };
  return host;
}

/** `waagent -deprovision+user`: the machine forgets who it was and who was allowed in; its machine id it keeps. */
function* deprovision(guest: Guest, random: Random): ReturnType<Host['seal']> {
  yield random.between(3, 10);
  const { contents } = guest;
  for (const path of contents.files.under('/etc/ssh').map((file) => file.path)) {
    if (/\/ssh_host_/.test(path)) contents.files.remove(path);
  }
  contents.files.put({ path: '/etc/hostname', text: 'localhost.localdomain\n' });
  contents.files.remove('/var/lib/waagent');
  for (const { name } of contents.users.all()) {
    contents.users.delete(name);
    contents.files.remove(`/home/${name}`);
  }
  guest.imageState = 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';
  return { exitCode: 0 };
}
