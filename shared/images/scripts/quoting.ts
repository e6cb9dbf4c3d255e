/**
 * A text as a PowerShell literal, in which nothing is expanded. PowerShell takes the typographic quotes for
 * plain ones, so that each of them would end the literal and has to be doubled too.
 */
export function powershellText(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201A\u201B]/g, '$&$&')}'`;
}

/** A text as one word of a POSIX shell, in which nothing is expanded. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
