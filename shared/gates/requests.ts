import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { withoutSecrets } from '../log.ts';
import { mayPut, type Precondition } from '../precondition.ts';
import { type Asked, type AskedByTime, type Page, pageOf } from '../workflow/page.ts';
import type { Kept, Line } from '../workflow/store.ts';
import { isOver } from './check.ts';
import { type CheckPlan, gateLife, type KeptGate } from './gate.ts';
import { begin, gateOf, type GateParts, latestOf } from './gates.ts';
import { gateId } from './names.ts';
import type { Holding, Ports } from './ports.ts';
import type { AskLink, CancelValidation, PutGate, Report, Validate } from './request-bodies.ts';
import { hashOf, newToken, subjectOf } from './token.ts';
import type { Validation, ValidationEvent } from './validation.ts';
import type { Validated } from './view.ts';

interface Parts extends GateParts {
  readonly ports: Pick<Ports, 'reportUrl' | 'newSecret' | 'refusal'>;
  /** What the channel holds now. */
  readonly holding: (set: string, channel: string) => Promise<Holding | undefined>;
}

type GateThere = Pick<KeptGate, 'gate' | 'revision'> & Partial<KeptGate>;

interface RunFilter {
  readonly channel?: string | undefined;
  readonly status?: Validated['status'] | undefined;
}

const somebody = (by: string | undefined) => by ?? 'function key';

