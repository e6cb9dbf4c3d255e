import type { Instant } from '../instant.ts';

/** `major.minor.patch`, three 32-bit integers, as Azure Compute Gallery numbers image versions. */
export type VersionNumber = `${number}.${number}.${number}`;
export type Bump = 'major' | 'minor' | 'patch';

/** `calendar`: `2026.1121.1748`, year, month and day, hour and minute of the request in UTC. */
export type NumberScheme = 'semantic' | 'calendar';

/** What a request says of its number: which part goes up, or the number itself. */
export type Wish = { readonly bump: Bump } | { readonly number: VersionNumber };

/** The numbers that were ever issued: the highest of all, and the highest patch of each `major.minor`. */
export interface Issued {
  readonly highest?: VersionNumber;
  readonly lines: Readonly<Record<string, number>>;
}

const form = /^(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})$/;
const largest = 2 ** 31 - 1;

export function isVersionNumber(text: string): text is VersionNumber {
  return form.test(text) && parts(text).every((part) => part <= largest);
}

/** Numeric order: text order puts 1.10.0 before 1.9.0. */
export function compareNumbers(a: VersionNumber, b: VersionNumber): number {
  const [left, right] = [parts(a), parts(b)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** The number that the wish comes to, or undefined where it names one that may have been issued before. */
export function nextNumber(
  issued: Issued,
  scheme: NumberScheme,
  wish: Wish,
  at: Instant,
): VersionNumber | undefined {
  if ('number' in wish) return isFree(issued, wish.number) ? wish.number : undefined;
  const next = scheme === 'calendar' ? calendarNumber(issued, at) : numberAfter(issued.highest, wish.bump);
  return isVersionNumber(next) ? next : undefined;
}

/** Takes a number out for ever: whether its version comes to be or not, it is never issued again. */
export function withIssued({ highest, lines }: Issued, number: VersionNumber): Issued {
  const isHigher = highest === undefined || compareNumbers(number, highest) > 0;
  const [major, minor, patch = 0] = parts(number);
  return {
    highest: isHigher ? number : highest,
    lines: { ...lines, [`${major}.${minor}`]: Math.max(patch, lines[`${major}.${minor}`] ?? 0) },
  };
}

/** Of a line only its highest patch is remembered, so that all below it count as issued. */
function isFree({ lines }: Issued, number: VersionNumber): boolean {
  const [major, minor, patch = 0] = parts(number);
  const highest = lines[`${major}.${minor}`];
  return highest === undefined || patch > highest;
}

/** The number after `last`: major = change of operating system, minor = patch cycle or app, patch = hotfix. */
export function numberAfter(last: VersionNumber | undefined, bump: Bump): VersionNumber {
  if (last === undefined) return '1.0.0';
  const [major = 0, minor = 0, patch = 0] = parts(last);
  switch (bump) {
    case 'major':
      return `${major + 1}.0.0`;
    case 'minor':
      return `${major}.${minor + 1}.0`;
    case 'patch':
      return `${major}.${minor}.${patch + 1}`;
  }
}

/** Two in one minute differ in the last part, which then runs ahead of the clock. */
function calendarNumber({ lines }: Issued, at: Instant): VersionNumber {
  const time = new Date(at);
  const line = `${time.getUTCFullYear()}.${(time.getUTCMonth() + 1) * 100 + time.getUTCDate()}`;
  const minute = time.getUTCHours() * 100 + time.getUTCMinutes();
  const taken = lines[line];
  const patch = taken === undefined ? minute : Math.max(minute, taken + 1);
  return `${line}.${patch}` as VersionNumber;
}

function parts(text: string): number[] {
  return text.split('.').map(Number);
}
