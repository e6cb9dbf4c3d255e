const sha256 = 'a'.repeat(64);
const uri = 'https://contoso.blob.core.windows.net/apps/app.msi';
const install = { uri, sha256, kind: 'msi' };

/** What is wrong, the field that is named, what is said of it, and the steps. */
export type BadRecipe = [title: string, field: string, says: RegExp, ...steps: unknown[]];

/** Actions that cannot be carried out as they are written. */
export const badActions: readonly BadRecipe[] = [
  [
    'a kind of updates that is none',
    '0.windowsUpdates.categories.0',
    /One of security/,
    { name: 'u', windowsUpdates: { categories: ['drivers'] } },
  ],
  [
    'no kind of updates',
    '0.windowsUpdates.categories',
    /one kind/,
    { name: 'u', windowsUpdates: { categories: [] } },
  ],
  [
    'an exclusion that is no article',
    '0.windowsUpdates.exclude.0',
    /KB5031455/,
    { name: 'u', windowsUpdates: { exclude: ['5031455'] } },
  ],
  [
    'a hundred rounds',
    '0.windowsUpdates.maxRounds',
    /10 rounds/,
    { name: 'u', windowsUpdates: { maxRounds: 100 } },
  ],
  [
    'an installer of another kind',
    '0.install.kind',
    /One of msi/,
    { name: 'i', install: { ...install, kind: 'zip' } },
  ],
  [
    'an installer that would ask',
    '0.install.arguments',
    /silent/,
    { name: 'i', install: { ...install, kind: 'exe' } },
  ],
  [
    'a package with arguments',
    '0.install.arguments',
    /no arguments/,
    { name: 'i', install: { ...install, kind: 'msix', arguments: '/S' } },
  ],
  [
    'an installer that restarts',
    '0.install.arguments',
    /3010/,
    { name: 'i', install: { ...install, arguments: '/forcerestart' } },
  ],
  [
    'arguments on two lines',
    '0.install.arguments',
    /one line/,
    { name: 'i', install: { ...install, arguments: '/a\n/b' } },
  ],
  [
    'a branch instead of a commit',
    '0.optimise.commit',
    /40 lower-case/,
    { name: 'o', optimise: { commit: 'main', sha256 } },
  ],
  [
    'an optimisation that is none',
    '0.optimise.optimizations.0',
    /One of All/,
    { name: 'o', optimise: { commit: 'a'.repeat(40), sha256, optimizations: ['Everything'] } },
  ],
  [
    'a destination that is no whole path',
    '0.file.destination',
    /whole path/,
    { name: 'f', file: { uri, sha256, destination: 'app.config' } },
  ],
  [
    'a destination with a way up',
    '0.file.destination',
    /whole path/,
    { name: 'f', file: { uri, sha256, destination: 'C:\\a\\..\\b' } },
  ],
];