/** What people and other systems may ask of gates. A refusal is an `AppError`; the rest is the engine's work. */
export function gateRequests(parts: Parts) {
  const { gates, validations, store, ports, channelsOf, holding, now } = parts;

  const mustBeChannel = async (set: string, channel: string) => {
    const channels = await channelsOf(set);
    if (!channels) throw new AppError('NotFound', `There is no image set ${set}.`, { target: set });
    if (channels.includes(channel)) return;
    const message = `Image set ${set} has no channel ${channel}; it has ${channels.join(', ')}.`;
    throw new AppError('NotFound', message, { target: channel });
  };
  const mustBeVersion = async (set: string, number: string) => {
    const refused = await ports.refusal(set, number);
    if (refused?.code === 'NotFound') throw new AppError('NotFound', refused.message, { target: number });
  };
  const found = async (id: string): Promise<Validation> => {
    const validation = await validations.load(id);
    if (!validation) throw new AppError('NotFound', `There is no validation ${id}.`, { target: id });
    return validation;
  };

  return {
    gate: async (set: string, channel: string): Promise<GateThere> => {
      await mustBeChannel(set, channel);
      return await gateOf(parts, set, channel);
    },

    /** Runs that are under way go on under the gate that they began with. */
    async putGate(
      set: string,
      channel: string,
      { by, ...asked }: z.infer<typeof PutGate>,
      onlyIf?: Precondition,
    ): Promise<{ readonly kept: KeptGate; readonly created: boolean }> {
      await mustBeChannel(set, channel);
      const gate = { ...asked, checks: asked.checks as unknown as readonly CheckPlan[] };
      let created = false;
      const { state } = await gates.record(gateId(set, channel), (kept) => {
        const event = { type: 'defined', gate, by: somebody(by), at: now() } as const;
        const there = kept ?? { revision: 0, isUsual: true };
        mayPut(`The gate of ${channel}`, there, onlyIf, gateLife.evolve(kept, event) === kept);
        created = kept === undefined;
        return event;
      });
      return { kept: state, created };
    },

    /** The next attempt, for a version that the channel holds; the one under way, if there is one. */
    async validate(set: string, number: string, { channel, by }: z.infer<typeof Validate>, request: string) {
      await mustBeChannel(set, channel);
      await mustBeVersion(set, number);
      const held = await holding(set, channel);
      if (held?.number !== number) {
        const holds = held ? `it holds ${held.number}` : 'it holds none';
        const message = `Channel ${channel} does not hold version ${number}; ${holds}.`;
        throw new AppError('InvalidPhase', message, { target: 'channel' });
      }
      const refused = await ports.refusal(set, number);
      if (refused) throw new AppError(refused.code, refused.message, { target: number });
      const { versionId, imageVersionId } = held;
      const before = await latestOf(parts, versionId, channel);
      const previous = held.previous ?? before?.subject.previous;
      const asked = { versionId, set, number, imageVersionId, channel, by: somebody(by) };
      return await begin(parts, { ...asked, ...(previous && { previous }) }, `asked.${request}`);
    },

    validation: found,

    async history(id: string, asked: Asked = {}): Promise<Page<Line<ValidationEvent>>> {
      await found(id);
      return await store.lines(id, asked);
    },

    /** Every run for the version. */
    async ofVersion(
      set: string,
      number: string,
      asked: AskedByTime = {},
      { channel, status }: RunFilter = {},
    ): Promise<Page<Validation>> {
      await mustBeVersion(set, number);
      const where = ({ saved: { state } }: Kept<Validation>) =>
        (channel === undefined || state.subject.channel === channel) &&
        (status === undefined || (state.end?.verdict ?? 'running') === status);
      return pageOf(
        await store.page({ ...asked, list: `${set}.${number}`, where }),
        ({ saved }) => saved.state,
      );
    },

    async cancel(id: string, { by, reason }: z.infer<typeof CancelValidation>): Promise<Validation> {
      await found(id);
      const { state } = await validations.record(id, (current) => {
        if (current?.end && current.end.verdict !== 'canceled') {
          throw new AppError('InvalidPhase', `Validation ${id} is over: ${current.end.verdict}.`, {
            target: id,
          });
        }
        return { type: 'canceled', by: somebody(by), reason, at: now() };
      });
      return state;
    },

    /** A link for one report on the check. It is shown here and nowhere else. */
    async link(id: string, check: string, { by }: z.infer<typeof AskLink>) {
      await found(id);
      const token = newToken(id, check, ports.newSecret());
      const { state } = await validations.record(id, (current) => {
        mayBeReported(current, id, check, 'InvalidPhase');
        const event = { type: 'linked', hash: hashOf(token), by: somebody(by), at: now() } as const;
        return { type: 'linked', check, event, at: event.at };
      });
      return { reportTo: ports.reportUrl(token), until: state.deadline };
    },

    /** What the other system found. The first report counts, and there is no second. */
    async report(
      token: string,
      { outcome, evidence, measured, unit }: z.infer<typeof Report>,
    ): Promise<Validation> {
      const whose = subjectOf(token);
      const known = whose && (await validations.load(whose.validation));
      const hash = hashOf(token);
      const hasLink = (validation: Validation | undefined) =>
        validation?.checks.some(
          ({ plan, links = [] }) => plan.name === whose?.check && links.some((link) => link.hash === hash),
        );
      if (!whose || !hasLink(known))
        throw new AppError('NotFound', 'There is no such link.', { target: 'token' });
      const { state } = await validations.record(whose.validation, (current) => {
        mayBeReported(current, whose.validation, whose.check, 'LinkUsed');
        const at = now();
        if (current && at >= current.deadline) throw used('The time for this report is over.');
        const more = { ...(measured !== undefined && { measured }), ...(unit !== undefined && { unit }) };
        const event = { type: 'found', outcome, evidence: withoutSecrets(evidence), ...more, at } as const;
        return { type: 'reported', check: whose.check, event, at };
      });
      return state;
    },
  };
}

const used = (message: string) => new AppError('LinkUsed', message, { target: 'token' });

/** Whether the check still waits for a report. */
function mayBeReported(
  validation: Validation | undefined,
  id: string,
  name: string,
  otherwise: 'InvalidPhase' | 'LinkUsed',
): void {
  const check = validation?.checks.find(({ plan }) => plan.name === name);
  if (check?.plan.kind !== 'external' || !check.plan.report) {
    throw new AppError('NotFound', `Validation ${id} waits for no report on ${name}.`, { target: name });
  }
  if (validation?.end === undefined && !isOver(check)) return;
  const why = isOver(check) ? `Check ${name} is ${check.state} already.` : `Validation ${id} is over.`;
  throw otherwise === 'LinkUsed' ? used(why) : new AppError(otherwise, why, { target: name });
}
