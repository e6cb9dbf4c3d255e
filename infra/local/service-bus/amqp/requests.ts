import { decodeMessage, types } from './rhea.ts';
import type { DecodedMessage, EventContext, Receiver, Sender, Session, Typed } from './rhea.ts';

/** What a node that answers requests says back. */
export interface Answer {
  readonly properties: Record<string, unknown>;
  readonly body?: Typed;
}

/**
 * Serves a link on which requests come in; each answer goes out on the link the request names, when `whenSafe`
 * lets it.
 */
export function serveRequests(
  receiver: Receiver,
  answer: (request: DecodedMessage) => Answer,
  whenSafe: (send: () => void) => void,
): void {
  receiver.on('message', ({ message, delivery }: EventContext) => {
    delivery?.accept();
    const request = decodeMessage(message as unknown as Buffer);
    const { properties, body } = answer(request);
    whenSafe(() => {
      const reply = replyLink(receiver.session, request.reply_to);
      if (reply === undefined || !reply.is_open()) return;
      reply.send({
        correlation_id: request.message_id as string,
        application_properties: properties,
        body: body ?? types.wrap(null),
      });
    });
  });
}

/** Answers stay in the library's buffer until the client has settled them. */
export function serveAnswers(sender: Sender): void {
  sender.on('settled', ({ delivery }: EventContext) => {
    if (delivery !== undefined) (delivery as { settled: boolean }).settled = true;
  });
}

/** "reply-to" is the name of the client's receiving link or, for $management, its target address. */
function replyLink(session: Session, replyTo: string | undefined): Sender | undefined {
  const isMeant = (link: Sender) =>
    link.is_sender() && (link.name === replyTo || link.target?.address === replyTo);
  return session.find_link(isMeant) as Sender | undefined;
}
