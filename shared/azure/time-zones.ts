import { findIana } from 'windows-iana';
import { AppError } from '../errors.ts';

/** What IANA calls a time zone that Windows has another name for. `of` says whose it is, for the message. */
export function ianaZone(windows: string, of: string): string {
  // Of the places that share it the first stands for all: Unicode's table has it under territory 001.
  const [zone] = findIana(windows);
  if (zone !== undefined) return zone;
  throw new AppError('AzureRefused', `${of} names the time zone "${windows}", which Windows does not have`);
}
