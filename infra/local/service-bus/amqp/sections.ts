import type { Arrival, Message } from '../queue/message.ts';
import { types } from './rhea.ts';
import type { Typed } from './rhea.ts';

/**
 * The bytes of a message. A sender's message is taken apart only where the broker has a say (header, message
 * annotations, message id) and otherwise travels as it came: decoding and encoding again would turn a long into
 * an int and a uuid into bytes. AMQP 1.0, part 3.2, names the sections.
 */

const symbol = (key: string) => types.wrap_symbol(key);
const string = (key: string) => types.wrap_string(key);

const code = {
  header: 0x70,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
  data: 0x75,
};

interface Section {
  readonly code: number;
  readonly value: Typed;
  readonly bytes: Buffer;
}

/** The message format of a batch: one transfer whose data sections are messages. */
export const batchFormat = 0x80013700;

/** Takes in one message as a sender encoded it. */
export function readArrival(bytes: Buffer, newId: () => string): Arrival {
  const sections = split(bytes);
  const timeToLive = fieldOf(sections, code.header, 2);
  const scheduled = pairsOf(sections, code.messageAnnotations).find(
    ([key]) => key.value === 'x-opt-scheduled-enqueue-time',
  )?.[1].value;
  const { messageId, properties } = identified(sections, newId);
  const kept = sections.filter(({ code: is }) => is === code.messageAnnotations || is > code.properties);
  return {
    messageId,
    timeToLive: typeof timeToLive === 'number' ? timeToLive : Infinity,
    scheduledFor: scheduled === undefined || scheduled === null ? undefined : Number(scheduled),
    content: joined([...kept, properties]),
  };
}

/** The messages of a batch. Its own annotations and properties repeat the first message's and mean nothing. */
export function readBatch(bytes: Buffer): Buffer[] {
  return split(bytes)
    .filter(({ code: is }) => is === code.data)
    .map(({ value }) => value.value as Buffer);
}

/** A message as a receiver gets it: the broker's header and annotations, then what the sender wrote. */
export function encodeMessage(message: Message, deliveryCount: number, lockedUntil?: number): Buffer {
  const sections = split(message.content);
  const { deadLetter } = message;
  const annotated = withPairs(sections, code.messageAnnotations, symbol, annotations(message, lockedUntil));
  const rest =
    deadLetter === undefined
      ? annotated
      : withPairs(annotated, code.applicationProperties, string, {
          DeadLetterReason: deadLetter.reason,
          DeadLetterErrorDescription: deadLetter.description,
        });
  return joined([
    header(message.timeToLive, deliveryCount),
    ...rest.filter(({ code: is }) => is !== code.header),
  ]);
}

/** The same content with these application properties changed or added. */
export function withProperties(content: Buffer, properties: Record<string, unknown>): Buffer {
  return joined(withPairs(split(content), code.applicationProperties, string, properties));
}

function annotations(message: Message, lockedUntil: number | undefined): Record<string, Typed | undefined> {
  const { sequenceNumber, enqueuedAt, state } = message;
  return {
    'x-opt-sequence-number': types.wrap_long(sequenceNumber),
    'x-opt-enqueued-time': types.wrap_timestamp(enqueuedAt),
    'x-opt-message-state': types.wrap_int({ active: 0, deferred: 1, scheduled: 2 }[state]),
    'x-opt-locked-until': lockedUntil === undefined ? undefined : types.wrap_timestamp(lockedUntil),
  };
}

function header(timeToLive: number, deliveryCount: number): Section {
  const ttl = timeToLive < 2 ** 32 ? types.wrap_uint(timeToLive) : types.wrap(null);
  const fields = [
    types.wrap_boolean(true),
    types.wrap(null),
    ttl,
    types.wrap(null),
    types.wrap_uint(deliveryCount),
  ];
  return section(code.header, types.wrap_list(fields));
}

function split(bytes: Buffer): Section[] {
  const reader = new types.Reader(bytes);
  const sections: Section[] = [];
  while (reader.remaining() > 0) {
    const start = reader.position;
    const value = reader.read();
    if (value.descriptor === undefined || reader.position > bytes.length) throw new Error('not a message');
    sections.push({
      code: Number(value.descriptor.value),
      value,
      bytes: bytes.subarray(start, reader.position),
    });
  }
  return sections;
}

function joined(sections: readonly Section[]): Buffer {
  const inOrder = sections.toSorted((a, b) => a.code - b.code);
  return Buffer.concat(inOrder.map(({ bytes }) => bytes));
}

function section(is: number, value: Typed): Section {
  const writer = new types.Writer();
  const described = types.described(types.wrap_ulong(is), value) as Typed;
  writer.write(described);
  return { code: is, value: described, bytes: Buffer.from(writer.toBuffer()) };
}

/**
 * A message without an id gets one, once: the client renews locks by message id, and it must be the same one
 * after a restart.
 */
function identified(
  sections: readonly Section[],
  newId: () => string,
): { messageId: string; properties: Section } {
  const properties = sections.find(({ code: is }) => is === code.properties);
  const fields = [...((properties?.value.value ?? []) as Typed[])];
  const given: unknown = fields[0]?.value ?? undefined;
  if (properties !== undefined && given !== undefined) {
    return { messageId: textOf(given), properties };
  }
  const messageId = newId();
  fields[0] = types.wrap_string(messageId);
  return { messageId, properties: section(code.properties, types.wrap_list(fields)) };
}

/** Message ids may be strings, numbers or uuids; any of them must be comparable. */
function textOf(id: unknown): string {
  return Buffer.isBuffer(id) ? id.toString('hex') : `${id as string | number}`;
}

/** A map section (made if missing) in which some keys have new values. */
function withPairs(
  sections: readonly Section[],
  is: number,
  wrapKey: (key: string) => Typed,
  changes: Record<string, unknown>,
): Section[] {
  const changed = Object.entries(changes).filter(([, value]) => value !== undefined);
  const kept = pairsOf(sections, is).filter(([key]) => !changed.some(([name]) => name === key.value));
  const added = changed.map(([key, value]) => [wrapKey(key), types.wrap(value)]);
  const map = types.wrap_map({});
  map.value = [...kept, ...added].flat();
  return [...sections.filter((other) => other.code !== is), section(is, map)].toSorted(
    (a, b) => a.code - b.code,
  );
}

function pairsOf(sections: readonly Section[], is: number): [key: Typed, value: Typed][] {
  const elements = (sections.find((other) => other.code === is)?.value.value ?? []) as Typed[];
  return Array.from({ length: elements.length >> 1 }, (_, pair) => [
    elements[2 * pair] as Typed,
    elements[2 * pair + 1] as Typed,
  ]);
}

function fieldOf(sections: readonly Section[], is: number, index: number): unknown {
  const fields = sections.find((other) => other.code === is)?.value.value as Typed[] | undefined;
  return fields?.[index]?.value;
}
