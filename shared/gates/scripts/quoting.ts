/** A text as PowerShell reads it literally; its typographic quotes end a string there as well. */
export function quoted(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
}

/** A list of texts, empty ones too. */
export function quotedList(texts: readonly string[]): string {
  return `@(${texts.map((text) => quoted(text)).join(', ')})`;
}
