import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureCustomised } from '../../shared/images/customise.ts';
import { ensureGeneralised } from '../../shared/images/generalise.ts';
import { ensureInspected } from '../../shared/images/inspect.ts';
import { benchMachine } from '../../shared/images/names.ts';
import { type Cloud, openCloud } from './support/cloud.ts';
import { recipeBench } from './support/recipe-bench.ts';

let cloud: Cloud;
let bench: ReturnType<typeof recipeBench>;
beforeAll(async () => {
  cloud = await openCloud();
  bench = recipeBench(cloud);
});
afterAll(async () => await cloud.close());

const customise = () => ensureCustomised(bench.ports());

describe('a machine', () => {
  it('that is clean is inspected, sealed and generalised', async () => {
    const version = await bench.onTheBench({ set: 'clean', steps: [{ name: 'hello', script: 'exit 0' }] });
    expect((await bench.run(version, customise())).failure).toBeUndefined();
    const { failure, facts } = await bench.run(version, ensureInspected(bench.ports().scripts));
    expect(failure).toBeUndefined();
    expect(facts.findings?.filter(({ outcome }) => outcome === 'inconclusive')).toEqual([]);
    const sealed = await bench.run(version, ensureGeneralised(bench.ports().machines, bench.ports().scripts));
    expect(sealed.facts.sealed).toBe('IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE');
    // What the recipe ran is off before sysprep; the last goes with the machine.
    expect(await bench.ports().scripts.ours(benchMachine(version))).toEqual(['sysprep']);
  });

  const dirty: [dirt: string, rule: string][] = [
    ['avd-token', 'avd-registration-token'],
    ['domain-joined', 'domain-joined'],
    ['entra-joined', 'entra-joined'],
    ['intune', 'intune-enrolled'],
    ['defender', 'defender-onboarded'],
    ['bitlocker', 'bitlocker-on'],
    ['appx-per-user', 'appx-per-user'],
    ['pending-reboot', 'pending-reboot'],
  ];
  for (const [dirt, rule] of dirty) {
    it(`with ${dirt} is found out by ${rule}`, async () => {
      const version = await bench.onTheBench({ set: `dirty-${dirt}`, steps: [], dirt: [dirt] });
      const { failure, facts } = await bench.run(version, ensureInspected(bench.ports().scripts));
      expect(failure).toMatchObject({
        code: 'InspectionFailed',
        message: expect.stringContaining(`${rule}: `),
      });
      expect(facts.findings?.find((finding) => finding.rule === rule)).toMatchObject({ outcome: 'failed' });
    });
  }

  const faults: [dirt: string, says: RegExp][] = [
    ['appx-per-user', /Store package.*Microsoft\.Todos/],
    ['bitlocker', /BitLocker/],
    ['pending-reboot', /restart is pending/],
    ['rearm-used-up', /licence/],
    ['failing-sysprep', /dwRet = 0x1f/],
    ['lying-sysprep', /the guest says IMAGE_STATE_UNDEPLOYABLE/],
    ['stuck-sysprep', /hangs/],
  ];
  for (const [dirt, says] of faults) {
    it(`with ${dirt} fails to be sealed, and says why`, async () => {
      const version = await bench.onTheBench({ set: `fault-${dirt}`, steps: [], dirt: [dirt] });
      const { failure } = await bench.run(
        version,
        ensureGeneralised(bench.ports().machines, bench.ports().scripts),
      );
      expect(failure?.code).toBe('SysprepFailed');
      expect(failure?.message).toMatch(says);
    });
  }
});
