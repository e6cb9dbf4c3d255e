import type {
  SessionHost as AzureSessionHost,
  UserSession as AzureUserSession,
} from '@azure/arm-desktopvirtualization';
import { AppError } from '../errors.ts';
import type {
  HostPoolAddress,
  PoolSession,
  SessionHost,
  SessionHosts,
  UserSession,
} from '../hosts/session-host.ts';
import { type Instant, minutesAfter } from '../instant.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { pageSize, readingOf, sessionHostsOf } from './host-pools.ts';
import { lastSegment } from '../resource-id.ts';

/** Azure takes an hour at least; the rest is for the way there and for clocks that differ. */
const tokenMinutes = 120;

/** The session hosts of host pools and the sessions on them. All of it Azure does at once. */
export function sessionHosts({ desktops }: Pick<Azure, 'desktops'>, now: () => Instant): SessionHosts {
  const client = ({ subscriptionId }: HostPoolAddress) => desktops(subscriptionId);

  const presentToken = async (pool: HostPoolAddress) => {
    const { resourceGroup, hostPool } = pool;
    return await asking(
      `registration token of ${hostPool}`,
      async () => await client(pool).hostPools.retrieveRegistrationToken(resourceGroup, hostPool),
    );
  };
  const freshToken = async (pool: HostPoolAddress, minutes: number) => {
    const { resourceGroup, hostPool } = pool;
    const present = await presentToken(pool);
    const enough = minutesAfter(now(), minutes);
    if (present.token && present.expirationTime && present.expirationTime.toISOString() >= enough) {
      return present.token;
    }
    const expirationTime = new Date(minutesAfter(now(), Math.max(minutes + 10, tokenMinutes)));
    const change = { registrationInfo: { expirationTime, registrationTokenOperation: 'Update' } };
    await asking(
      `new registration token of ${hostPool}`,
      async () => await client(pool).hostPools.update(resourceGroup, hostPool, { hostPool: change }),
    );
    const { token } = await presentToken(pool);
    if (!token) throw new AppError('AzureUnavailable', `Host pool ${hostPool} gave no registration token`);
    return token;
  };
  // Two hosts that ask at once must not each have the other's token replaced.
  const asked = new Map<string, Promise<void>>();

  return {
    list: async (pool) => (await sessionHostsOf({ desktops }, pool)).map(hostOf),

    async read(pool, host) {
      const { resourceGroup, hostPool } = pool;
      const found = await finding(
        `session host ${host}`,
        async () => await client(pool).sessionHosts.get(resourceGroup, hostPool, host),
      );
      return found && hostOf(found);
    },

    async setAllowNewSession(pool, host, allow) {
      const { resourceGroup, hostPool } = pool;
      const sessionHost = { allowNewSession: allow };
      const what = `session host ${host}`;
      const found = await finding(
        what,
        async () => await client(pool).sessionHosts.update(resourceGroup, hostPool, host, { sessionHost }),
      );
      if (!found) throw new AppError('NotFound', `There is no ${what} in ${hostPool}`);
    },

    async assign(pool, host, user) {
      const { resourceGroup, hostPool } = pool;
      const sessionHost = { assignedUser: user };
      const what = `session host ${host}`;
      const found = await finding(
        what,
        async () =>
          await client(pool).sessionHosts.update(resourceGroup, hostPool, host, { sessionHost, force: true }),
      );
      if (!found) throw new AppError('NotFound', `There is no ${what} in ${hostPool}`);
    },

    async remove(pool, host) {
      const { resourceGroup, hostPool } = pool;
      await finding(
        `removal of session host ${host}`,
        async () => await client(pool).sessionHosts.delete(resourceGroup, hostPool, host),
      );
    },

    async sessions(pool, host) {
      const { resourceGroup, hostPool } = pool;
      const found = await finding(`sessions on ${host}`, async () => {
        const sessions: AzureUserSession[] = [];
        for await (const session of client(pool).userSessions.list(resourceGroup, hostPool, host)) {
          sessions.push(session);
        }
        return sessions;
      });
      return (found ?? []).map(sessionOf);
    },

    async sessionsOfPool(pool) {
      const { resourceGroup, hostPool } = pool;
      return await asking(`sessions of ${hostPool}`, async () => {
        const sessions: PoolSession[] = [];
        const { userSessions } = client(pool);
        for await (const session of userSessions.listByHostPool(resourceGroup, hostPool, { pageSize })) {
          sessions.push({ ...sessionOf(session), host: hostNamed(session.name) });
        }
        return sessions;
      });
    },

    async sendMessage(pool, host, session, { title, body }) {
      const { resourceGroup, hostPool } = pool;
      const sendMessage = { messageTitle: title, messageBody: body };
      const found = await finding(`message to session ${session} on ${host}`, async () => {
        await client(pool).userSessions.sendMessage(resourceGroup, hostPool, host, session, { sendMessage });
        return true;
      });
      if (!found) throw new AppError('NotFound', `Session ${session} on ${host} has ended`);
    },

    async logOff(pool, host, session) {
      const { resourceGroup, hostPool } = pool;
      await finding(
        `log-off of session ${session} on ${host}`,
        async () =>
          await client(pool).userSessions.delete(resourceGroup, hostPool, host, session, { force: true }),
      );
    },

    async registrationToken(pool, minutes) {
      const key = [pool.subscriptionId, pool.resourceGroup, pool.hostPool].join('/').toLowerCase();
      const token = (asked.get(key) ?? Promise.resolve()).then(async () => await freshToken(pool, minutes));
      asked.set(
        key,
        token.then(
          () => undefined,
          () => undefined,
        ),
      );
      return await token;
    },
  };
}

/** A session of a pool is called `pool/host/session`. */
function hostNamed(name = ''): string {
  return name.split('/').at(-2) ?? '';
}

function hostOf(found: AzureSessionHost): SessionHost {
  return {
    ...readingOf(found),
    virtualMachineId: found.virtualMachineId ?? '',
    agentVersion: found.agentVersion ?? '',
    healthChecks: (found.sessionHostHealthCheckResults ?? []).map(
      ({ healthCheckName, healthCheckResult, additionalFailureDetails }) => ({
        name: healthCheckName ?? '',
        result: healthCheckResult ?? 'Unknown',
        message: additionalFailureDetails?.message ?? '',
      }),
    ),
  };
}

function sessionOf(found: AzureUserSession): UserSession {
  return {
    id: lastSegment(found.name),
    user: found.userPrincipalName || found.activeDirectoryUserName || '',
    state: found.sessionState ?? '',
  };
}
