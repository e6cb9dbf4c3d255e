import { createHash } from 'node:crypto';
import type { Outside } from '../outside.ts';
import { type Apart, keptApart } from '../workflow/apart.ts';

/** Where the plans of image sets and versions are kept: a set, its versions and what was told of them share one. */
export function plansApart(rows: Outside['rows']): Apart {
  const hashOf = (json: string) => createHash('sha256').update(json).digest('hex');
  return keptApart({ rows: rows('plans'), field: 'plan', hashOf });
}
