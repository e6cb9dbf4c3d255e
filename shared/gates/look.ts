import type { AppError } from '../errors.ts';
import { secondsBetween } from '../instant.ts';
import type { Check } from './check.ts';
import { type Course, isFound, landsWithinSeconds, mayBeThere, type Reading } from './course.ts';
import { askedOf, type Found, healthFinding, identityOf, noHosts } from './health.ts';
import { judgedComparison, judgedProbe } from './judge.ts';
import { scriptName } from './names.ts';
import type { Notes } from './notes.ts';
import { type Past, pastOf, type ValidationStore } from './past.ts';
import { placed } from './placing.ts';
import type { Ports } from './ports.ts';
import { readingOf } from './reading.ts';
import { scriptOf } from './scripts/script-of.ts';
import type { Validation } from './validation.ts';
import { isOver } from './check.ts';

export interface Looking {
  readonly id: string;
  readonly validation: Validation;
  readonly notes: Notes;
}

interface Parts {
  readonly ports: Pick<Ports, 'poolsOf' | 'examine' | 'probes' | 'imageSizeGb'>;
  readonly store: ValidationStore;
}

/** Azure is asked of one machine a dozen times a minute at most, by all who ask. */
const mostAskedOfHost = 6;
const mostAsked = 60;
const askAgainSeconds = 25;
/** Azure ends a script in its own time; one that it does not end is given up. */
const graceSeconds = 10 * 60;

/** Whether the check runs a script on hosts. */
export function asksHosts({ plan }: Check): boolean {
  return scriptOf(plan) !== undefined;
}

/** Everything that can be read just now, and what the checks come to by it. */
export function reading({ ports, store }: Parts) {
  return async (looking: Looking): Promise<Readonly<Record<string, string>>> => {
    const { validation, notes } = looking;
    const { subject } = validation;
    let past: Promise<Past | undefined> | undefined;
    const before = async () => await (past ??= pastOf(store, subject));

    const found = await hostsFound(ports, looking);
    if (found) await askHosts(looking, found, before);
    await askScripts(ports, looking);
    for (const check of notes.open) {
      const { plan, courses } = check;
      if (plan.kind === 'compare' && plan.metric === 'imageSizeGb') await compareSize(ports, looking, check);
      else if (courses) await judge(notes, check, before);
    }
    const seen = hostsOf(found ?? []).map((host) => [host.host, identityOf(host)] as const);
    return Object.fromEntries(seen.filter(([host, is]) => validation.machines[host] !== is));
  };
}

const hostsOf = (found: readonly Found[]) => found.flatMap(({ hosts }) => hosts);

/** What the hosts answer, and on which of them scripts are to run. */
async function askHosts(
  looking: Looking,
  found: readonly Found[],
  before: () => Promise<Past | undefined>,
): Promise<void> {
  const { notes } = looking;
  for (const check of notes.open) {
    const { plan } = check;
    if (plan.kind === 'health') {
      const known = plan.which === 'MachineIdentity' ? (await before())?.machines : undefined;
      notes.tell(check, { type: 'found', ...healthFinding(plan, found, known) });
    } else if (asksHosts(check) && !check.courses) place(looking, check, found);
  }
}

async function hostsFound(
  ports: Parts['ports'],
  { validation, notes }: Looking,
): Promise<Found[] | undefined> {
  const asking = notes.open.filter(
    (check) => check.plan.kind === 'health' || (asksHosts(check) && !check.courses),
  );
  if (asking.length === 0) return undefined;
  const { set, channel, imageVersionId } = validation.subject;
  const plans = validation.checks.map(({ plan }) => plan);
  const refused = ({ message }: AppError) => {
    for (const check of asking) notes.tell(check, { type: 'found', outcome: 'errored', evidence: message });
  };
  return await notes.attempt(async () => {
    const found: Found[] = [];
    for (const pool of await ports.poolsOf(set, channel)) {
      found.push({ pool, hosts: await ports.examine(askedOf(plans, pool, imageVersionId)) });
    }
    return found;
  }, refused);
}

function place({ notes }: Looking, check: Check, found: readonly Found[]): void {
  const { plan } = check;
  if (plan.kind !== 'probe' && plan.kind !== 'compare') return;
  if (hostsOf(found).length === 0) return notes.tell(check, { type: 'found', ...noHosts });
  const courses = placed(plan, found, notes.at);
  if (Object.keys(courses).length > 0) return notes.tell(check, { type: 'placed', courses });
  notes.tell(check, { type: 'found', outcome: 'open', evidence: 'no host of the channel is running' });
}

