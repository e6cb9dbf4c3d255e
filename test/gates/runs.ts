import type { CheckEvent } from '../../shared/gates/check.ts';
import type { Gate } from '../../shared/gates/gate.ts';
import {
  type Subject,
  type Validation,
  type ValidationEvent,
  validationLife,
} from '../../shared/gates/validation.ts';
import { gateOf, health } from './gate-lab.ts';
import { courseAfter, courseEvents, later, noon } from './lives.ts';

const subject: Subject = {
  versionId: 'win11.1.1.0',
  set: 'win11',
  number: '1.1.0',
  imageVersionId: '/v',
  channel: 'test',
  attempt: 1,
  by: 'ana',
};
const gate = {
  ...gateOf([health('Status'), { name: 'custom', kind: 'probe', memory: { maxMb: 1 } }]),
} as unknown as Gate;
export const begun: ValidationEvent = { type: 'begun', subject, gate, gateRevision: 1, at: noon };

export const after = (...events: readonly ValidationEvent[]): Validation => {
  const all = [begun, ...events];
  const state = all.reduce<Validation | undefined>(
    (one, event) => validationLife.evolve(one, event),
    undefined,
  );
  if (!state) throw new Error('it never began');
  return state;
};

export const tell = (check: string, event: object) => ({
  check,
  event: { at: noon, ...event } as CheckEvent,
});
export const found = (check: string, outcome: string) =>
  tell(check, { type: 'found', outcome, evidence: outcome });
export const looked = (told: readonly ReturnType<typeof tell>[], more: object = {}): ValidationEvent => ({
  type: 'looked',
  look: 0,
  at: noon,
  told,
  intends: false,
  waitingFor: 'more',
  lookInSeconds: 60,
  ...more,
});
export const placed = tell('custom', {
  type: 'placed',
  courses: { 'host-0': courseAfter(courseEvents.meant) },
});
export const ended = tell('custom', { type: 'course', host: 'host-0', event: courseEvents.ended });

/** Everything that can happen to a run, as the answer to its first look. */
export const answers = {
  'begun again': begun,
  'nothing new': looked([]),
  intended: looked([placed], { intends: true }),
  'all passed': looked([found('status', 'passed'), found('custom', 'passed')]),
  'one failed': looked([found('status', 'failed')]),
  'all over, one failed': looked([found('status', 'failed'), found('custom', 'passed')]),
  'all over, one errored': looked([found('status', 'passed'), found('custom', 'errored')]),
  'carried out': { type: 'carried-out', look: 0, at: noon, told: [] },
  'ran out': { type: 'ran-out', look: 0, at: later(360) },
  'old look': looked([found('status', 'failed')], { look: -1 }),
  reported: { type: 'reported', check: 'custom', event: found('custom', 'failed').event, at: noon },
  linked: {
    type: 'linked',
    check: 'custom',
    event: tell('', { type: 'linked', hash: 'h', by: 'a' }).event,
    at: noon,
  },
  canceled: { type: 'canceled', by: 'ana', reason: 'enough', at: noon },
} satisfies Record<string, ValidationEvent>;

export const atLook = (event: ValidationEvent, { look }: Validation): ValidationEvent =>
  'look' in event ? { ...event, look: event.look + look } : event;
