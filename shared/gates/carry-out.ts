import { AppError } from '../errors.ts';
import { type Instant, secondsBetween } from '../instant.ts';
import { withoutSecrets } from '../log.ts';
import type { Check, CheckEvent, Finding } from './check.ts';
import type { Course, CourseEvent } from './course.ts';
import { timeoutSeconds } from './look.ts';
import { scriptName } from './names.ts';
import type { Notes } from './notes.ts';
import type { CallAnswer, Ports } from './ports.ts';
import { Report } from './request-bodies.ts';
import { scriptOf } from './scripts/script-of.ts';
import { hashOf, newToken } from './token.ts';
import type { Told, Validation } from './validation.ts';

/** What only the one who kept the intention may do. */
export type Intended =
  | { readonly what: 'start'; readonly check: Check; readonly host: string; readonly course: Course }
  | {
      readonly what: 'call';
      readonly check: Check;
      readonly url: string;
      readonly token: string | undefined;
    };

interface Parts {
  readonly ports: Pick<Ports, 'probes' | 'call' | 'reportUrl' | 'newSecret'>;
  readonly now: () => Instant;
}

const mostAtOnce = 20;
/** Whoever intended lets go of it after this; nobody else is at it before ten minutes. */
const mayProceedSeconds = 120;
const tryAgainSeconds = 60;

/** What is to be begun now: told as intended, so that it is kept before it is done. */
export function intendedNow(
  { newSecret }: Pick<Ports, 'newSecret'>,
  id: string,
  notes: Notes,
): readonly Intended[] {
  const intended: Intended[] = [];
  for (const check of notes.open) {
    for (const [host, course] of Object.entries(check.courses ?? {})) {
      if (intended.length >= mostAtOnce || !isToStart(course, notes.at)) continue;
      intended.push({ what: 'start', check, host, course });
      notes.tell(check, { type: 'course', host, event: { type: 'meant', at: notes.at } });
    }
    const call = callNow(newSecret, id, notes, check);
    if (call) intended.push(call);
  }
  return intended;
}

/** The call that an external check is to make now. */
function callNow(newSecret: () => string, id: string, notes: Notes, check: Check): Intended | undefined {
  const { plan, call } = check;
  if (plan.kind !== 'external') return undefined;
  if (plan.url === undefined) {
    const evidence = unasked(id, plan.name);
    if (check.state === 'pending') notes.tell(check, { type: 'found', outcome: 'open', evidence });
  } else if (call?.state === 'meant') {
    // Whoever was to tell it never said how that went.
    const why = 'it is not known whether the other system heard of it';
    notes.tell(check, { type: 'call-failed', why, isFinal: false });
  } else if (call?.state === 'wanted' && mayTry(call.tries, call.at, notes.at)) {
    const token = plan.report ? newToken(id, plan.name, newSecret()) : undefined;
    if (token !== undefined) notes.tell(check, { type: 'linked', hash: hashOf(token), by: 'goldsmith' });
    notes.tell(check, { type: 'call-meant' });
    return { what: 'call', check, url: plan.url, token };
  }
  return undefined;
}

const unasked = (id: string, check: string) =>
  `a report is waited for: whoever is to give it needs a link: POST /validations/${id}/checks/${check}/link`;

function isToStart({ state, tries, since }: Course, at: Instant): boolean {
  return state === 'wanted' && mayTry(tries, since, at);
}

const mayTry = (tries: number, since: Instant, at: Instant) =>
  tries === 0 || secondsBetween(since, at) >= tryAgainSeconds;

/** Does what was intended, and says of each what became of it. */
export async function carriedOut(
  parts: Parts,
  id: string,
  { subject, deadline }: Validation,
  intended: readonly Intended[],
  since: Instant,
): Promise<Told> {
  const told: Told[number][] = [];
  for (const one of intended) {
    const { name } = one.check.plan;
    const isLate = secondsBetween(since, parts.now()) > mayProceedSeconds;
    if (one.what === 'start') {
      const event = isLate ? ({ type: 'not-tried' } as const) : await started(parts.ports, id, one);
      const course = { ...event, at: parts.now() } as CourseEvent;
      told.push({ check: name, event: { type: 'course', host: one.host, event: course, at: course.at } });
    } else if (!isLate) {
      const { token, url } = one;
      const body = {
        validation: id,
        check: name,
        set: subject.set,
        version: subject.number,
        channel: subject.channel,
        ...(token !== undefined && { reportTo: parts.ports.reportUrl(token), until: deadline }),
      };
      const answer = await parts.ports.call(url, `${id}.${name}`, body);
      told.push({ check: name, event: heard(answer, token !== undefined, parts.now()) });
    }
  }
  return told;
}

type Untimed<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

async function started(
  { probes }: Parts['ports'],
  id: string,
  { check, course }: Extract<Intended, { what: 'start' }>,
): Promise<Untimed<CourseEvent>> {
  const { plan } = check;
  try {
    await probes.start(course.machine, {
      name: scriptName(id, plan.name),
      location: course.location,
      script: scriptOf(plan)?.text ?? '',
      timeoutSeconds: timeoutSeconds(plan),
    });
    return { type: 'started' };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'AzureUnavailable') return { type: 'unheard' };
    if (error.code === 'Throttled') return { type: 'not-tried' };
    return { type: error.retryable ? 'turned-away' : 'refused', why: error.message };
  }
}

/** What the other system answered: that it took the request, what it found, or nothing of use. */
function heard({ status, body, refused }: CallAnswer, isToReport: boolean, at: Instant): CheckEvent {
  if (refused !== undefined) {
    return { type: 'call-failed', why: `the other system was not called: ${refused}`, isFinal: true, at };
  }
  const isTaken = status >= 200 && status < 300;
  if (!isTaken) {
    // 4xx says that asking again would be in vain, unless it is about time.
    const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
    const why = status === 0 ? 'the other system did not answer' : `the other system answered ${status}`;
    return { type: 'call-failed', why, isFinal, at };
  }
  if (isToReport) return { type: 'call-accepted', at };
  return { type: 'found', ...said(body), at };
}

function said(body: string): Finding {
  try {
    const { outcome, evidence, measured, unit } = Report.parse(JSON.parse(body));
    return {
      outcome,
      evidence: withoutSecrets(evidence),
      ...(measured !== undefined && { measured }),
      ...(unit !== undefined && { unit }),
    };
  } catch {
    return {
      outcome: 'inconclusive',
      evidence: 'the other system took the request and did not say how it went',
    };
  }
}
