import { AppError } from './errors.ts';

/** A setting, and what is wrong with it: never its value, for most of them are secrets. */
export type Complaint = readonly [name: string, what: string];

/** What everything is refused with until the settings are put right; the first of them is its target. */
export function wrongSettings(complaints: readonly Complaint[]): AppError {
  const message = `Settings: ${complaints.map(([name, what]) => `${name} ${what}`).join('; ')}.`;
  const details = complaints.map(([name, what]) => ({ code: 'WrongSetting', message: what, target: name }));
  return new AppError('SettingsWrong', message, { target: complaints[0]?.[0] ?? '', details });
}
