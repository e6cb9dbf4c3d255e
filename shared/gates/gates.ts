import type { Instant } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import type { Attempts, AttemptsEvent } from './attempts.ts';
import { defaultGate, type GateEvent, type KeptGate } from './gate.ts';
import { attemptsId, gateId, validationId } from './names.ts';
import type { ValidationStore } from './past.ts';
import type { ValidationEngine } from './perform.ts';
import type { Subject, Validation } from './validation.ts';
import { type Validated, validated } from './view.ts';

export interface GateParts {
  readonly validations: ValidationEngine;
  readonly store: ValidationStore;
  readonly attempts: Engine<Attempts, AttemptsEvent, never>;
  readonly gates: Engine<KeptGate, GateEvent, never>;
  /** The channels of the set in their order, if there is such a set. */
  readonly channelsOf: (set: string) => Promise<readonly string[] | undefined>;
  readonly now: () => Instant;
}

/** What is to be validated; `attempt` is the asker's own count. */
export type Asked = Omit<Subject, 'attempt'> & { readonly attempt: number };

/** Why something cannot be taken away from under others. */
export interface Use {
  readonly kind: 'validation';
  readonly name: string;
  readonly message: string;
}

/** What others may ask of gates. */
export function gatePort(parts: GateParts) {
  const { validations, store, attempts, now } = parts;
  return {
    /** Starts the attempt of this asker, or says how it stands. Asking again finds the first. */
    async ensureValidated(asked: Asked): Promise<Validated> {
      const found = await begin(parts, asked, `release.${asked.attempt}`);
      return validated(found);
    },

    /** The attempt that counts: of those that have begun the last. */
    async latest(versionId: string, channel: string): Promise<Validated | undefined> {
      const last = await latestOf({ attempts, validations }, versionId, channel);
      return last && validated(last);
    },

    /** One run, whichever it is. */
    async find(id: string): Promise<Validated | undefined> {
      const validation = await validations.load(id);
      return validation && validated(validation);
    },

    /** Does nothing if it is over, or never was. */
    async cancel(id: string, by: string, reason: string): Promise<void> {
      if (!(await validations.load(id))) return;
      await validations.record(id, () => ({ type: 'canceled', by, reason, at: now() }));
    },

    /** The runs of its gates that are under way. */
    async usesOf(versionId: string): Promise<readonly Use[]> {
      const all = await store.loadAll(`${versionId}.`);
      return all.flatMap(({ id, saved: { state } }): Use[] => {
        const { end, subject } = state;
        const message = `validation ${id} of it in channel ${subject.channel} is under way`;
        return end || subject.versionId !== versionId ? [] : [{ kind: 'validation', name: id, message }];
      });
    },
  };
}

/** The gate of the channel: as it was put, or else the default one. */
export async function gateOf(
  { gates, channelsOf }: Pick<GateParts, 'gates' | 'channelsOf'>,
  set: string,
  channel: string,
): Promise<Pick<KeptGate, 'gate' | 'revision'> & Partial<KeptGate>> {
  const kept = await gates.load(gateId(set, channel));
  if (kept) return kept;
  const isLast = (await channelsOf(set))?.at(-1) === channel;
  return { gate: defaultGate({ isLast }), revision: 0 };
}

/** The last attempt that has begun. A number that was given and never used was never an attempt. */
export async function latestOf(
  { attempts, validations }: Pick<GateParts, 'attempts' | 'validations'>,
  versionId: string,
  channel: string,
): Promise<Validation | undefined> {
  const { latest = 0 } = (await attempts.load(attemptsId(versionId, channel))) ?? {};
  for (let attempt = latest; attempt > 0; attempt -= 1) {
    const found = await validations.load(validationId({ versionId, channel, attempt }));
    if (found) return found;
  }
  return undefined;
}

/**
 * The run that this request was given a number for: begun if it was not. While one is under way others join
 * it, for it asks the same hosts the same.
 */
export async function begin(
  parts: GateParts,
  asked: Omit<Subject, 'attempt'>,
  request: string,
): Promise<Validation> {
  const { attempts, validations, now } = parts;
  const { versionId, channel, set } = asked;
  const under = await latestOf(parts, versionId, channel);
  const { state } = await attempts.record(attemptsId(versionId, channel), (known) => {
    const isUnder = under && !under.end && under.subject.attempt === known?.latest;
    return { type: 'asked', request, number: isUnder ? under.subject.attempt : (known?.latest ?? 0) + 1 };
  });
  const attempt = state.given[request] ?? state.latest;
  const id = validationId({ versionId, channel, attempt });
  const begun = await validations.load(id);
  if (begun) return begun;
  const { gate, revision } = await gateOf(parts, set, channel);
  const recorded = await validations.record(id, () => ({
    type: 'begun',
    subject: { ...asked, attempt },
    gate,
    gateRevision: revision,
    at: now(),
  }));
  return recorded.state;
}
