import rhea from 'rhea';
import type {
  Connection,
  ConnectionOptions,
  Container,
  Delivery,
  EventContext,
  Receiver,
  Sender,
  Session,
  Typed,
} from 'rhea';

/**
 * The AMQP library, with the private parts a broker needs named once. rhea is made for clients: as a server it
 * decodes and forgets the bytes of a message, waits for a settlement that Service Bus clients never send, and
 * says nothing when asked to drain a link that has no credit left.
 */

interface Reader {
  position: number;
  readonly read: () => Typed;
  readonly remaining: () => number;
}

interface Writer {
  readonly write: (value: Typed) => void;
  readonly toBuffer: () => Buffer;
}

type Types = Container['types'] & {
  readonly Reader: new (bytes: Buffer) => Reader;
  readonly Writer: new () => Writer;
};

/** AMQP values and their codec. */
export const types = rhea.types as unknown as Types;

const messages = rhea.message as unknown as {
  readonly accepted: () => { described: () => Typed };
  readonly rejected: (fields: { error: AmqpError }) => { described: () => Typed };
  readonly decode: (bytes: Buffer) => DecodedMessage;
};

export interface AmqpError {
  readonly condition: string;
  readonly description: string;
}

export interface DecodedMessage {
  readonly message_id?: string | number | Buffer;
  readonly reply_to?: string;
  readonly application_properties?: Record<string, unknown>;
  readonly body?: unknown;
}

export const decodeMessage = (bytes: Buffer): DecodedMessage => messages.decode(bytes);
export const accepted = (): Typed => messages.accepted().described();
export const rejected = (error: AmqpError): Typed => messages.rejected({ error }).described();

interface LinkInside {
  readonly local: { readonly attach: Record<string, unknown> };
  issue_flow: boolean;
  credit: number;
  delivery_count: number;
  _get_drain: () => boolean;
}

/** The private side of a link: what we say when attaching, its credit and its count. */
export function inside(link: Sender | Receiver): LinkInside {
  return link as unknown as LinkInside;
}

/** Whether the session can take one more delivery to be settled later. */
export function hasRoom(session: Session): boolean {
  return (session as unknown as { outgoing: { available: () => number } }).outgoing.available() > 0;
}

/** Has the library write what it has queued, at the end of this turn. */
export function register(connection: Connection): void {
  (connection as unknown as { _register: () => void })._register();
}

/** An empty frame: means nothing, but carries the acknowledgement of what was read. */
export function writeEmptyFrame(connection: Connection): void {
  (connection as unknown as { _write_frame: () => void })._write_frame();
}

/** Tells the library that its socket is gone; it only notices by itself when the other side closed it. */
export function disconnected(connection: Connection): void {
  (connection as unknown as { _disconnected: () => void })._disconnected();
}

export function acceptSocket(connection: Connection, socket: unknown): void {
  (connection as unknown as { accept: (socket: unknown) => void }).accept(socket);
}

/** Any format but 0 makes the library hand a message over as the bytes that came. */
const asBytes = 1;

/** Keeps the library from decoding the messages of a session: types it does not tell apart would be lost. */
export function deliverBytes(session: Session): void {
  interface Transfer {
    readonly performative: { message_format: number | null };
  }
  const inner = session as unknown as { on_transfer: (frame: Transfer) => void };
  const onTransfer = inner.on_transfer.bind(session);
  inner.on_transfer = (frame) => {
    frame.performative.message_format ||= asBytes;
    onTransfer(frame);
  };
}

/** Settles a delivery for good. The client never answers, and until it did the library would keep the delivery. */
export function settleForGood(delivery: Delivery, outcome: Typed): void {
  delivery.update(true, outcome);
  (delivery as { remote_settled: boolean }).remote_settled = true;
}

export type {
  Connection,
  ConnectionOptions,
  Container,
  Delivery,
  EventContext,
  Receiver,
  Sender,
  Session,
  Typed,
};
export const createContainer = (options: object): Container => rhea.create_container(options);
