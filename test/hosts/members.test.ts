import { describe, expect, it } from 'vitest';
import { poolTag } from '../../shared/hosts/machine.ts';
import { newVersion } from '../support/small-azure.ts';
import { one } from './one-host.ts';

const asked = {
  pool: { subscriptionId: 's', resourceGroup: 'g', hostPool: 'pool' },
  scaleSet: { subscriptionId: 's', resourceGroup: 'g' },
  imageVersionId: newVersion,
  healthy: { fatalChecks: [], heartbeatMinutes: 5 },
};

describe('the hosts of a pool that are examined', () => {
  it('are, of a resource group, those that a session host is on, and what was made for the pool', async () => {
    const { azure, hostApi } = one({}, (azure) => {
      azure.kind = 'stand-alone';
    });
    azure.addForeign('sql-0');
    azure.addForeign('avd-7', { [poolTag]: 'g/another' });
    azure.addForeign('avd-8', { [poolTag]: 'G/Pool' });
    const hosts = async (scaleSet: object) =>
      (await hostApi.examineHosts({ ...asked, scaleSet: { ...asked.scaleSet, ...scaleSet } })).map(
        ({ instanceId }) => instanceId,
      );
    expect(await hosts({})).toEqual(['avd-0', 'avd-8']);
    expect(await hosts({ scaleSet: 'set' })).toEqual(['avd-0', 'sql-0', 'avd-7', 'avd-8']);
    expect((await hostApi.examine(asked)).map(({ host }) => host)).not.toContain('sql-0');
  });
});
