import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  oneof,
  option,
  record,
} from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { expect, it } from 'vitest';
import { Journal } from '../../../infra/local/service-bus/journal.ts';
import { Queue } from '../../../infra/local/service-bus/queue/queue.ts';
import type { QueueRules } from '../../../infra/local/service-bus/queue/rules.ts';
import { deadLetterRules } from '../../../infra/local/service-bus/queue/rules.ts';
import { QueueModel } from './queue-model.ts';
import type { ModelOutcome } from './queue-model.ts';

const rules: Arbitrary<QueueRules> = record({
  lockDuration: constantFrom(5, 20),
  maxDeliveryCount: constantFrom(1, 2, 3),
  timeToLive: constantFrom(30, 100, Infinity),
  deadLetteringOnMessageExpiration: boolean(),
  duplicateDetectionWindow: option(constantFrom(10, 50), { nil: undefined }),
});

const arrival = record({
  id: constantFrom('a', 'b', 'c', 'd', 'e'),
  later: constantFrom(0, 0, 3, 15),
  timeToLive: constantFrom(10, 40, Infinity),
});

const place = constantFrom<'queue' | 'dead'>('queue', 'dead');
/** Which of the numbers or tokens handed out so far, counted from the last one. */
const which = integer({ min: 0, max: 5 });

type Step = { readonly [Kind in keyof Steps]: { readonly kind: Kind } & Steps[Kind] }[keyof Steps];
interface Steps {
  send: { arrivals: { id: string; later: number; timeToLive: number }[] };
  cancel: { which: number };
  receive: { place: 'queue' | 'dead'; locking: boolean };
  'receive-deferred': { which: number };
  settle: { which: number; outcome: ModelOutcome };
  renew: { which: number };
  wait: { ms: number };
  restart: object;
}

const kind = <Kind extends keyof Steps>(value: Kind) => constantFrom(value);
const step: Arbitrary<Step> = oneof(
  record({ kind: kind('send'), arrivals: array(arrival, { minLength: 1, maxLength: 3 }) }),
  record({ kind: kind('cancel'), which }),
  record({ kind: kind('receive'), place, locking: constantFrom(true, true, true, false) }),
  record({ kind: kind('receive-deferred'), which }),
  record({
    kind: kind('settle'),
    which,
    outcome: constantFrom<ModelOutcome>('complete', 'abandon', 'defer', 'dead-letter'),
  }),
  record({ kind: kind('renew'), which }),
  record({ kind: kind('wait'), ms: constantFrom(1, 4, 12, 60) }),
  record({ kind: kind('restart') }),
);

