import type { SessionHosts } from '../../shared/hosts/session-host.ts';
import { secondsBetween } from '../../shared/instant.ts';
import type { Policy } from '../../shared/rollouts/pool.ts';
import { link } from '../support/fleet.ts';
import type { SmallAzure } from '../support/small-azure.ts';
import type { World } from '../support/world.ts';
import { one, planWith } from './one-host.ts';

export type Sessions = Policy['sessions'];
export const policyOf = (sessions: Partial<Sessions>) =>
  planWith({ sessions: { ...link.policy.sessions, ...sessions } });
const forEver = 1_000_000;

/** A host with somebody on it; what was sent to whom and who was logged off, by seconds after the drain. */
export function desk(alter: (azure: SmallAzure, world: World) => void = () => {}) {
  const host = one({}, alter);
  const { azure, world, calls } = host;
  const userOf = (id: unknown) => azure.desktop.everySession.find((session) => session.id === id)?.user;
  const drainedAt = () => calls('setAllowNewSession')[0]?.at ?? '';
  const of = (what: string, user: string) =>
    calls(what)
      .filter(({ given }) => userOf(given[2]) === user)
      .map(({ at, given }) => ({
        seconds: secondsBetween(drainedAt(), at),
        text: (given[3] as { body?: string } | undefined)?.body,
      }));
  const seat = (user: string, staysSeconds = forEver) => {
    azure.desktop.seat(user, 'avd-0', staysSeconds);
    const session = azure.desktop.everySession.at(-1);
    if (!session) throw new Error('nobody came');
    return session;
  };
  return {
    ...host,
    seat,
    sent: (user: string) => of('sendMessage', user),
    off: (user: string) => of('logOff', user),
    later: (seconds: number, run: () => void) => world.after(seconds, run),
  };
}

/** Gives way to `instead` as often as it does not answer undefined. */
export function altered<Name extends keyof SessionHosts>(
  name: Name,
  instead: (real: SessionHosts[Name], azure: SmallAzure, world: World) => SessionHosts[Name],
) {
  return (azure: SmallAzure, world: World) => {
    const { sessionHosts } = azure.desktop;
    azure.desktop.sessionHosts = { ...sessionHosts, [name]: instead(sessionHosts[name], azure, world) };
  };
}
