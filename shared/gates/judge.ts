import type { Finding } from './check.ts';
import type { Reading } from './course.ts';
import type { ComparePlan, Probe, ProbePlan } from './gate.ts';

/** What the scripts of one check found, by host. */
export type Readings = Readonly<Record<string, Reading>>;

type Measured = Extract<Reading, { outcome: 'measured' }>;

interface Limits {
  readonly max?: number;
  readonly min?: number;
  readonly equals?: number;
  readonly unit?: string;
}

/** What a probe comes to: every host on which it ran must be within the threshold. */
export function judgedProbe({ probe }: ProbePlan, readings: Readings): Finding {
  const limits = limitsOf(probe);
  const threshold = inWords(limits);
  const measured = measuredOf(readings);
  const wrong = measured.filter(([, reading]) => !isWithin(reading.measured ?? Number.NaN, limits));
  const unmeasured = Object.entries(readings).filter(([, { outcome }]) => outcome !== 'measured');
  const value = worst(
    measured.map(([, reading]) => reading.measured ?? 0),
    limits,
  );
  const shown = {
    threshold,
    ...(value !== undefined && { measured: value }),
    ...(limits.unit !== undefined && { unit: limits.unit }),
  };
  if (wrong.length > 0) return { outcome: 'failed', evidence: tell(wrong), ...shown };
  // Where nobody signed in there is nothing to be slow; somewhere somebody must have.
  const open = 'signIn' in probe && measured.length > 0 ? unmeasured.filter(isErrored) : unmeasured;
  if (open.length > 0) return { outcome: outcomeOf(open), evidence: tell(open), ...shown };
  return { outcome: 'passed', evidence: tell(measured), ...shown };
}

/** A measure of the version that the channel had before. */
export interface Before {
  readonly number: string;
  readonly measured?: number;
  readonly items?: readonly string[];
}

/** What a comparison comes to; without a version before, what was measured is kept for the next. */
export function judgedComparison(plan: ComparePlan, readings: Readings, before: Before | undefined): Finding {
  const measured = measuredOf(readings);
  const open = Object.entries(readings).filter(([, { outcome }]) => outcome !== 'measured');
  if (measured.length === 0) return { outcome: outcomeOf(open), evidence: tell(open) };
  const [, first] = measured[0] ?? [];
  const value = median(measured.map(([, reading]) => reading.measured ?? 0));
  const shown = {
    measured: value,
    ...(first?.unit !== undefined && { unit: first.unit }),
    ...(plan.metric === 'packages' && { items: itemsOf(measured) }),
  };
  const now = `${plan.metric} ${value}, ${tell(measured)}`;
  if (!before) {
    return { outcome: 'skipped', evidence: `No version before to compare with: ${now}`, ...shown };
  }
  if (before.measured === undefined) {
    const evidence = `${plan.metric} of ${before.number} was never measured; now ${now}`;
    return { outcome: 'inconclusive', evidence, ...shown };
  }
  return plan.metric === 'packages'
    ? { ...packagesHeld(plan, { measured: value, items: itemsOf(measured) }, before), ...shown }
    : {
        ...heldAgainst(plan, value, before.measured, `${before.number}: ${before.measured}; now ${now}`),
        ...shown,
      };
}

function heldAgainst(
  { tolerancePercent }: ComparePlan,
  value: number,
  before: number,
  evidence: string,
): Finding {
  const most = Math.round(before * (100 + tolerancePercent)) / 100;
  const threshold = `at most ${most}: ${tolerancePercent} % more than before`;
  return { outcome: value <= most ? 'passed' : 'failed', evidence, threshold };
}

interface Packages {
  readonly measured: number;
  readonly items: readonly string[];
}

