import { StartError } from './start-error.ts';

/** .NET's text for a length of time, `[d.]hh:mm:ss[.fff]`, in ms; `what` names the setting it came from. */
export function timeSpan(text: unknown, what: string): number {
  const match =
    typeof text === 'string' ? /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,7}))?$/.exec(text) : null;
  if (!match) throw new StartError(`${what} must read hh:mm:ss, not ${JSON.stringify(text)}`);
  const [days, hours, minutes, seconds] = match.slice(1, 5).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  if (hours > 23 || minutes > 59 || seconds > 59)
    throw new StartError(`${what} is not a length of time: ${String(text)}`);
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + Number(`0.${match[5] ?? 0}`) * 1000;
}
