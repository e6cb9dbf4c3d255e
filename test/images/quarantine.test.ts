import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { Version } from '../../shared/images/image.ts';
import type { Remains } from '../../shared/images/leftover.ts';
import { ensureQuarantined } from '../../shared/images/quarantine.ts';
import { remainsOf, type RemainsPorts, takeAway } from '../../shared/images/remains.ts';
import type { Facts } from '../../shared/images/version.ts';
import { after, noon } from './versions.ts';

const vm =
  '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-vms/providers/Microsoft.Compute/virtualMachines/vm-lent';
const versionId =
  '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/gal_desktops/images/win11-avd/versions/1.0.0';

const source = { kind: 'managedImage', way: 'import', exact: { id: 'x' }, osState: 'Generalized' } as const;
const lent = { kind: 'vm', way: 'in-place', exact: { id: vm }, osState: 'Specialized' } as const;

function withdrawing(facts: Facts): Version {
  return { ...after(), phase: 'withdrawing', facts } as Version;
}

const machine = {
  id: vm,
  provisioningState: 'Succeeded',
  power: 'running',
  agentReady: true,
  generalized: false,
  owner: undefined,
} as const;

function azure(changes: Partial<{ [K in keyof RemainsPorts]: Partial<RemainsPorts[K]> }> = {}): RemainsPorts {
  return {
    machines: { find: async () => machine, remove: async () => {}, ...changes.machines },
    parts: { find: async () => undefined, remove: async () => {}, ...changes.parts },
    gallery: { findVersion: async () => undefined, removeVersion: async () => {}, ...changes.gallery },
    scripts: { ours: async () => [], remove: async () => {}, ...changes.scripts },
  };
}

const locked = async () => {
  throw new AppError('AzureRefused', 'locked');
};

describe('what Azure will not let go of', () => {
  const quarantined = async (facts: Facts, ports: RemainsPorts) => {
    const taken: { remains: Remains; left: readonly string[]; why: string }[] = [];
    const stage = ensureQuarantined(ports, {
      take: async (remains, left, why) => void taken.push({ remains, left, why }),
    });
    const found = await stage({
      id: '',
      work: withdrawing(facts),
      now: noon,
      since: noon,
      intent: undefined,
    });
    return { found, taken };
  };

  it('is on the reaper’s list although nothing but an image version was made', async () => {
    const found = { id: versionId, owner: 'win11.1.0.0', provisioningState: 'Creating', regions: {} };
    const ports = azure({ gallery: { findVersion: async () => found as never, removeVersion: locked } });
    const { found: answer, taken } = await quarantined({ source: { ...source, dataDisks: [] } }, ports);
    expect(taken).toMatchObject([{ left: [versionId], why: 'locked' }]);
    expect(answer).toMatchObject({ status: 'done', facts: { leftovers: [versionId] } });
  });

  it('is on the reaper’s list although it is only scripts on a machine that was lent', async () => {
    const ports = azure({ scripts: { ours: async () => ['step-1-one-0'], remove: locked } });
    const { taken } = await quarantined({ source: { ...lent, dataDisks: [] } }, ports);
    expect(taken).toMatchObject([{ left: [`${vm}/runCommands`, versionId], why: 'locked' }]);
  });

  it('is nothing where Azure says that nothing is there', async () => {
    const { found, taken } = await quarantined({ source: { ...lent, dataDisks: [] } }, azure());
    expect(taken).toEqual([]);
    expect(found).toEqual({ status: 'done', facts: { benchGoneAt: noon } });
  });

  it('counts as all that there may be where Azure does not answer', async () => {
    const silent = async () => {
      throw new AppError('AzureUnavailable', 'no answer');
    };
    const ports = azure({ gallery: { findVersion: silent }, machines: { find: silent } });
    const { taken } = await quarantined({ source: { ...lent, dataDisks: [] } }, ports);
    expect(taken).toMatchObject([{ left: [`${vm}/runCommands`, versionId], why: 'no answer' }]);
  });
});

describe('a machine that was lent to several', () => {
  it('keeps the scripts of the others when one is taken back', async () => {
    const removed: string[] = [];
    const ours = async (_: unknown, owner?: string) =>
      owner === 'win11.1.0.0' ? ['mine'] : ['mine', 'theirs'];
    const ports = azure({ scripts: { ours, remove: async (_, name) => void removed.push(name) } });
    const remains = remainsOf(withdrawing({ source: { ...lent, dataDisks: [] } }));
    await takeAway(ports, remains);
    expect(removed).toEqual(['mine']);
  });
});
