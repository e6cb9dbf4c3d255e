import { type Instant, secondsBetween } from '../instant.ts';
import type { Engine, Outcome } from '../workflow/engine.ts';
import { carriedOut, intendedNow } from './carry-out.ts';
import { type Check, isOver } from './check.ts';
import { isFound, mayBeThere } from './course.ts';
import { asksHosts, clear, reading } from './look.ts';
import { Notes } from './notes.ts';
import type { ValidationStore } from './past.ts';
import type { Ports } from './ports.ts';
import { clearsUntil, type Validation, type ValidationCommand, type ValidationEvent } from './validation.ts';

export type ValidationEngine = Engine<Validation, ValidationEvent, ValidationCommand>;

interface Parts {
  readonly ports: Ports;
  readonly store: ValidationStore;
  readonly now: () => Instant;
}

type Looked = Extract<ValidationEvent, { type: 'looked' }>;

/** One look at a run: everything that can be read is read, and what may be begun is begun by who keeps it. */
export function performValidation({ ports, store, now }: Parts) {
  const read = reading({ ports, store });

  const look = async (id: string, validation: Validation): Promise<Outcome<ValidationEvent>> => {
    const { look, subject } = validation;
    if (look === 0) {
      // Its row is there by now: whoever deletes the version sees it, or is seen here.
      const refused = await ports.refusal(subject.set, subject.number);
      if (refused) {
        return { event: { type: 'canceled', by: 'goldsmith', reason: refused.message, at: now() } };
      }
    }
    const notes = new Notes(validation, now());
    const looking = { id, validation, notes };
    const machines = await read(looking);
    await clear(ports, looking);
    const intended = intendedNow(ports, id, notes);
    const news = newsOf(validation, notes);
    const event: Looked = {
      type: 'looked',
      look,
      at: notes.at,
      told: notes.told,
      machines,
      intends: intended.length > 0,
      waitingFor: waitOf(notes),
      lookInSeconds: Math.max(notes.waitSeconds, lookInSeconds(notes)),
      ...(news !== undefined && { news }),
    };
    if (intended.length === 0) return { event };
    return {
      event,
      proceed: async () => {
        const told = await carriedOut({ ports, now }, id, validation, intended, notes.at);
        return { type: 'carried-out', look: look + 1, at: now(), told };
      },
    };
  };

  const tidy = async (id: string, validation: Validation): Promise<Outcome<ValidationEvent>> => {
    const notes = new Notes(validation, now());
    await clear(ports, { id, validation, notes });
    const left = notes.at >= clearsUntil(validation) ? abandon(notes) : undefined;
    const event: Looked = {
      type: 'looked',
      look: validation.look,
      at: notes.at,
      told: notes.told,
      intends: false,
      waitingFor: 'its scripts to be gone from the hosts',
      lookInSeconds: Math.max(notes.waitSeconds, clearInSeconds(validation, notes.at)),
      ...(left !== undefined && { news: left }),
    };
    return { event };
  };

  return async (
    id: string,
    command: ValidationCommand,
    validation: Validation,
  ): Promise<Outcome<ValidationEvent>> => {
    switch (command.type) {
      case 'look':
        return await look(id, validation);
      case 'clear':
        return await tidy(id, validation);
      case 'end':
        return { event: { type: 'ran-out', look: validation.look, at: now() } };
    }
  };
}

/** What is not gone after half an hour is not about to be. */
function clearInSeconds({ end, since }: Validation, at: Instant): number {
  return secondsBetween(end?.at ?? since, at) < 30 * 60 ? 60 : 600;
}

/** What could not be taken away in a day is nobody's to wait for. */
function abandon(notes: Notes): string | undefined {
  const left: string[] = [];
  for (const check of notes.checks) {
    for (const [host, course] of Object.entries(check.courses ?? {})) {
      if (!mayBeThere(course)) continue;
      notes.tell(check, { type: 'course', host, event: { type: 'left', at: notes.at } });
      left.push(`${check.plan.name} on ${host}`);
    }
  }
  return left.length === 0 ? undefined : `left behind: ${left.slice(0, 10).join(', ')}`;
}

function lookInSeconds(notes: Notes): number {
  const { open } = notes;
  const isAtWork = ({ courses = {} }: Check) => Object.values(courses).some((course) => !isFound(course));
  if (open.some(isAtWork)) return 30;
  const isMeasured = (check: Check) => check.plan.kind !== 'external' || check.call?.state === 'wanted';
  const hasTraces = ({ courses = {} }: Check) => Object.values(courses).some(mayBeThere);
  if (open.some(isMeasured) || notes.checks.some(hasTraces)) return 60;
  return 3600; // reports come by themselves
}

const mostTold = 3;

function waitOf({ open }: Notes): string {
  const told = open.slice(0, mostTold).map((check) => {
    const { plan, evidence } = check;
    return `${plan.name}: ${evidence || (asksHosts(check) ? 'its script' : 'an answer')}`;
  });
  return told.join('; ') + (open.length > told.length ? ` (and ${open.length - told.length} more)` : '');
}

/** The checks that came to an end, or began on hosts, in words. */
function newsOf({ checks }: Validation, notes: Notes): string | undefined {
  const news = notes.checks.flatMap((check, index) => {
    const before = checks[index];
    if (!before || before.state === check.state) return [];
    return isOver(check) || check.courses ? [`${check.plan.name} ${check.state}`] : [];
  });
  return news.length > 0 ? news.join(', ') : undefined;
}
