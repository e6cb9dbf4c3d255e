import { describe, expect, it } from 'vitest';
import { ensureGeneralised } from '../../shared/images/generalise.ts';
import type { Version } from '../../shared/images/image.ts';
import { drive, type Fate, SmallMachine, versionWith } from './recipe-driver.ts';
import { type Going, smallGuest } from './small-guest.ts';
import { plan } from './versions.ts';

const ref = { subscriptionId: '', resourceGroup: 'rg-images', name: 'gm-win11-1-0-0' };

interface Case {
  readonly version?: Version;
  readonly going?: (command: string) => Partial<Going> | undefined;
  readonly fates?: readonly Fate[];
  readonly before?: (machine: SmallMachine) => void;
}

async function generalised({ version = versionWith([]), going, fates, before }: Case = {}) {
  const machine = new SmallMachine();
  const guest = smallGuest({ now: machine.clock, guestOf: machine.guestOf, ...(going && { going }) });
  before?.(machine);
  // What the recipe left: a run command whose removal was lost.
  await guest.ports.scripts.start(ref, 'westeurope', {
    name: 'step-1-apps',
    owner: 'win11.1.0.0',
    script: '',
    timeoutSeconds: 60,
  });
  machine.pass(600);
  const stage = ensureGeneralised(machine.machines, guest.ports.scripts);
  const driven = await drive({ stage, version, machine, ...(fates && { fates }) });
  return { ...driven, guest, machine, runs: Object.fromEntries(guest.runs) };
}

describe('a machine is generalised', () => {
  it('by sysprep and its proof, then deallocated and marked', async () => {
    const { failure, facts, machine, guest } = await generalised();
    expect(failure).toBeUndefined();
    expect(facts.sealed).toBe('IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE');
    expect([machine.isSealed, machine.power, machine.generalized]).toEqual([true, 'deallocated', true]);
    // What the recipe ran is off before sysprep; the last goes with the machine.
    expect(guest.left(ref)).toEqual(['sysprep']);
  });

  it('and swept of all that is ours where it is lent', async () => {
    const exact = {
      id: `/subscriptions/s/resourceGroups/rg-images/providers/Microsoft.Compute/virtualMachines/${ref.name}`,
    };
    const source = { kind: 'vm', way: 'in-place', exact, osState: 'Specialized', dataDisks: [] } as const;
    const version = { ...versionWith([]), facts: { source } };
    const { failure, machine, guest } = await generalised({ version });
    expect(failure).toBeUndefined();
    expect([machine.power, machine.generalized]).toEqual(['deallocated', true]);
    expect(guest.left(ref)).toEqual([]);
  });

  it('by the agent on Linux', async () => {
    const definition = { ...plan.definition, osType: 'Linux' } as const;
    const { facts, runs } = await generalised({ version: versionWith([], { definition }) });
    expect(facts.sealed).toBe('deprovisioned');
    expect(runs).toMatchObject({ deprovision: 1 });
  });

  for (const fate of [
    'dies before',
    'dies after',
    'answer lost',
    'answer lost, lands late',
    'refused',
  ] as const) {
    it(`once, when the one who starts sysprep meets: ${fate}`, async () => {
      const { runs, machine } = await generalised({ fates: [fate] });
      expect(runs['sysprep']).toBe(1);
      expect(machine.generalized).toBe(true);
    });
  }
});

describe('a machine that stays specialised', () => {
  it('is deallocated, and nothing is run in it', async () => {
    const definition = { ...plan.definition, osState: 'Specialized' } as const;
    const { failure, runs, machine } = await generalised({ version: versionWith([], { definition }) });
    expect(failure).toBeUndefined();
    expect(Object.keys(runs)).toEqual(['step-1-apps']);
    expect([machine.power, machine.generalized]).toEqual(['deallocated', false]);
  });
});

describe('sysprep that fails', () => {
  const failures: [title: string, says: RegExp, going: Partial<Going>][] = [
    [
      'with a known fault names it and what helps',
      /Contoso\.Widgets.*Remove-AppxPackage/s,
      {
        exitCode: 1,
        output:
          'Package Contoso.Widgets_1.0_x64__a was installed for a user, but not provisioned for all users. 0x80073cf2\nsysprep=1\nsealed=IMAGE_STATE_COMPLETE',
      },
    ],
    [
      'with another shows the end of its log',
      /dwRet = 0x1f/,
      { exitCode: 1, output: 'Error SYSPRP dwRet = 0x1f' },
    ],
    [
      'without a word of it is not believed',
      /the guest says IMAGE_STATE_UNDEPLOYABLE/,
      { output: 'sysprep=0\nsealed=IMAGE_STATE_UNDEPLOYABLE' },
    ],
    ['by hanging is found out by its time', /hangs/, { minutes: 100_000 }],
    [
      'because Azure could not run it says so',
      /Azure could not run sysprep/,
      { state: 'gone-wrong', output: 'agent' },
    ],
  ];
  for (const [title, says, how] of failures) {
    it(title, async () => {
      const { failure, machine } = await generalised({
        going: (command) => (command === 'sysprep' ? how : undefined),
      });
      expect(failure?.code).toBe('SysprepFailed');
      expect(failure?.message).toMatch(says);
      expect([machine.power, machine.generalized]).toEqual(['running', false]);
    });
  }
});

describe('a machine', () => {
  it('that somebody stopped before it was sealed is not taken for one that is', async () => {
    const version = versionWith([]);
    const machine = new SmallMachine();
    machine.power = 'deallocated';
    const guest = smallGuest({ now: machine.clock, guestOf: machine.guestOf });
    const stage = ensureGeneralised(machine.machines, guest.ports.scripts);
    const { failure } = await drive({ stage, version, machine });
    expect(failure).toMatchObject({
      code: 'SysprepFailed',
      message: expect.stringContaining('somebody stopped it'),
    });
    expect(machine.generalized).toBe(false);
  });

  it('that is generalised already is left as it is', async () => {
    const machine = new SmallMachine();
    machine.power = 'deallocated';
    machine.generalized = true;
    const guest = smallGuest({ now: machine.clock, guestOf: machine.guestOf });
    const stage = ensureGeneralised(machine.machines, guest.ports.scripts);
    expect((await drive({ stage, version: versionWith([]), machine })).failure).toBeUndefined();
    expect(guest.runs.size).toBe(0);
  });

  it('is not needed for what is imported', async () => {
    const stage = ensureGeneralised(
      new SmallMachine().machines,
      smallGuest({ now: () => '', guestOf: () => undefined }).ports.scripts,
    );
    const source = {
      kind: 'vhd',
      way: 'import',
      exact: { id: 'x' },
      osState: 'Generalized',
      dataDisks: [],
    } as const;
    const version = { ...versionWith([]), facts: { source } };
    expect((await drive({ stage, version, machine: new SmallMachine() })).looks).toBe(1);
  });
});
