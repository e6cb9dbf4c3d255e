import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Entity } from '../entity.ts';
import type { Journal } from '../journal.ts';
import { Authorization } from './authorization.ts';
import type { SharedAccessKey } from './authorization.ts';
import { errors } from './errors.ts';
import { serveSender } from './incoming.ts';
import { manage } from './management.ts';
import { serveReceiver } from './outgoing.ts';
import { serveAnswers, serveRequests } from './requests.ts';
import type { Answer } from './requests.ts';
import { acceptSocket, createContainer, deliverBytes, disconnected, types, writeEmptyFrame } from './rhea.ts';
import type {
  Connection,
  ConnectionOptions,
  DecodedMessage,
  EventContext,
  Receiver,
  Sender,
} from './rhea.ts';

interface House {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly journal: Journal;
  readonly sharedAccess: SharedAccessKey;
}

const options = {
  max_frame_size: 65_536,
  channel_max: 5000,
  idle_time_out: 120_000,
  // A message that is never settled keeps its place in the buffer, and those settled after it keep theirs.
  session_buffer_size: { incoming: 4096, outgoing: 65_536 },
  sender_options: { autosettle: false, treat_modified_as_released: false },
  receiver_options: { autoaccept: false },
};

/** The AMQP side of the broker: one server, on which every connection is served by itself. */
export function createAmqpServer(house: House): { server: Server; disconnectAll: () => void } {
  const container = createContainer({ id: 'local-service-bus' });
  for (const trouble of ['protocol_error', 'connection_error', 'session_error', 'disconnected']) {
    // The client hears of it by losing its connection, which rhea sees to. Unheard, it would end the process.
    container.on(trouble, () => {});
  }
  container.on('error', ({ stack }: Error) => {
    process.stderr.write(`service bus: dropping a connection: ${stack}\n`);
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const connection = container.create_connection(options as object as ConnectionOptions);
    socket.on('close', () => {
      sockets.delete(socket);
      disconnected(connection);
    });
    acceptSocket(connection, socket);
    serveConnection(connection, house);
    acknowledgeAtOnce(connection, socket);
  });
  return {
    server,
    disconnectAll: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * The client leaves Nagle's algorithm on. When it writes twice and the broker has nothing to say to the first,
 * the second waits for an acknowledgement that the kernel delays by 40 ms. An empty frame carries it at once.
 */
function acknowledgeAtOnce(connection: Connection, socket: Socket): void {
  socket.on('data', () => {
    const before = socket.bytesWritten;
    setImmediate(() => {
      if (connection.is_open() && socket.writable && socket.bytesWritten === before)
        writeEmptyFrame(connection);
    });
  });
}

function serveConnection(connection: Connection, house: House): void {
  const authorization = new Authorization(house.sharedAccess);
  const stops = new Map<Sender, () => void>();
  const stop = (sender: Sender) => {
    stops.get(sender)?.();
    stops.delete(sender);
  };
  connection.on('session_open', ({ session }: EventContext) => {
    if (session !== undefined) deliverBytes(session);
  });
  connection.on('receiver_open', ({ receiver }: EventContext) => {
    if (receiver !== undefined) openReceiver(receiver, house, authorization);
  });
  connection.on('sender_open', ({ sender }: EventContext) => {
    if (sender !== undefined) openSender(sender, house, authorization, (how) => stops.set(sender, how));
  });
  connection.on('sender_close', ({ sender }: EventContext) => {
    if (sender !== undefined) stop(sender);
  });
  connection.on('session_close', ({ session }: EventContext) => {
    for (const sender of stops.keys()) if (sender.session === session) stop(sender);
  });
  connection.on('disconnected', () => {
    for (const sender of stops.keys()) stop(sender);
  });
}

/** The client sends: messages to a queue, or requests. */
function openReceiver(receiver: Receiver, house: House, authorization: Authorization): void {
  const address = receiver.target?.address ?? '';
  if (address === '$cbs') {
    accept(receiver);
    // Nothing to keep, so no waiting: a client whose token goes unanswered because the broker dies is stuck for 60 s.
    serveRequests(
      receiver,
      (request) => putToken(authorization, request),
      (send) => send(),
    );
    return;
  }
  const { entity, isManagement, refusal } = find(address, house, authorization);
  if (entity === undefined) return receiver.close(refusal);
  if (isManagement) {
    accept(receiver);
    serveRequests(
      receiver,
      (request) => manage(entity.queue, request),
      (send) => house.journal.committed(send),
    );
    return;
  }
  if (entity.queue.isDeadLetterQueue)
    return receiver.close(errors.notAllowed('Nothing is sent to a dead-letter queue.'));
  accept(receiver);
  serveSender(receiver, entity, house.journal);
}

/** The client receives: messages of a queue, or answers. */
function openSender(
  sender: Sender,
  house: House,
  authorization: Authorization,
  onStop: (how: () => void) => void,
): void {
  const address = sender.source?.address ?? '';
  if (address === '$cbs') {
    accept(sender);
    serveAnswers(sender);
    return;
  }
  const { entity, isManagement, refusal } = find(address, house, authorization);
  if (entity === undefined) return sender.close(refusal);
  const filter = (sender.source.filter ?? {}) as object;
  if ('com.microsoft:session-filter' in filter) {
    const why =
      'A sessionful message receiver cannot be created on an entity that does not require sessions.';
    return sender.close(errors.notAllowed(why));
  }
  accept(sender);
  if (isManagement) serveAnswers(sender);
  else onStop(serveReceiver(sender, entity, house.journal));
}

function find(address: string, { entities }: House, authorization: Authorization) {
  const path = address.toLowerCase();
  const isManagement = path.endsWith('/$management');
  const entity = entities.get(isManagement ? path.slice(0, -'/$management'.length) : path);
  if (!authorization.opens(path)) return { isManagement, refusal: errors.unauthorized(address) };
  return entity === undefined
    ? { isManagement, refusal: errors.notFound(address) }
    : { isManagement, entity };
}

/** Says source and target back, by which the client knows that the link stands. */
function accept(link: Sender | Receiver): void {
  link.set_source({ address: link.source?.address });
  link.set_target({ address: link.target?.address });
}

function putToken(
  authorization: Authorization,
  { application_properties: properties, body }: DecodedMessage,
): Answer {
  const isPut =
    properties?.['operation'] === 'put-token' && properties['type'] === 'servicebus.windows.net:sastoken';
  const trouble = isPut
    ? authorization.put(String(body), String(properties['name']))
    : 'Only SAS tokens are put here.';
  return {
    properties: {
      'status-code': types.wrap_int(trouble === undefined ? 202 : 401),
      'status-description': trouble ?? 'Accepted',
    },
  };
}
