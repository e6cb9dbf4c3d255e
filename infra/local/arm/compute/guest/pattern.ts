/** A pattern that is no pattern: the shell says so, the simulator goes on. */
export class BadPattern extends Error {
  override readonly name = 'BadPattern';
}

/** A regular expression as scripts write it; what .NET spells otherwise is spelled JavaScript's way. */
export function regexOf(pattern: string, flags: string): RegExp {
  const spelled = pattern
    .replaceAll(/\(\?[imsx]+\)/g, '')
    .replaceAll(String.raw`\A`, '^')
    .replaceAll(/\\[zZ]/g, '$$');
  try {
    return new RegExp(spelled, flags);
  } catch {
    throw new BadPattern(`parsing "${pattern}" - the pattern is invalid.`);
  }
}