/** Asks after the scripts that may be at work, those that were asked longest ago first. */
async function askScripts({ probes }: Pick<Ports, 'probes'>, { id, notes }: Looking): Promise<void> {
  const asked = new Map<string, number>();
  let left = mostAsked;
  for (const { check, host, course } of coursesToAsk(notes)) {
    const count = asked.get(host) ?? 0;
    if (left === 0 || count >= mostAskedOfHost) continue;
    left -= 1;
    asked.set(host, count + 1);
    const name = scriptName(id, check.plan.name);
    const refused = ({ message }: AppError) =>
      notes.tell(check, {
        type: 'course',
        host,
        event: { type: 'ended', at: notes.at, reading: errored(message) },
      });
    await notes.attempt(async () => {
      const run = await probes.find(course.machine, name);
      const reading = run ? (readingOf(check.plan, run) ?? overdue(check, course, notes.at)) : undefined;
      const at = notes.at;
      if (!run) notes.tell(check, { type: 'course', host, event: { type: 'absent', at } });
      else if (reading) notes.tell(check, { type: 'course', host, event: { type: 'ended', at, reading } });
      else notes.tell(check, { type: 'course', host, event: { type: 'seen', at } });
    }, refused);
  }
}

function coursesToAsk(notes: Notes) {
  const isDue = ({ state, askedAt }: Course) =>
    (state === 'meant' || state === 'running') &&
    (askedAt === undefined || secondsBetween(askedAt, notes.at) >= askAgainSeconds);
  return notes.open
    .flatMap((check) =>
      Object.entries(check.courses ?? {}).map(([host, course]) => ({ check, host, course })),
    )
    .filter(({ course }) => isDue(course))
    .toSorted((one, other) => ((one.course.askedAt ?? '') < (other.course.askedAt ?? '') ? -1 : 1));
}

function overdue({ plan }: Check, { state, since }: Course, at: string): Reading | undefined {
  if (state !== 'running') return undefined;
  return secondsBetween(since, at) > timeoutSeconds(plan) + graceSeconds
    ? errored('the script did not end in its time')
    : undefined;
}

/** How long a script may take: what it waits for by itself, and what its check allows besides. */
export function timeoutSeconds(plan: Check['plan']): number {
  const minutes = 'timeoutMinutes' in plan ? plan.timeoutMinutes : 0;
  return Math.ceil((minutes + (scriptOf(plan)?.minutes ?? 0)) * 60);
}

const errored = (evidence: string): Reading => ({ outcome: 'errored', evidence });

async function judge(notes: Notes, check: Check, before: () => Promise<Past | undefined>): Promise<void> {
  const { plan, courses = {} } = check;
  const all = Object.entries(courses);
  if (!all.every(([, course]) => isFound(course))) return;
  const lost = errored('the script left no answer');
  const readings = Object.fromEntries(all.map(([host, course]) => [host, course.reading ?? lost]));
  if (plan.kind === 'probe') return notes.tell(check, { type: 'found', ...judgedProbe(plan, readings) });
  if (plan.kind !== 'compare') return;
  const known = (await before())?.measure(plan.metric);
  notes.tell(check, { type: 'found', ...judgedComparison(plan, readings, known) });
}

async function compareSize(
  { imageSizeGb }: Parts['ports'],
  { validation, notes }: Looking,
  check: Check,
): Promise<void> {
  const { plan } = check;
  if (plan.kind !== 'compare') return;
  const { set, number, previous } = validation.subject;
  const refused = ({ message }: AppError) =>
    notes.tell(check, { type: 'found', outcome: 'errored', evidence: message });
  await notes.attempt(async () => {
    const size = await imageSizeGb(set, number);
    const sizeBefore = previous && (await imageSizeGb(set, previous.number));
    const before = previous && {
      number: previous.number,
      ...(sizeBefore !== undefined && { measured: sizeBefore }),
    };
    const reading: Reading =
      size === undefined
        ? { outcome: 'inconclusive', evidence: 'the gallery does not say' }
        : { outcome: 'measured', measured: size, unit: 'GB', evidence: 'as the gallery says' };
    notes.tell(check, { type: 'found', ...judgedComparison(plan, { gallery: reading }, before) });
  }, refused);
}

/**
 * Takes away the scripts of checks that were over before this look: what they found is kept by then. What was
 * never seen may still land, and is waited for.
 */
export async function clear(
  { probes }: Pick<Ports, 'probes'>,
  { id, validation, notes }: Looking,
): Promise<void> {
  let left = mostAsked;
  for (const check of validation.checks.filter(isOver)) {
    for (const [host, course] of Object.entries(check.courses ?? {})) {
      if (!mayBeThere(course) || left === 0 || isToLand(course, notes)) continue;
      left -= 1;
      const name = scriptName(id, check.plan.name);
      await notes.attempt(
        async () => {
          if (await probes.find(course.machine, name)) await probes.remove(course.machine, name);
          else notes.tell(check, { type: 'course', host, event: { type: 'absent', at: notes.at } });
        },
        // Azure will not say any other thing the next time.
        () => notes.tell(check, { type: 'course', host, event: { type: 'left', at: notes.at } }),
      );
    }
  }
}

/** Asked for before it can have landed, it would only have to be asked for again. */
function isToLand({ hasLanded, meantAt }: Course, { at }: Notes): boolean {
  return !hasLanded && meantAt !== undefined && secondsBetween(meantAt, at) < landsWithinSeconds;
}
