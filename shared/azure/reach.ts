import type { ServiceBusReceiver } from '@azure/service-bus';
import type { Reach } from '../api/ready.ts';
import type { Azure } from './clients.ts';
import { asking } from './errors.ts';

/** Whether Azure answers: a look at a queue that takes nothing from it, and what the identity may see. */
export function reach({ serviceBus, read }: Pick<Azure, 'serviceBus' | 'read'>): Reach {
  let receiver: ServiceBusReceiver | undefined;
  return {
    async queues() {
      await asking('a look at queue advance-image', async () => {
        receiver ??= serviceBus.createReceiver('advance-image');
        await receiver.peekMessages(1);
      });
    },
    async arm() {
      // Of no subscription in particular: each image set and host pool names its own.
      await asking(
        'the list of subscriptions',
        async () => await read('none', '/subscriptions', '2022-12-01'),
      );
    },
  };
}