/** The queue and the model side by side; each step is done to both, and both must answer the same. */
function pair(settings: QueueRules) {
  const journal = new Journal();
  const model = new QueueModel(settings);
  const numbers: number[] = [];
  const tokens: string[] = [];
  let now = 1000;
  model.at(now);
  let { queue, dead } = open();

  function open() {
    const common = { now: () => now, newToken: () => `token-${tokens.length}` };
    const below = new Queue({ rules: deadLetterRules(settings), ...common, ...journal.open('q/dead') });
    return {
      dead: below,
      queue: new Queue({ rules: settings, ...common, ...journal.open('q'), deadLetters: below }),
    };
  }

  const lastButOne = <Item>(items: readonly Item[], back: number): Item | undefined => items.at(-1 - back);
  const handed = (sequenceNumber: number | undefined, token: string | undefined) => {
    if (sequenceNumber !== undefined && token !== undefined) tokens.push(token);
    return sequenceNumber;
  };
  const nextToken = () => `token-${tokens.length}`;

  const both: { [Kind in keyof Steps]: (step: Steps[Kind]) => unknown } = {
    send({ arrivals }) {
      const sent = queue.send(
        arrivals.map(({ id, later, timeToLive }) => ({
          messageId: id,
          timeToLive,
          scheduledFor: later === 0 ? undefined : now + later,
          content: Buffer.from(id),
        })),
      );
      expect(sent).toEqual(model.send(arrivals.map(({ later, ...rest }) => ({ ...rest, due: now + later }))));
      numbers.push(...sent);
    },
    cancel({ which: back }) {
      const number = lastButOne(numbers, back) ?? 0;
      expect(queue.cancel([number])).toBe(model.cancel(number));
    },
    receive({ place: from, locking }) {
      const token = locking ? nextToken() : undefined;
      const expected = model.receive(from, token);
      const delivery = (from === 'queue' ? queue : dead).receive(
        locking ? 'peek-lock' : 'receive-and-delete',
      );
      expect(handed(delivery?.message.sequenceNumber, delivery?.lock?.token)).toBe(expected);
      if (expected !== undefined) numbers.push(expected);
    },
    'receive-deferred'({ which: back }) {
      const number = lastButOne(numbers, back) ?? 0;
      const expected = model.receiveDeferred(number, nextToken());
      const delivery = queue.receiveDeferred([number], 'peek-lock')?.[0];
      expect(handed(delivery?.message.sequenceNumber, delivery?.lock?.token)).toBe(expected);
    },
    settle({ which: back, outcome }) {
      const token = lastButOne(tokens, back) ?? 'none';
      const from = dead.isLocked(token) ? dead : queue;
      if (from === dead && outcome === 'dead-letter') return;
      const settlement = outcome === 'dead-letter' ? { type: outcome, reason: 'by hand' } : { type: outcome };
      expect(from.settle(token, settlement)).toBe(model.settle(token, outcome));
    },
    renew({ which: back }) {
      const token = lastButOne(tokens, back) ?? 'none';
      expect((dead.isLocked(token) ? dead : queue).renew(token)).toBe(model.renew(token));
    },
    wait({ ms }) {
      // As the broker's timer does it: never later than the queue asked for.
      const end = now + ms;
      for (let due = nextDue(); due <= end; due = nextDue()) {
        now = Math.max(now, due);
        model.at(now);
        queue.tick();
        dead.tick();
      }
      now = end;
      model.at(now);
    },
    async restart() {
      await new Promise<void>((resolve) => journal.committed(resolve));
      model.restart();
      model.at(now);
      ({ queue, dead } = open());
    },
  };
  const nextDue = () => Math.min(queue.nextDue() ?? Infinity, dead.nextDue() ?? Infinity);

  return {
    async take({ kind: what, ...rest }: Step) {
      await (both[what] as (step: object) => unknown)(rest);
      model.at(now); // a message given back too late expires in the same moment
      expect(contents(queue, 'queue')).toEqual(inModel('queue'));
      expect(contents(dead, 'dead')).toEqual(inModel('dead'));
      expect(queue.counts().locked).toBe(model.messages.filter((m) => m.place === 'queue' && m.lock).length);
    },
    close: () => journal.close(),
  };

  function contents(of: Queue, where: string) {
    return of
      .peek(0, 1000)
      .map(({ sequenceNumber, messageId, state, deliveryCount, lock, deadLetter, content }) => {
        expect(content.toString()).toBe(messageId);
        return [where, sequenceNumber, messageId, state, deliveryCount, lock?.until, deadLetter?.reason];
      });
  }

  function inModel(where: string) {
    return model.messages
      .filter((message) => message.place === where)
      .toSorted((a, b) => a.number - b.number)
      .map(({ number, id, state, deliveries, lock, reason }) => [
        where,
        number,
        id,
        state,
        deliveries,
        lock?.until,
        reason,
      ]);
  }
}

it('a queue does what the plain model does, whatever happens in whatever order, restarts included', async () => {
  await assert(
    asyncProperty(rules, array(step, { maxLength: 60, size: 'max' }), async (settings, steps) => {
      const both = pair(settings);
      for (const one of steps) await both.take(one);
      both.close();
    }),
    { numRuns: 500 },
  );
});
