/** What Windows Installer means by its exit codes, as far as people can do something about them. */
const meanings: Readonly<Record<number, string>> = {
  1602: 'it was canceled',
  1603: 'a fatal error during the installation: its log says which',
  1618: 'another installation is under way: let the step be tried again',
  1619: 'the package could not be opened',
  1620: 'this is no package for Windows Installer: what was downloaded may be a web page',
  1625: 'a policy forbids it',
  1633: 'the package is for another processor',
  1638: 'another version of it is installed already',
  1639: 'its arguments are wrong',
};

/** ` (…)` where the code is known, and nothing where it is not. */
export function inWords(exitCode: number): string {
  const meaning = meanings[exitCode];
  return meaning === undefined ? '' : ` (${meaning})`;
}
