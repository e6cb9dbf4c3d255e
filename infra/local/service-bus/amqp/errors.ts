import type { AmqpError } from './rhea.ts';

const error = (condition: string, description: string): AmqpError => ({ condition, description });

/** Refusals, by the conditions that Service Bus documents under "AMQP error codes" and the client understands. */
export const errors = {
  lockLost: error(
    'com.microsoft:message-lock-lost',
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  ),
  // The client tells this one by its words.
  notFound: (address: string) =>
    error('amqp:not-found', `The messaging entity '${address}' could not be found.`),
  noSecondDeath: error('amqp:not-allowed', 'A message of a dead-letter queue cannot be dead-lettered.'),
  notAllowed: (why: string) => error('amqp:not-allowed', why),
  unauthorized: (address: string) =>
    error(
      'amqp:unauthorized-access',
      `Unauthorized access. No valid token for '${address}' was put to $cbs.`,
    ),
  tooLarge: (size: number, limit: number) =>
    error(
      'amqp:link:message-size-exceeded',
      `The received message (size: ${size} bytes) exceeds the limit (${limit} bytes) currently allowed on the link.`,
    ),
  unreadable: error('amqp:decode-error', 'The message is not a well-formed AMQP 1.0 message.'),
};