/** Names that are there no more. Of a list that was cut, only what lies before its end can be told. */
function packagesHeld({ allowed }: ComparePlan, now: Packages, before: Before): Finding {
  const threshold = 'none that was there is missing';
  const known = { measured: before.measured ?? 0, items: before.items ?? [] };
  const isCut = now.measured > now.items.length;
  const end = isCut ? (now.items.at(-1) ?? '') : undefined;
  const there = new Set(now.items.map(folded));
  const missing = known.items.filter(
    (name) =>
      !there.has(folded(name)) &&
      !allowed.some((pattern) => isLike(name, pattern)) &&
      (end === undefined || folded(name) <= folded(end)),
  );
  if (missing.length > 0) {
    const evidence = `not there any more since ${before.number}: ${cut(missing.join(', '))}`;
    return { outcome: 'failed', evidence, threshold };
  }
  if (isCut || known.measured > known.items.length) {
    const evidence = `${now.measured} packages, too many to be told whole; none of those compared is missing`;
    return { outcome: 'inconclusive', evidence, threshold };
  }
  return {
    outcome: 'passed',
    evidence: `${now.measured} packages, ${known.measured} in ${before.number}`,
    threshold,
  };
}

const folded = (name: string) => name.toLowerCase();

/** `*` stands for anything. */
export function isLike(name: string, pattern: string): boolean {
  const parts = folded(pattern).split('*');
  const text = folded(name);
  if (parts.length === 1) return text === parts[0];
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) return text.length >= at + part.length && text.endsWith(part);
    const found = index === 0 ? (text.startsWith(part) ? 0 : -1) : text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

function limitsOf(probe: Probe): Limits {
  if ('signIn' in probe) return { max: probe.signIn.maxSeconds, unit: 's' };
  if ('cpu' in probe) return { max: probe.cpu.maxPercent, unit: '%' };
  if ('memory' in probe) return { max: probe.memory.maxMb, unit: 'MB' };
  if ('script' in probe) return probe.script;
  return { max: 0 };
}

function isWithin(value: number, { max, min, equals }: Limits): boolean {
  return value <= (max ?? value) && value >= (min ?? value) && value === (equals ?? value);
}

function inWords({ max, min, equals, unit = '' }: Limits): string {
  const parts = [
    equals !== undefined && `exactly ${equals}`,
    min !== undefined && `at least ${min}`,
    max !== undefined && `at most ${max}`,
  ].filter((part) => part !== false);
  return `${parts.join(' and ')} ${unit}`.trim();
}

function worst(values: readonly number[], { min, max }: Limits): number | undefined {
  if (values.length === 0) return undefined;
  return min !== undefined && max === undefined ? Math.min(...values) : Math.max(...values);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function measuredOf(readings: Readings): [string, Measured][] {
  return Object.entries(readings).flatMap(([host, reading]) =>
    reading.outcome === 'measured' ? [[host, reading] as [string, Measured]] : [],
  );
}

function itemsOf(measured: readonly [string, Measured][]): readonly string[] {
  const [, first] = measured[0] ?? [];
  return first?.items ?? [];
}

const isErrored = ([, { outcome }]: [string, Reading]) => outcome === 'errored';

function outcomeOf(open: readonly [string, Reading][]): 'errored' | 'inconclusive' {
  return open.length > 0 && open.every(isErrored) ? 'errored' : 'inconclusive';
}

const mostTold = 3;

function tell(told: readonly [string, Reading][]): string {
  const words = told.slice(0, mostTold).map(([host, reading]) => {
    const value =
      reading.outcome === 'measured' ? `${reading.measured ?? ''} ${reading.unit ?? ''}`.trim() : '';
    return `${host}: ${[value, reading.evidence].filter(Boolean).join(', ')}`;
  });
  const more = told.length - words.length;
  return cut(words.join('; ') + (more > 0 ? ` (and ${more} more)` : ''));
}

const mostEvidence = 1000;
function cut(text: string): string {
  return text.length <= mostEvidence ? text : `${text.slice(0, mostEvidence - 2)} …`;
}
