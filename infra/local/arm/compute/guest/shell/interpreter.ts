import type { Host, Outcome, Work } from '../host.ts';

/** Runs a script as `/bin/sh` would. */
export function* runShell(
  host: Host,
  text: string,
  parameters: Readonly<Record<string, string>>,
): Work<Outcome> {
  yield host.random.between(1, 3);
  return { exitCode: 0, output: `${text.length}${Object.keys(parameters).length}` };
}
