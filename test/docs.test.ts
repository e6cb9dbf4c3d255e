import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectionRules } from '../shared/images/inspection-rules.ts';

const root = join(import.meta.dirname, '..');
const read = (page: string) => readFileSync(join(root, page), 'utf8');
const pages = ['README.md', 'ARCHITECTURE.md', ...globSync('docs/*.md', { cwd: root })];

describe('the pages', () => {
  it.each(pages)('%s links to nothing that is not there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it('name every rule of the inspection, what it is asked of and how much it weighs', () => {
    const rows = [
      ...read('docs/building.md').matchAll(/^\| `([\w-]+)` \| (\w+) \| (required|advisory) \|/gm),
    ];
    const told = rows.map(([, name, os, weight]) => ({ name, os, weight }));
    const rules = inspectionRules.map(({ name, os, weight }) => ({
      name,
      os: os.length === 2 ? 'both' : os[0],
      weight,
    }));
    const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) =>
      `${a.name}`.localeCompare(`${b.name}`);
    expect(told.toSorted(byName)).toEqual(rules.toSorted(byName));
  });

  it('link every example of a source', () => {
    const examples = globSync('examples/sources/*.json', { cwd: root });
    for (const page of ['README.md', 'docs/building.md']) {
      expect(examples.filter((example) => !read(page).includes(example))).toEqual([]);
    }
  });
});
