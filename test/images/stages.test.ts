import { describe, expect, it } from 'vitest';
import { ensureCaptured } from '../../shared/images/capture.ts';
import { benchNotEmpty } from '../../shared/images/clean-up.ts';
import { ensureCustomised } from '../../shared/images/customise.ts';
import { ensureGeneralised } from '../../shared/images/generalise.ts';
import type { Version } from '../../shared/images/image.ts';
import type { ScriptRun } from '../../shared/images/machine.ts';
import { ensureProvisioned } from '../../shared/images/provision.ts';
import { ensureReplicated } from '../../shared/images/replicate.ts';
import { ensureResolved } from '../../shared/images/resolve.ts';
import { ensureValidated } from '../../shared/images/validate.ts';
import type { Facts } from '../../shared/images/version.ts';
import type { EnsureStage } from '../../shared/workflow/look.ts';
import { smallAzure } from './small-azure.ts';
import { after, noon } from './versions.ts';

/** One look at a stage of a version that knows these facts. */
async function look(stage: EnsureStage<Version, Facts>, facts: Partial<Facts> = {}) {
  const version = after();
  return await stage({
    id: 'win11.1.0.0',
    work: { ...version, facts },
    now: noon,
    since: noon,
    intent: undefined,
  });
}

const azure = () => smallAzure(() => noon).ports;
const ended: ScriptRun = { state: 'ended', exitCode: 0, output: '', seconds: 60 };
const source = { publisher: 'p', offer: 'o', sku: 's', version: '1.2.3' };
const up = {
  id: 'vm',
  provisioningState: 'Succeeded',
  power: 'running',
  agentReady: true,
  generalized: false,
  owner: 'win11.1.0.0',
  parts: [],
} as const;

