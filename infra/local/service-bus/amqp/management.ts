import { randomUUID } from 'node:crypto';
import type { Delivery, Queue } from '../queue/queue.ts';
import type { Settlement } from '../queue/message.ts';
import { errors } from './errors.ts';
import { largestMessage } from './incoming.ts';
import { amendment } from './outgoing.ts';
import { tokenToUuid, uuidToToken } from './lock-token.ts';
import type { Answer } from './requests.ts';
import { types } from './rhea.ts';
import type { AmqpError, DecodedMessage } from './rhea.ts';
import { encodeMessage, readArrival } from './sections.ts';

// The type codes of array elements.
const timestamp = 0x83;
const long = 0x81;

type Body = Record<string, unknown>;

/** A peek may answer with fewer messages than it was asked for; here it stops. */
const mostPeeked = 250;

/** Answers one request to a queue's $management node. */
export function manage(queue: Queue, { application_properties: properties, body }: DecodedMessage): Answer {
  const operation = operations[String(properties?.['operation']).replace(/^com\.microsoft:/, '')];
  if (operation === undefined) return failure(501, 'amqp:not-implemented', 'The operation is not supported.');
  try {
    return operation(queue, (body ?? {}) as Body);
  } catch (error) {
    // The request is at fault: a field is missing, or is not what it should be.
    return failure(400, 'com.microsoft:argument-error', String(error));
  }
}

const operations: Record<string, (queue: Queue, body: Body) => Answer> = {
  'renew-lock': (queue, body) => {
    const tokens = lockTokens(body);
    if (!tokens.every((token) => queue.isLocked(token))) return lockLost;
    const expirations = tokens.map((token) => queue.renew(token));
    return success({ expirations: types.wrap_array(expirations, timestamp, undefined) });
  },

  'update-disposition': (queue, body) => {
    const settlement = settlementFrom(body);
    if (settlement === undefined)
      return failure(400, 'amqp:invalid-field', 'The disposition status is not known.');
    if (settlement.type === 'dead-letter' && queue.isDeadLetterQueue) {
      return refusal(errors.noSecondDeath);
    }
    const tokens = lockTokens(body);
    if (!tokens.every((token) => queue.isLocked(token))) return lockLost;
    for (const token of tokens) queue.settle(token, settlement);
    return success();
  },

  'schedule-message': (queue, body) => {
    const messages = (body['messages'] as { message: Buffer }[]).map(({ message }) => message);
    if (queue.isDeadLetterQueue) return refusal(errors.notAllowed('Nothing is sent to a dead-letter queue.'));
    const size = messages.reduce((sum, { length }) => sum + length, 0);
    if (size > largestMessage) return refusal(errors.tooLarge(size, largestMessage));
    const numbers = queue.send(messages.map((message) => readArrival(message, randomUUID)));
    return success({ 'sequence-numbers': types.wrap_array(numbers, long, undefined) });
  },

  'cancel-scheduled-message': (queue, body) =>
    queue.cancel(sequenceNumbers(body)) ? success() : messageNotFound,

  'peek-message': (queue, body) => {
    const from = toNumber(body['from-sequence-number']);
    const messages = queue.peek(from, Math.min(toNumber(body['message-count']), mostPeeked));
    if (messages.length === 0) return { properties: status(204, 'No messages.') };
    const list = messages.map((message) => ({ message: encodeMessage(message, message.deliveryCount) }));
    return success({ messages: types.wrap(list) });
  },

  'receive-by-sequence-number': (queue, body) => {
    const mode = toNumber(body['receiver-settle-mode']) === 0 ? 'receive-and-delete' : 'peek-lock';
    const deliveries = queue.receiveDeferred(sequenceNumbers(body), mode);
    if (deliveries === undefined) return messageNotFound;
    return success({ messages: types.wrap(deliveries.map(deliveredEntry)) });
  },
};

function deliveredEntry({ message, lock }: Delivery) {
  const bytes = encodeMessage(message, message.deliveryCount - 1, lock?.until);
  return { message: bytes, ...(lock && { 'lock-token': types.wrap_uuid(tokenToUuid(lock.token)) }) };
}

function settlementFrom(body: Body): Settlement | undefined {
  const amend = amendment((body['properties-to-modify'] ?? {}) as Body);
  switch (body['disposition-status']) {
    case 'completed':
      return { type: 'complete' };
    case 'abandoned':
      return { type: 'abandon', amend };
    case 'defered': // Azure's spelling
      return { type: 'defer', amend };
    case 'suspended': {
      const [reason, description] = [body['deadletter-reason'], body['deadletter-description']];
      return { type: 'dead-letter', amend, reason: textOf(reason), description: textOf(description) };
    }
    default:
      return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function lockTokens(body: Body): string[] {
  return (body['lock-tokens'] as Buffer[]).map(uuidToToken);
}

function sequenceNumbers(body: Body): number[] {
  return (body['sequence-numbers'] as unknown[]).map(toNumber);
}

/** rhea gives a long as a number, or as 8 bytes where a number would not do. */
function toNumber(value: unknown): number {
  return Buffer.isBuffer(value) ? Number(value.readBigInt64BE()) : Number(value ?? 0);
}

function success(body: Body = {}): Answer {
  return { properties: status(200, 'OK'), body: types.wrap_map(body) };
}

function refusal({ condition, description }: AmqpError): Answer {
  return failure(400, condition, description);
}

function failure(code: number, condition: string, description: string): Answer {
  return { properties: { ...status(code, description), errorCondition: types.wrap_symbol(condition) } };
}

const lockLost = failure(410, errors.lockLost.condition, errors.lockLost.description);
const messageNotFound = failure(
  404,
  'com.microsoft:message-not-found',
  'The specified message is not found.',
);

function status(code: number, description: string): Record<string, unknown> {
  // Camel case, unlike $cbs: for a peek the client looks at no other spelling.
  return { statusCode: types.wrap_int(code), statusDescription: description };
}
