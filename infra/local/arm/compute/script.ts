import type { Random } from '../core/random.ts';
import type { Timeline } from '../core/timeline.ts';
import type { Guest } from './guest.ts';
import type { Download, Outcome, Said, Work } from './guest/host.ts';
import { hostOf } from './guest/host-of.ts';
import { runPowerShell } from './guest/powershell/interpreter.ts';
import { runShell } from './guest/shell/interpreter.ts';

export type { Outcome } from './guest/host.ts';

/** A script as the guest receives it; protected parameters are among the parameters here. */
export interface Script {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What running a script comes to, known by what it is given and not by what it says. */
export interface Reading {
  /** Virtual seconds it runs. */
  readonly seconds: number;
  /** At its end, if the guest is still up by then: what it did to the guest and what it printed. */
  readonly finish: () => Outcome;
}

/** Knows one kind of script by what it does; answers undefined about all others. */
export type ScriptReader = (script: Script, guest: Guest, random: Random) => Reading | undefined;

/** A script that runs: what it waits for, and what it comes to. */
export interface Running {
  readonly work: Work<Outcome>;
  /** What it wants of the machine, asked at its end. */
  readonly wish: () => 'restart' | 'stop' | undefined;
  /** What it has said so far. */
  readonly said: () => Said;
}

interface Surroundings {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly download: (uri: string) => Download | 'unknown host' | 'not found';
}

/** The first reader that knows the script decides; all others are read word by word, in the guest's own language. */
export function startScript(
  readers: readonly ScriptReader[],
  script: Script,
  guest: Guest,
  surroundings: Surroundings,
  user?: string,
): Running {
  for (const reader of readers) {
    const reading = reader(script, guest, surroundings.random);
    if (reading)
      return { work: known(reading), wish: () => undefined, said: () => ({ output: '', error: '' }) };
  }
  const host = hostOf(guest, surroundings, user);
  const run = guest.os === 'Linux' ? runShell : runPowerShell;
  const work = guarded(run(host, script.text, script.parameters), () => host.said());
  return { work, wish: () => host.wish, said: () => host.said() };
}

/** A script that the shells here cannot cope with fails; it must not take the whole cloud with it. */
function* guarded(work: Work<Outcome>, said: () => Said): Work<Outcome> {
  try {
    return yield* work;
  } catch (error) {
    return { ...said(), exitCode: 1, error: `This guest cannot run the script: ${String(error)}` };
  }
}

function* known({ seconds, finish }: Reading): Work<Outcome> {
  yield seconds;
  return finish();
}

/** The ground for readers: some real work that succeeds and says nothing. */
export function plainReading(_: Script, __: Guest, random: Random): Reading {
  const seconds = random.between(2, 10) + random.between(20, 120);
  return { seconds, finish: () => ({ exitCode: 0, output: '' }) };
}
