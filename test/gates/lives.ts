import { afterCheck, type Check, type CheckEvent, newCheck } from '../../shared/gates/check.ts';
import { afterCourse, type Course, type CourseEvent } from '../../shared/gates/course.ts';
import type { CheckPlan } from '../../shared/gates/gate.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';

export const noon = '2026-01-05T12:00:00.000Z';
export const later = (minutes: number): Instant => minutesAfter(noon, minutes);

const machine = { subscriptionId: 's', resourceGroup: 'g', scaleSet: 'v', instanceId: '0' };
const wanted: Course = {
  machine,
  location: 'westeurope',
  state: 'wanted',
  since: noon,
  tries: 0,
  hasLanded: false,
};
const at = noon;

/** Everything that can happen to the script of a check on a host, by the name that the tests give it. */
export const courseEvents = {
  meant: { type: 'meant', at },
  started: { type: 'started', at },
  unheard: { type: 'unheard', at },
  'not tried': { type: 'not-tried', at },
  'turned away': { type: 'turned-away', why: 'busy', at },
  refused: { type: 'refused', why: 'no', at },
  seen: { type: 'seen', at },
  ended: { type: 'ended', reading: { outcome: 'measured', measured: 1, evidence: 'x' }, at },
  absent: { type: 'absent', at: later(1) },
  'absent later': { type: 'absent', at: later(11) },
  dropped: { type: 'dropped', at },
  left: { type: 'left', at },
} satisfies Record<string, CourseEvent>;

export const courseAfter = (...events: readonly CourseEvent[]): Course =>
  events.reduce((course, event) => afterCourse(course, event), wanted);

const { meant, started, ended, dropped } = courseEvents;

/** A script on a host in each of its states; what was dropped unseen may still land. */
export const courses = {
  wanted,
  meant: courseAfter(meant),
  running: courseAfter(meant, started),
  over: courseAfter(meant, started, ended),
  'over, unseen': courseAfter(meant, dropped),
  cleared: courseAfter(dropped),
};

export const external: CheckPlan = {
  kind: 'external',
  name: 'load-test',
  required: true,
  url: 'https://loads.contoso.com/run',
  report: true,
};

const found = (outcome: Extract<CheckEvent, { type: 'found' }>['outcome']): CheckEvent => ({
  type: 'found',
  outcome,
  evidence: outcome,
  at,
});

/** Everything that can happen to a check. */
export const checkEvents = {
  open: found('open'),
  passed: found('passed'),
  failed: found('failed'),
  inconclusive: found('inconclusive'),
  errored: found('errored'),
  skipped: found('skipped'),
  placed: { type: 'placed', courses: { 'host-0': wanted }, at },
  'script moved': { type: 'course', host: 'host-0', event: meant, at },
  linked: { type: 'linked', hash: 'h', by: 'ana', at },
  'call meant': { type: 'call-meant', at },
  'call accepted': { type: 'call-accepted', at },
  'call failed': { type: 'call-failed', why: 'no answer', isFinal: false, at },
  'call refused': { type: 'call-failed', why: '404', isFinal: true, at },
  'ran out': { type: 'ran-out', at },
  canceled: { type: 'canceled', reason: 'enough', at },
} satisfies Record<string, CheckEvent>;

export const checkAfter = (...events: readonly CheckEvent[]): Check =>
  events.reduce((check, event) => afterCheck(check, event), newCheck(external, noon));

/** A check in each of its states. */
export const checks = {
  pending: checkAfter(),
  running: checkAfter(checkEvents.open),
  passed: checkAfter(checkEvents.passed),
  failed: checkAfter(checkEvents.failed),
  inconclusive: checkAfter(checkEvents.inconclusive),
  errored: checkAfter(checkEvents.errored),
  skipped: checkAfter(checkEvents.skipped),
};

/** The cells of a table over states and events, and its two headings. */
export function cellsOf(table: string) {
  const [head = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const states = head.slice(1);
  return {
    states,
    events: rows.map(([event = '']) => event),
    cells: rows.flatMap(([event = '', ...cells]) =>
      cells.map((cell, index) => [states[index] ?? '', event, cell] as const),
    ),
  };
}
