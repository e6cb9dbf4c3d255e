/** `major.minor.patch`, three 32-bit integers, as Azure Compute Gallery numbers image versions. */
export type VersionNumber = `${number}.${number}.${number}`;
export type Bump = 'major' | 'minor' | 'patch';

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

function parts(text: string): number[] {
  return text.split('.').map(Number);
}
