import { AppError } from '../errors.ts';
import type { FleetAddress } from '../rollouts/fleet.ts';
import type { Azure } from './clients.ts';
import { asking } from './errors.ts';

// One GET of a provider of its own: not worth a client of 60 operations.
const locksVersion = '2016-09-01';

interface Lock {
  readonly id?: string;
  readonly name?: string;
  readonly properties?: { readonly level?: string };
}

/**
 * The management locks under which nothing of the group can be deleted: on the group itself or on its subscription;
 * of one machine, those on the machine as well. Who may not read them is told of none; what is locked is then found out
 * when Azure refuses.
 */
export async function locksOver(
  { list }: Pick<Azure, 'list'>,
  { subscriptionId, resourceGroup, instanceId }: FleetAddress & { readonly instanceId?: string },
): Promise<readonly string[]> {
  const subscription = `/subscriptions/${subscriptionId}`;
  const group = `${subscription}/resourceGroups/${resourceGroup}`;
  const machine = `${group}/providers/Microsoft.Compute/virtualMachines/${instanceId}`;
  const where = new Map([
    [subscription.toLowerCase(), 'the subscription'],
    [group.toLowerCase(), `resource group ${resourceGroup}`],
    [machine.toLowerCase(), `VM ${instanceId}`],
  ]);
  const path = `${subscription}/providers/Microsoft.Authorization/locks`;
  const found = await readable(
    async () => (await list(subscriptionId, path, locksVersion)) as readonly Lock[],
  );
  return found.flatMap(({ id = '', name = '', properties }) => {
    const scope = where.get(id.toLowerCase().split('/providers/microsoft.authorization/locks/')[0] ?? '');
    return scope === undefined ? [] : [`lock ${name} (${properties?.level}) on ${scope}`];
  });
}

async function readable(ask: () => Promise<readonly Lock[]>): Promise<readonly Lock[]> {
  try {
    return await asking('locks', ask);
  } catch (error) {
    if (error instanceof AppError && !error.retryable) return [];
    throw error;
  }
}