describe('a stage says what is wrong', () => {
  const { machines, scripts, gallery, channels } = azure();
  const exact = {
    version: '1.2.3',
    hyperVGeneration: 'V2',
    architecture: 'x64',
    trustedLaunch: true,
  } as const;
  const found = (change: object) => ({ exactVersion: async () => ({ ...exact, ...change }) });
  const machine = (change: object) => ({ ...machines, find: async () => ({ ...up, ...change }) });
  const ready = {
    ...gallery,
    findGallery: async () => ({ provisioningState: 'Succeeded' }),
    findDefinition: async () => ({ ...after().plan.definition, provisioningState: 'Succeeded' }),
  };
  const run = (change: Partial<ScriptRun>) => ({ ...scripts, find: async () => ({ ...ended, ...change }) });
  const version = (change: object) => ({
    ...gallery,
    findVersion: async () => ({
      id: 'v',
      provisioningState: 'Creating',
      excludeFromLatest: true,
      owner: 'win11.1.0.0',
      regions: {},
      ...change,
    }),
  });
  const checked = (outcome: 'passed' | 'failed' | 'inconclusive') => ({
    ...channels,
    checkHosts: async () => [{ name: 'DomainTrustCheck', host: 'h', outcome, evidence: 'no trust' }],
  });

  const failures: [
    title: string,
    code: string,
    stage: EnsureStage<Version, Facts>,
    facts?: Partial<Facts>,
  ][] = [
    [
      'when the marketplace has no such image',
      'SourceNotFound',
      ensureResolved({ exactVersion: async () => undefined }),
    ],
    [
      'when the source is of another generation',
      'SourceMismatch',
      ensureResolved(found({ hyperVGeneration: 'V1' })),
    ],
    [
      'when the source is for another processor',
      'SourceMismatch',
      ensureResolved(found({ architecture: 'Arm64' })),
    ],
    [
      'when the source cannot have Trusted Launch',
      'SourceMismatch',
      ensureResolved(found({ trustedLaunch: false })),
    ],
    [
      'when the definition is another than the set wants',
      'ImmutableField',
      ensureProvisioned(
        {
          ...ready,
          findDefinition: async () => ({
            ...after().plan.definition,
            hyperVGeneration: 'V1',
            provisioningState: 'Succeeded',
          }),
        },
        machines,
      ),
    ],
    [
      'when a machine of that name is not ours',
      'ForeignResource',
      ensureProvisioned(ready, machine({ owner: 'somebody' })),
      { source },
    ],
    [
      'when the machine never boots',
      'BootFailed',
      ensureProvisioned(
        ready,
        machine({ provisioningState: 'Failed', provisioningError: 'OSProvisioningTimedOut' }),
      ),
      { source },
    ],
    [
      'when a step ends with a code that is not allowed',
      'StepFailed',
      ensureCustomised(run({ exitCode: 5 })),
    ],
    ['when a step takes too long', 'StepTimedOut', ensureCustomised(run({ state: 'timed-out' }))],
    ['when Azure could not run a step', 'StepFailed', ensureCustomised(run({ state: 'gone-wrong' }))],
    [
      'when sysprep fails',
      'SysprepFailed',
      ensureGeneralised(machine({}), run({ exitCode: 1, output: 'AppX' })),
    ],
    [
      'when Windows does not say that it is generalised',
      'SysprepFailed',
      ensureGeneralised(machine({}), run({ output: 'IMAGE_STATE_COMPLETE' })),
    ],
    [
      'when there is nothing generalised to capture',
      'CaptureFailed',
      ensureCaptured({ ...gallery, findVersion: async () => undefined }, machine({})),
    ],
    [
      'when the number in the gallery is not ours',
      'ForeignResource',
      ensureCaptured(version({ owner: undefined }), machines),
    ],
    [
      'when Azure fails to capture',
      'CaptureFailed',
      ensureCaptured(version({ provisioningState: 'Failed', error: 'no space' }), machines),
    ],
    [
      'when a region fails',
      'ReplicationFailed',
      ensureReplicated(version({ regions: { northeurope: { state: 'failed', percent: 3 } } })),
    ],
    [
      'P1: when a check of a host has failed',
      'HealthCheckFailed',
      ensureValidated(checked('failed')),
      { imageVersionId: 'v' },
    ],
  ];
  for (const [title, code, stage, facts] of failures) {
    it(`${title}: ${code}`, async () => {
      expect(await look(stage, facts)).toMatchObject({ status: 'failed', failure: { code } });
    });
  }

  it('takes an exit code that the step allows', async () => {
    expect(await look(ensureCustomised(run({ exitCode: 3010 })))).toMatchObject({
      status: 'running',
      facts: { steps: [{ name: 'apps', exitCode: 3010 }] },
    });
  });

  it('P1: waits while a check is inconclusive', async () => {
    const found = await look(ensureValidated(checked('inconclusive')), { imageVersionId: 'v' });
    expect(found).toMatchObject({ status: 'running', waitingFor: 'DomainTrustCheck on h: no trust' });
  });

  it('does not resolve again what was resolved', async () => {
    expect(await look(ensureResolved({ exactVersion: async () => undefined }), { source })).toMatchObject({
      status: 'done',
    });
  });

  it('tells the history of a region that is complete, once', async () => {
    const regions = {
      westeurope: { state: 'completed', percent: 100 },
      northeurope: { state: 'replicating', percent: 90 },
    } as const;
    const stage = ensureReplicated(version({ regions }));
    const first = await look(stage);
    expect(first).toMatchObject({
      status: 'running',
      news: 'westeurope completed',
      waitingFor: 'northeurope (90 %)',
    });
    const again = await look(stage, 'facts' in first && first.facts ? first.facts : {});
    expect(again).not.toHaveProperty('news');
  });

  it('leaves a machine alone that is not ours', async () => {
    let removed = false;
    const foreign = {
      ...machine({ owner: 'somebody' }),
      remove: async () => {
        removed = true;
      },
    };
    expect(await benchNotEmpty(foreign, after())).toBeUndefined();
    expect(removed).toBe(false);
  });
});
