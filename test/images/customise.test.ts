import { array, asyncProperty, constantFrom, assert as check } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ensureCustomised } from '../../shared/images/customise.ts';
import type { Script } from '../../shared/images/machine.ts';
import { secondsBetween } from '../../shared/instant.ts';
import { drive, type Fate, SmallMachine, versionWith } from './recipe-driver.ts';
import { type Going, smallGuest } from './small-guest.ts';
import { noon } from './versions.ts';

const sha256 = 'a'.repeat(64);
const uri = 'https://contoso.blob.core.windows.net/apps/app.msi';
const secretUri = 'https://contoso.vault.azure.net/secrets/token';
const script = { name: 'apps', script: 'exit 0' };

interface Case {
  readonly steps: readonly unknown[];
  readonly going?: (command: string, script: Script) => Partial<Going> | undefined;
  readonly fates?: readonly Fate[];
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The whole stage, from its first look to its end. */
async function customised({ steps, going, fates, secrets }: Case) {
  const machine = new SmallMachine();
  const guest = smallGuest({
    now: machine.clock,
    guestOf: machine.guestOf,
    ...(going && { going }),
    ...(secrets && { secrets }),
  });
  const ports = { ...guest.ports, machines: machine.machines, now: machine.clock };
  const driven = await drive({
    stage: ensureCustomised(ports),
    version: versionWith(steps),
    machine,
    ...(fates && { fates }),
  });
  return { ...driven, guest, machine, runs: Object.fromEntries(guest.runs) };
}

describe('a recipe', () => {
  it('runs its steps one after the other, each once', async () => {
    const { facts, runs, guest } = await customised({ steps: [script, { name: 'more', script: 'exit 0' }] });
    expect(runs).toEqual({ 'step-1-apps': 1, 'step-2-more': 1 });
    expect(facts.steps).toMatchObject([
      { name: 'apps', exitCode: 0, attempts: 1, tail: 'step-1-apps is done' },
      { name: 'more', exitCode: 0, attempts: 1 },
    ]);
    expect(facts.step).toBeUndefined();
    expect(guest.wrongs).toEqual([]);
  });

  it('takes a run command away once its result is kept', async () => {
    const { guest } = await customised({ steps: [script, { name: 'more', script: 'exit 0' }] });
    expect(guest.left({ subscriptionId: '', resourceGroup: 'rg-images', name: 'gm-win11-1-0-0' })).toEqual([
      'step-2-more',
    ]);
  });

  it('restarts the machine where it says so, and waits until its agent has reported since', async () => {
    const { facts, machine } = await customised({
      steps: [script, { name: 'again', restart: {} }, { name: 'z', script: 'x' }],
    });
    expect(machine.restarts).toBe(1);
    expect(facts.steps?.map(({ name }) => name)).toEqual(['apps', 'again', 'z']);
  });

  for (const code of [3010, 1641]) {
    it(`restarts the machine after an installer that ended with ${code}`, async () => {
      const going = (command: string) => (command === 'step-1-app' ? { exitCode: code } : undefined);
      const steps = [{ name: 'app', install: { uri, sha256, kind: 'msi' } }, script];
      const { facts, machine, guest } = await customised({ steps, going });
      expect(machine.restarts).toBe(1);
      expect(facts.steps).toMatchObject([{ exitCode: code }, { exitCode: 0 }]);
      expect(guest.wrongs).toEqual([]);
    });
  }

  it('waits after a script that restarts the machine by itself', async () => {
    const machine = new SmallMachine();
    const guest = smallGuest({ now: machine.clock, guestOf: machine.guestOf, going: () => ({ minutes: 1 }) });
    const steps = [{ name: 'join', script: 'shutdown /r /t 5' }, script];
    const ports = { ...guest.ports, machines: machine.machines, now: machine.clock };
    machine.landsLater(70, () => machine.boot());
    const { facts } = await drive({ stage: ensureCustomised(ports), version: versionWith(steps), machine });
    expect(facts.steps?.length).toBe(2);
    expect(guest.wrongs).toEqual([]);
    expect(Object.fromEntries(guest.runs)).toEqual({ 'step-1-join': 1, 'step-2-apps': 1 });
  });

  it('installs updates round by round, with a restart where one is wanted, until none is offered', async () => {
    const { facts, runs, machine } = await customised({ steps: [{ name: 'updates', windowsUpdates: {} }] });
    expect(runs).toEqual({ 'step-1-updates': 1, 'step-1-updates-round-2': 1, 'step-1-updates-round-3': 1 });
    expect(machine.restarts).toBe(2);
    expect(facts.steps).toMatchObject([{ name: 'updates', exitCode: 0, attempts: 1 }]);
  });

  it('has no more rounds than it may, and says that more may be offered', async () => {
    const going = () => ({ output: 'updates: offered=3 failed=0 restart=False' });
    const steps = [{ name: 'updates', windowsUpdates: { maxRounds: 2 } }];
    const { news, runs, failure } = await customised({ steps, going });
    expect(failure).toBeUndefined();
    expect(Object.keys(runs)).toHaveLength(2);
    expect(news.join()).toContain('2 rounds are all it may have, more may be offered');
  });

  it('tries again as often as it may, each time under another name', async () => {
    const going = (command: string) =>
      command.includes('try-3') ? {} : { exitCode: 5, output: 'no network' };
    const { facts, runs, news, tries } = await customised({ steps: [{ ...script, retries: 2 }], going });
    expect(tries).toEqual([1, 2, 3]);
    expect(Object.keys(runs)).toEqual(['step-1-apps', 'step-1-apps-try-2', 'step-1-apps-try-3']);
    expect(facts.steps).toMatchObject([{ attempts: 3, exitCode: 0 }]);
    expect(news.join('\n')).toContain('no network Try 2 of 3.');
  });

  it('fails with what its step wrote last', async () => {
    const going = () => ({ exitCode: 5, output: 'first\nsecond\nthe disk is full\n' });
    const { failure, facts, outputs } = await customised({ steps: [script], going });
    expect(failure).toMatchObject({
      code: 'StepFailed',
      message: expect.stringContaining('the disk is full'),
    });
    expect(facts.steps).toMatchObject([{ name: 'apps', exitCode: 5 }]);
    expect(outputs).toEqual(['first\nsecond\nthe disk is full\n']);
  });

  it('ends a step that Azure does not end', async () => {
    const going = () => ({ minutes: 100_000 });
    const { failure, machine } = await customised({ steps: [{ ...script, timeoutMinutes: 30 }], going });
    expect(failure).toMatchObject({ code: 'StepTimedOut' });
    expect(secondsBetween(noon, machine.now) / 60).toBeLessThan(55);
  });

  it('does not take a run command for its own that somebody else made', async () => {
    const machine = new SmallMachine();
    const guest = smallGuest({ now: machine.clock, guestOf: machine.guestOf });
    const { scripts } = guest.ports;
    const foreign = {
      ...scripts,
      find: async () => ({ state: 'ended', exitCode: 0, output: '', seconds: 1, owner: undefined }) as const,
    };
    const ports = { ...guest.ports, scripts: foreign, machines: machine.machines, now: machine.clock };
    const { failure } = await drive({
      stage: ensureCustomised(ports),
      version: versionWith([script]),
      machine,
    });
    expect(failure?.code).toBe('ForeignResource');
  });

  it('of ten steps in one hour asks the machine little', async () => {
    const steps = Array.from({ length: 10 }, (_, index) => ({ ...script, name: `s${index}` }));
    const { guest, machine } = await customised({ steps, going: () => ({ minutes: 5.5 }) });
    const hours = secondsBetween(noon, machine.now) / 3600;
    expect((guest.counts.finds + guest.counts.lists + machine.reads) / hours).toBeLessThan(36);
  });
});

describe('secrets', () => {
  const secret = 'hunter2-of-contoso';
  const steps = [
    {
      ...script,
      secretParameters: { TOKEN: { secretUri } },
      runAs: { user: 'ana', password: { secretUri } },
    },
  ];

  it('reach the script, and nothing else', async () => {
    const going = () => ({ output: `joined with ${secret}` });
    const { guest, facts, news, outputs } = await customised({
      steps,
      going,
      secrets: { [secretUri]: secret },
    });
    expect(guest.given).toMatchObject([
      { secretParameters: { TOKEN: secret }, runAs: { user: 'ana', password: secret } },
    ]);
    expect(JSON.stringify([facts, news, outputs])).not.toContain(secret);
    expect(outputs).toEqual(['joined with ***']);
  });

  it('that are not there fail the step, and name the field', async () => {
    const { failure, runs } = await customised({ steps });
    expect(failure).toMatchObject({
      code: 'SecretNotFound',
      message: expect.stringContaining('recipe.0.secretParameters.TOKEN'),
    });
    expect(runs).toEqual({});
  });
});

it('X2: every run happens once and no restart cuts one off, whatever becomes of requests and processes', async () => {
  const fate = constantFrom<Fate>(
    'well',
    'dies before',
    'dies after',
    'answer lost',
    'answer lost, lands late',
    'refused',
  );
  const steps = [
    script,
    { name: 'app', install: { uri, sha256, kind: 'msi' } },
    { name: 'again', restart: {} },
    { name: 'updates', windowsUpdates: {} },
    { name: 'last', script: 'exit 0' },
  ];
  const going = (command: string) =>
    command.includes('-app') ? { exitCode: command === 'step-2-app' ? 3010 : 0 } : undefined;
  await check(
    asyncProperty(array(fate, { maxLength: 20 }), async (fates) => {
      const { facts, guest, runs, failure } = await customised({ steps, going, fates });
      expect(failure).toBeUndefined();
      expect(guest.wrongs).toEqual([]);
      expect(facts.steps?.map(({ name }) => name)).toEqual(['apps', 'app', 'again', 'updates', 'last']);
      expect(Object.values(runs).every((count) => count === 1)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
