import { AppError } from '../../shared/errors.ts';
import type { MachineRef, Script, ScriptRun, Scripts } from '../../shared/images/machine.ts';
import { linuxSealed } from '../../shared/images/scripts/linux-seal.ts';
import { sealedState } from '../../shared/images/scripts/windows-seal.ts';
import type { Secrets } from '../../shared/images/secrets.ts';
import { type Instant, minutesAfter, secondsBetween } from '../../shared/instant.ts';

/** What the inside of a machine needs to know of it, and may do to it. */
interface Machine {
  readonly isUp: boolean;
  /** Counts its starts: what runs in it does not outlive one. */
  readonly boots: number;
  seal(): void;
}

/** How a script goes, by the name of its run command. */
export interface Going {
  readonly minutes: number;
  readonly exitCode: number;
  readonly output: string;
  readonly state?: ScriptRun['state'];
}

interface Started {
  readonly script: Script;
  readonly at: Instant;
  readonly boots: number;
  readonly going: Going;
  gone?: Instant;
}

interface Options {
  readonly now: () => Instant;
  readonly guestOf: (ref: MachineRef) => Machine | undefined;
  /** What differs from a script that ends well after three minutes. */
  readonly going?: (command: string, script: Script) => Partial<Going> | undefined;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Everything that is asked of a guest, answered as a clean one answers. */
export const cleanEvidence = `
avdAgent=none
avdToken=none
domain=none
entraJoined=NO
intune=none
defender=no
bitLocker=FullyDecrypted
appxPerUser=none
pendingReboot=none
imageState=IMAGE_STATE_COMPLETE
rearmsLeft=5
upgraded=no
fslogix=none
osDiskGB=127
plugins=none
logsMB=12
profiles=none
webRtc=service RDWebRTCSvc
webView2=installed
azureAgent=waagent
cloudInit=installed
hostKeys=none
`;

/**
 * Scripts and secrets of the machines of a small bench, in memory: they take their time, end as they are told
 * to, do not outlive a restart, and every run is counted. What must never happen is kept in `wrongs`.
 */
export function smallGuest({ now, guestOf, going = () => undefined, secrets = {} }: Options) {
  const machines = new Map<string, Map<string, Started>>();
  const runs = new Map<string, number>();
  const wrongs: string[] = [];
  const given: Script[] = [];
  const counts = { finds: 0, lists: 0, removes: 0 };
  const key = ({ resourceGroup, name }: MachineRef) => `${resourceGroup}/${name}`;
  const isOver = ({ at, going: { minutes } }: Started) => minutesAfter(at, minutes) <= now();

  const on = (ref: MachineRef): Map<string, Started> => {
    // A machine takes its run commands with it.
    const there = guestOf(ref)
      ? (machines.get(key(ref)) ?? new Map<string, Started>())
      : new Map<string, Started>();
    machines.set(key(ref), there);
    for (const [name, { gone }] of there) if (gone !== undefined && gone <= now()) there.delete(name);
    return there;
  };

  /** What has come to an end in the meantime does what it was for. */
  const stateOf = (started: Started, machine: Machine | undefined): ScriptRun['state'] => {
    if (!machine || started.boots !== machine.boots) return wasCut(started) ? 'gone-wrong' : endOf(started);
    return isOver(started) ? endOf(started) : 'running';
  };
  const wasCut = (started: Started) => cuts.has(started);
  const endOf = ({ going: { state } }: Started) => state ?? 'ended';
  const cuts = new Set<Started>();
  const settle = (ref: MachineRef) => {
    const machine = guestOf(ref);
    for (const started of on(ref).values()) {
      const isHere = machine !== undefined && started.boots === machine.boots;
      if (!isHere && !isOver(started) && !cuts.has(started)) {
        cuts.add(started);
        wrongs.push(`${started.script.name} was cut off by a restart`);
      }
      const { name } = started.script;
      if (isHere && isOver(started) && /^(?:sysprep|deprovision)/.test(name) && isSealing(started))
        machine.seal();
    }
  };

  const scripts: Scripts = {
    find: async (ref, name) => {
      counts.finds += 1;
      settle(ref);
      const started = on(ref).get(name);
      if (!started) return undefined;
      const { exitCode, output } = started.going;
      const state = stateOf(started, guestOf(ref));
      const seconds = Math.min(secondsBetween(started.at, now()), started.going.minutes * 60);
      return {
        state,
        exitCode,
        output: state === 'running' ? '' : output,
        seconds,
        owner: started.script.owner,
      };
    },
    start: async (ref, _location, script) => {
      settle(ref);
      const machine = guestOf(ref);
      if (!machine) throw new AppError('AzureRefused', 'there is no such machine');
      const there = on(ref);
      // An unchanged run command is not run again.
      if (there.has(script.name)) return;
      for (const other of there.values()) {
        if (stateOf(other, machine) === 'running')
          wrongs.push(`${script.name} started while ${other.script.name} ran`);
      }
      // Azure takes the command, and gives it up as soon as it finds no agent.
      const orphaned: Partial<Going> = machine.isUp
        ? {}
        : { minutes: 1, state: 'gone-wrong', exitCode: -1, output: 'The VM agent is not ready.' };
      if (!machine.isUp) wrongs.push(`${script.name} was started before the machine was up`);
      given.push(script);
      runs.set(script.name, (runs.get(script.name) ?? 0) + 1);
      const usual = { minutes: 3, exitCode: 0, output: usualOutput(script.name) };
      there.set(script.name, {
        script,
        at: now(),
        boots: machine.boots,
        going: { ...usual, ...going(script.name, script), ...orphaned },
      });
    },
    remove: async (ref, name) => {
      counts.removes += 1;
      settle(ref);
      const started = on(ref).get(name);
      const machine = guestOf(ref);
      if (started && machine && !machine.isUp)
        throw new AppError('AzureBusy', 'Cannot modify extensions in the VM when the VM is not running.');
      if (started) started.gone ??= minutesAfter(now(), 0.25);
    },
    ours: async (ref, owner) => {
      counts.lists += 1;
      settle(ref);
      return [...on(ref)].flatMap(([name, { script }]) =>
        script.owner === (owner ?? script.owner) ? [name] : [],
      );
    },
  };

  const vault: Secrets = {
    read: async ({ secretUri }) => {
      const value = secrets[secretUri];
      if (value === undefined) throw new AppError('SecretNotFound', `${secretUri}: there is no such secret.`);
      return value;
    },
  };

  return {
    ports: { scripts, secrets: vault },
    /** How often each run command was run. */
    runs,
    counts,
    wrongs,
    /** Every script as it was handed over. */
    given,
    /** The names of the run commands that are still on a machine. */
    left: (ref: MachineRef) => [...on(ref).keys()],
  };
}

function isSealing({ going: { exitCode, output } }: Started): boolean {
  return exitCode === 0 && output.includes('sealed=');
}

function usualOutput(command: string): string {
  if (command.startsWith('inspect')) return cleanEvidence;
  if (command.startsWith('sysprep')) return `sysprep=0\nsealed=${sealedState}\n`;
  if (command.startsWith('deprovision')) return `waagent=0\nsealed=${linuxSealed}\n`;
  // Two rounds with something to install, each of which wants a restart, and a third that finds nothing.
  const [, round = '1'] = /-round-(\d+)/.exec(command) ?? [];
  if (!command.includes('updates')) return `${command} is done`;
  const offered = Math.max(0, 3 - Number(round));
  return `updates: offered=${offered} failed=0 restart=${offered > 0 ? 'True' : 'False'}`;
}
