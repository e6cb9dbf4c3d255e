import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { RpcTypedData } from './rpc.ts';

/** The parts of a received message that a function gets to know; the client's own type fits. */
export type QueueMessage = Partial<Omit<ServiceBusReceivedMessage, 'body' | 'state' | '_rawAmqpMessage'>> & {
  readonly body: unknown;
};

/** The body as the trigger hands it over: text, or bytes when the function asked for binary. */
export function messageData({ body }: QueueMessage, binary: boolean): RpcTypedData {
  if (!Buffer.isBuffer(body) && typeof body !== 'string') {
    throw new TypeError('The body of the message is an AMQP value or sequence that cannot become text.');
  }
  if (binary) return { bytes: Buffer.from(body) };
  // Parsed by the library if it is JSON, whatever the content type says: `123` arrives as a number.
  return { string: body.toString() };
}

/**
 * What the handler finds in context.triggerMetadata, under .NET's names (the library lower-cases the first
 * letter). As in Azure, properties of a JSON body come last and replace what has the same name.
 */
export function triggerMetadata(message: QueueMessage, binary: boolean): Record<string, RpcTypedData> {
  const metadata = fromMessage(message);
  if (binary) return metadata;
  const taken = new Map(Object.keys(metadata).map((name) => [name.toLowerCase(), name]));
  for (const [name, value] of Object.entries(topLevel(message.body))) {
    const data = fromBody(value);
    // .NET looks names up without regard to case, and keeps the spelling it has.
    if (data) metadata[taken.get(name.toLowerCase()) ?? name] = data;
  }
  return metadata;
}

function fromMessage(message: QueueMessage): Record<string, RpcTypedData> {
  const enqueued = message.enqueuedTimeUtc ?? new Date(0);
  const properties = Object.fromEntries(
    Object.entries(message.applicationProperties ?? {}).map(([name, value]) => [name, jsonable(value)]),
  );
  return {
    // The AMQP header, and with it the JavaScript client, counts from 0; .NET from 1.
    DeliveryCount: json((message.deliveryCount ?? 0) + 1),
    ...text('DeadLetterSource', message.deadLetterSource),
    ...text('LockToken', message.lockToken),
    ExpiresAtUtc: json(dotNetTime(message.expiresAtUtc)),
    ExpiresAt: json(`${dotNetTime(message.expiresAtUtc)}+00:00`),
    EnqueuedTimeUtc: json(dotNetTime(enqueued)),
    EnqueuedTime: json(`${dotNetTime(enqueued)}+00:00`),
    ...text('MessageId', message.messageId),
    ...text('ContentType', message.contentType),
    ...text('ReplyTo', message.replyTo),
    SequenceNumber: json(Number(message.sequenceNumber ?? 0)),
    ...text('To', message.to),
    ...text('Subject', message.subject),
    ...text('Label', message.subject),
    ...text('CorrelationId', message.correlationId),
    ApplicationProperties: json(properties),
    UserProperties: json(properties),
    ...text('SessionId', message.sessionId),
    ...text('ReplyToSessionId', message.replyToSessionId),
    ...text('PartitionKey', message.partitionKey),
    // What Azure makes of the client objects that only .NET functions can use.
    MessageReceiver: json({}),
    MessageActions: json({}),
    ReceiveActions: json({}),
    Client: json({}),
  };
}

function text(name: string, value: string | number | Buffer | undefined): Record<string, RpcTypedData> {
  if (value === undefined) return {};
  // As text, so that the library parses it: the message id "123" arrives as a number, in Azure too.
  return { [name]: { string: Buffer.isBuffer(value) ? value.toString() : String(value) } };
}

function json(value: unknown): RpcTypedData {
  return { json: JSON.stringify(value) };
}

function jsonable(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  return value;
}

/** A moment as .NET writes one without a zone: `2026-01-02T03:04:05.678`, no more digits than needed. */
function dotNetTime(moment: Date | undefined): string {
  if (!moment || Number.isNaN(moment.getTime())) return '9999-12-31T23:59:59.9999999';
  return moment.toISOString().replace(/(?:\.000|(\.\d*?)0*)Z$/, '$1');
}

function topLevel(body: unknown): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(String(body));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : {};
  } catch {
    return {};
  }
}

// Objects stay as they are, lists and nulls are left out, the rest becomes text as .NET's JSON library casts it.
function fromBody(value: unknown): RpcTypedData | undefined {
  if (value === null || Array.isArray(value)) return undefined;
  if (typeof value === 'object') return json(value);
  if (typeof value === 'boolean') return { string: value ? 'True' : 'False' };
  return { string: typeof value === 'string' ? castText(value) : JSON.stringify(value) };
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?<zone>Z|[+-]\d\d:\d\d)?$/;

// That library takes ISO times for dates while reading, and casts them in the invariant culture.
function castText(value: string): string {
  const found = isoTime.exec(value);
  const moment = found && new Date(found.groups?.['zone'] ? value : `${value}Z`);
  if (!moment || Number.isNaN(moment.getTime())) return value;
  const [, year, month, day, time] = /^(\d+)-(\d\d)-(\d\d)T([\d:]{8})/.exec(moment.toISOString()) ?? [];
  return `${month}/${day}/${year} ${time}`;
}
