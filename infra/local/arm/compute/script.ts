import type { Random } from '../core/random.ts';
import type { Guest } from './guest.ts';
import { runStatements, type Outcome, type Script } from './powershell.ts';

/** What running a script comes to. */
export interface Reading {
  /** Virtual seconds it runs; infinite when it never ends by itself. */
  readonly seconds: number;
  /** At its end, if the guest is still up by then: what it did to the guest and what it printed. */
  readonly finish: () => Outcome;
  /** Happens to the guest so long after the start whether or not the script still runs. */
  readonly aftermath?: { readonly seconds: number; readonly effect: () => void };
  /** The script restarts the guest when it ends. */
  readonly restarts?: boolean;
}

/** Knows one kind of script by what it does; answers undefined about all others. */
export type ScriptReader = (script: Script, guest: Guest, random: Random) => Reading | undefined;

/** The first reader that knows the script decides; a script nobody knows runs for a drawn time and succeeds. */
export function readScript(
  readers: readonly ScriptReader[],
  script: Script,
  guest: Guest,
  random: Random,
): Reading {
  for (const reader of [...readers, readsSysprep]) {
    const reading = reader(script, guest, random);
    if (reading) return reading;
  }
  return plainReading(script, guest, random);
}

/** Reads nothing but PowerShell's simplest statements; also the ground for readers that add to it. */
export function plainReading(script: Script, guest: Guest, random: Random): Reading {
  const { sleeps, busy } = runStatements(script, guest);
  // Real work (an installer, an update run) takes a while; a script of echoes and sleeps does not.
  const seconds = sleeps + random.between(2, 10) + (busy ? random.between(20, 120) : 0);
  return {
    seconds,
    finish: () => runStatements(script, guest).outcome,
    restarts: /^\s*(?:Restart-Computer\b|shutdown(?:\.exe)?\s+[/-]r\b)/im.test(script.text),
  };
}

/** Sysprep needs minutes; whether the script waits for it is seen from the script. */
function readsSysprep(script: Script, guest: Guest, random: Random): Reading | undefined {
  const { text } = script;
  if (!/sysprep(?:\.exe)?\b/i.test(text) || !/[/-]generalize\b/i.test(text)) return undefined;
  if (guest.isSealed() || guest.facts.has('sysprep-running')) {
    const error = 'Sysprep did not start: an instance is running, or this Windows is sealed already.';
    return { seconds: 5, finish: () => ({ exitCode: 1, output: '', error }) };
  }
  const plain = plainReading(script, guest, random);
  const takes = random.between(180, 420);
  // Microsoft's "Sysprep command-line options": without /quit it shuts down, restarts or stays as told.
  const shutsDown = /[/-]shutdown\b/i.test(text);
  const unusable = /[/-]reboot\b/i.test(text) || !/[/-]oobe\b/i.test(text);
  guest.facts.set('sysprep-running', 'yes');
  const effect = () => {
    guest.facts.delete('sysprep-running');
    guest.imageState = unusable ? 'IMAGE_STATE_UNDEPLOYABLE' : 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';
    if (shutsDown) guest.halt('stopped');
  };
  const aftermath = { seconds: takes, effect };
  if (!waitsForSysprep(text)) return { ...plain, aftermath };
  // With /shutdown the guest is gone before the script can report: its end is never heard of.
  return { ...plain, seconds: shutsDown ? Number.POSITIVE_INFINITY : takes + plain.seconds, aftermath };
}

/** Sysprep is a window program: PowerShell goes on at once unless the script says otherwise. */
function waitsForSysprep(text: string): boolean {
  if (/-Wait\b|WaitForExit|Wait-Process|\|\s*Out-(?:Null|Host)/i.test(text)) return true;
  return /\b(?:while|until|do|for)\b/i.test(text) && /ImageState/i.test(text);
}
