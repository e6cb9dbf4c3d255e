/** A whole Windows path without what Windows forbids in names, and without ways up. */
export function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:(?:\\(?!\.{1,2}(?:\\|$))[^\\/:*?"<>|\p{Cc}]+)+$/u.test(path);
}

export function isLinuxPath(path: string): boolean {
  return /^(?:\/(?!\.{1,2}(?:\/|$))[^/\p{Cc}]+)+$/u.test(path);
}
