import type { Instant } from '../instant.ts';
import { Engine } from '../workflow/engine.ts';
import type { Feed } from '../workflow/outbox.ts';
import type { Rows } from '../workflow/rows.ts';
import { WorkflowStore } from '../workflow/store.ts';
import { type Attempts, attemptsLife, type AttemptsEvent } from './attempts.ts';
import { type GateEvent, gateLife, type KeptGate } from './gate.ts';
import { gatePort } from './gates.ts';
import { performValidation, type ValidationEngine } from './perform.ts';
import type { Holding, Ports } from './ports.ts';
import { gateRequests } from './requests.ts';
import { type Validation, type ValidationEvent, validationLife } from './validation.ts';

interface Parts extends Ports {
  readonly channelsOf: (set: string) => Promise<readonly string[] | undefined>;
  readonly holding: (set: string, channel: string) => Promise<Holding | undefined>;
  /** Tables, by name: gates, attempts and validations. */
  readonly rows: (table: string) => Rows;
  readonly due: Rows;
  readonly wake: (id: string, at: Instant) => Promise<void>;
  readonly now: () => Instant;
  readonly onNews?: (id: string, event: ValidationEvent) => void;
  readonly onFailure?: (id: string, error: unknown) => string;
  readonly feed?: Feed<Validation, ValidationEvent>;
}

/** The gates of all channels and the runs of them, wired. */
export function gateRoom(parts: Parts) {
  const { rows, due, wake, now, onNews, onFailure, feed, channelsOf, holding, ...ports } = parts;
  const resting = { wake: async () => {}, now, perform: neverCalledFor };
  const gates = new Engine({
    workflow: gateLife,
    store: new WorkflowStore<KeptGate, GateEvent>('gate', rows('gates'), due),
    ...resting,
  });
  const attempts = new Engine({
    workflow: attemptsLife,
    store: new WorkflowStore<Attempts, AttemptsEvent>('attempts', rows('attempts'), due),
    ...resting,
  });
  const store = new WorkflowStore<Validation, ValidationEvent>('validation', rows('validations'), due, {
    order: 'by-time',
    names: (_, { subject }) => [subject.versionId],
  });
  const validations: ValidationEngine = new Engine({
    workflow: validationLife,
    store,
    perform: performValidation({ ports, store, now }),
    wake,
    now,
    ...(onNews && { onNews }),
    ...(onFailure && { onFailure }),
    ...(feed && { feed }),
  });
  const all = { validations, store, attempts, gates, channelsOf, now };
  return {
    port: gatePort(all),
    requests: gateRequests({ ...all, ports, holding }),
    advance: async (id: string) => await validations.advance(id),
    sweep: async () => await validations.sweep(),
  };
}

async function neverCalledFor(id: string): Promise<never> {
  throw new Error(`${id} calls for nothing`);
}
