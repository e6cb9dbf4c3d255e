import { secondsBetween } from '../instant.ts';
import { ancestorsOf } from './ancestry.ts';
import type { Version } from './image.ts';
import type { Finding } from './inspection.ts';
import type { RecipeStep } from './recipe.ts';
import { nameOfSource } from './source.ts';
import { versionId } from './stage.ts';
import { compareNumbers } from './version-number.ts';

/** One thing that is not as it was; absent where it was not, or is not any more. */
interface Change {
  readonly what: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** The newest version of the set before this one that was ever finished: what it is compared with unless asked. */
export function baseOf(version: Version, ofSet: readonly Version[]): Version | undefined {
  return ofSet
    .filter((one) => wasFinished(one) && compareNumbers(one.number, version.number) < 0)
    .toSorted((a, b) => compareNumbers(b.number, a.number))[0];
}

const unfinished: ReadonlySet<Version['phase']> = new Set([
  'running',
  'held',
  'withdrawing',
  'failed',
  'canceled',
]);
const wasFinished = ({ phase }: Version) => !unfinished.has(phase);

/** What changed from one version to another, in lists of what was and what is. */
export function diffOf(base: Version, version: Version, all: readonly Version[]) {
  const lists = {
    source: sourceChanges(base, version),
    recipe: recipeChanges(base, version),
    plan: planChanges(base, version),
    regions: regionChanges(base, version),
    findings: findingChanges(base, version),
    measured: measuredChanges(base, version),
    notes: changed('notes', notesOf(base), notesOf(version)),
  };
  return {
    id: versionId(version),
    version: version.number,
    base: base.number,
    isBuiltFromBase: ancestorsOf(version, all).some((one) => one.version?.id === versionId(base)),
    summary: summaryOf(lists),
    ...lists,
  };
}

function summaryOf(lists: Readonly<Record<string, readonly Change[]>>): string {
  const told = Object.entries(lists).flatMap(([name, { length }]) => {
    if (length === 0 || name === 'measured') return [];
    return name === 'source' || name === 'notes'
      ? [`another ${name === 'notes' ? 'note' : name}`]
      : [`${length} of ${name}`];
  });
  return told.length === 0 ? 'Nothing changed that is on record.' : `Changed: ${told.join(', ')}.`;
}

function changed(what: string, before: unknown, after: unknown): readonly Change[] {
  if (canonical(before) === canonical(after)) return [];
  return [{ what, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

/** The same for the same value, in whatever order its fields were written. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, field: unknown) =>
      typeof field === 'object' && field !== null && !Array.isArray(field)
        ? Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : field,
    ) ?? ''
  );
}

function sourceChanges(base: Version, version: Version): readonly Change[] {
  const [before, after] = [base.facts.source, version.facts.source];
  return [
    ...changed('exact', before && nameOfSource(before), after && nameOfSource(after)),
    ...changed('kind', before?.kind, after?.kind),
    ...changed('way', before?.way, after?.way),
    ...changed('data disks', before?.dataDisks, after?.dataDisks),
  ];
}

function recipeChanges(base: Version, version: Version): readonly Change[] {
  const [before, after] = [base.requested.recipe, version.requested.recipe];
  if (before.hash === after.hash) return [];
  const steps = (one: Version) => one.plan.recipe.map(({ name }) => name);
  const sameOnes = (one: Version, other: Version) => steps(one).filter((name) => steps(other).includes(name));
  return [
    ...changed('revision', before.revision, after.revision),
    ...changed('hash', before.hash, after.hash),
    ...byName(base.plan.recipe, version.plan.recipe),
    ...changed('order of the steps that both have', sameOnes(base, version), sameOnes(version, base)),
  ];
}

/** Steps by their names: gone, new, or other than they were. */
function byName(before: readonly RecipeStep[], after: readonly RecipeStep[]): readonly Change[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  const step = (steps: readonly RecipeStep[], wanted: string) => steps.find(({ name }) => name === wanted);
  return names.flatMap((name) => changed(`step ${name}`, step(before, name), step(after, name)));
}

const fields = [
  'definition',
  'source',
  'dataDisks',
  'bench',
  'inspection',
  'replicationMode',
  'endOfLifeDays',
  'channels',
] as const;

/** What was asked for, field by field; the recipe and the regions are told beside it. */
function planChanges(base: Version, version: Version): readonly Change[] {
  return fields.flatMap((field) => {
    const [before, after]: readonly unknown[] = [base.plan[field], version.plan[field]];
    if (!isRecord(before) || !isRecord(after)) return changed(field, before, after);
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => changed(`${field}.${name}`, before[name], after[name]));
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function regionChanges(base: Version, version: Version): readonly Change[] {
  const [before, after] = [base, version].map(
    ({ plan }) => new Map(plan.regions.map((one) => [one.name, one])),
  );
  const names = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])];
  return names.flatMap((name) => changed(name, before?.get(name), after?.get(name)));
}

/** Findings that did not pass: new, gone, or weighing otherwise. What passed in both says nothing. */
function findingChanges(base: Version, version: Version): readonly Change[] {
  const bad = (one: Version) =>
    new Map(
      (one.facts.findings ?? [])
        .filter(({ outcome }) => outcome !== 'passed')
        .map((found) => [found.rule, found]),
    );
  const [before, after] = [bad(base), bad(version)];
  const told = (finding: Finding | undefined) =>
    finding && { outcome: finding.outcome, weight: finding.weight, evidence: finding.evidence };
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((rule) =>
    changed(rule, told(before.get(rule)), told(after.get(rule))),
  );
}

/** How long things took, in seconds: never quite the same, so that nobody calls it a change. */
function measuredChanges(base: Version, version: Version): readonly Change[] {
  const [before, after] = [durations(base), durations(version)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) =>
    changed(name, before.get(name), after.get(name)),
  );
}

function durations({ requested, facts }: Version): ReadonlyMap<string, number> {
  const { steps = [], benchGoneAt } = facts;
  const built =
    benchGoneAt === undefined ? [] : [['build', secondsBetween(requested.at, benchGoneAt)] as const];
  return new Map([...built, ...steps.map(({ name, seconds }) => [`step ${name}`, seconds] as const)]);
}

function notesOf({ requested, noted }: Version): string | undefined {
  return (noted?.notes ?? requested.notes) || undefined;
}
