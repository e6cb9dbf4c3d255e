import { AppError } from '../errors.ts';
import type { Machines } from './machine.ts';
import type { SessionHosts } from './session-host.ts';

interface Ports {
  readonly machines: Machines;
  readonly sessionHosts: SessionHosts;
}

/**
 * The same ports for one look, which writes nothing that any look may write again once another has gone on: a look
 * that hung for minutes would close a host that is back with its users. Asked right before each write: a request that
 * is on its way by then is not held back, and only what is put back waits for such.
 */
export function unlessLate({ machines, sessionHosts }: Ports, isLatest: () => Promise<boolean>): Ports {
  const held =
    <Given extends unknown[]>(write: (...given: Given) => Promise<void>) =>
    async (...given: Given): Promise<void> => {
      if (!(await isLatest())) throw new AppError('Conflict', 'another look has gone on meanwhile');
      await write(...given);
    };
  const { setTag, start, deallocate } = machines;
  const { setAllowNewSession, assign, remove, sendMessage, logOff } = sessionHosts;
  return {
    machines: { ...machines, setTag: held(setTag), start: held(start), deallocate: held(deallocate) },
    sessionHosts: {
      ...sessionHosts,
      setAllowNewSession: held(setAllowNewSession),
      assign: held(assign),
      remove: held(remove),
      sendMessage: held(sendMessage),
      logOff: held(logOff),
    },
  };
}
