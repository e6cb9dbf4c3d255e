import { describe, expect, it } from 'vitest';
import { ensureInspected } from '../../shared/images/inspect.ts';
import {
  type Evidence,
  type InspectionPolicy,
  judge,
  obstacles,
  parseEvidence,
} from '../../shared/images/inspection.ts';
import { inspectionRules } from '../../shared/images/inspection-rules.ts';
import type { ImageSetPlan } from '../../shared/images/image-set.ts';
import { drive, SmallMachine, versionWith } from './recipe-driver.ts';
import { cleanEvidence, type Going, smallGuest } from './small-guest.ts';

const clean = parseEvidence(cleanEvidence);
const usual: InspectionPolicy = { rules: {}, waivers: [] };

function findings(
  evidence: Evidence,
  {
    osType = 'Windows',
    osState = 'Generalized',
    policy = usual,
  }: Partial<Omit<Parameters<typeof judge>[1], 'rules'>> = {},
) {
  return judge({ ...clean, ...evidence }, { rules: inspectionRules, osType, osState, policy });
}

const notPassed = (evidence: Evidence, how?: Parameters<typeof findings>[1]) =>
  findings(evidence, how).filter(({ outcome }) => outcome !== 'passed');

describe('a clean guest passes', () => {
  for (const osType of ['Windows', 'Linux'] as const) {
    it(`on ${osType}`, () => expect(notPassed({}, { osType })).toEqual([]));
  }
});

const dirt: [
  rule: string,
  weight: 'required' | 'advisory',
  evidence: Evidence,
  osType?: 'Linux',
  osState?: 'Specialized',
][] = [
  ['avd-agent', 'required', { avdAgent: 'service RDAgentBootLoader' }],
  ['avd-registration-token', 'required', { avdToken: 'a token' }],
  ['domain-joined', 'required', { domain: 'corp.contoso.com' }],
  ['domain-joined', 'required', { domain: 'corp.contoso.com' }, 'Linux'],
  ['entra-joined', 'required', { entraJoined: 'YES' }],
  ['intune-enrolled', 'required', { intune: 'enrolled' }],
  ['defender-onboarded', 'required', { defender: 'onboarded' }],
  ['defender-onboarded', 'required', { defender: 'a senseGuid is left' }],
  ['bitlocker-on', 'required', { bitLocker: 'FullyEncrypted' }],
  ['bitlocker-on', 'required', { bitLocker: 'EncryptionInProgress' }],
  ['appx-per-user', 'required', { appxPerUser: 'Contoso.Widgets' }],
  ['pending-reboot', 'required', { pendingReboot: 'Windows Update' }],
  ['restart-due', 'advisory', { pendingReboot: '/var/run/reboot-required' }, 'Linux'],
  ['image-state', 'required', { imageState: 'IMAGE_STATE_UNDEPLOYABLE' }],
  ['sysprep-rearm', 'advisory', { rearmsLeft: '0' }],
  ['windows-upgraded', 'advisory', { upgraded: 'yes' }],
  ['fslogix-baked-in', 'advisory', { fslogix: 'version 2.9' }],
  ['os-disk-size', 'advisory', { osDiskGB: '256' }],
  ['leftover-plugins', 'advisory', { plugins: 'Microsoft.Azure.Monitor.AzureMonitorWindowsAgent' }],
  ['leftover-logs', 'advisory', { logsMB: '900' }],
  ['leftover-profiles', 'advisory', { profiles: 'ana' }],
  ['teams-media-optimisation', 'advisory', { webRtc: 'none' }],
  ['webview2-runtime', 'advisory', { webView2: 'none' }],
  ['azure-agent', 'required', { azureAgent: 'none' }, 'Linux'],
  ['cloud-init', 'advisory', { cloudInit: 'none' }, 'Linux'],
  ['host-identity', 'advisory', { hostKeys: '/etc/ssh' }, 'Linux', 'Specialized'],
];

describe('a guest is found out', () => {
  for (const [rule, weight, evidence, osType, osState] of dirt) {
    it(`by ${rule}: ${Object.values(evidence).join()}`, () => {
      const [found, ...others] = notPassed(evidence, {
        ...(osType && { osType }),
        ...(osState && { osState }),
      });
      expect(others).toEqual([]);
      expect(found).toMatchObject({ rule, weight, outcome: 'failed' });
      expect(found?.evidence).toContain(Object.values(evidence)[0]);
      expect(found?.remedy?.length).toBeGreaterThan(20);
    });
  }

  it('and every rule has been asked of', () => {
    expect([...new Set(dirt.map(([rule]) => rule))].toSorted()).toEqual(
      inspectionRules.map(({ name }) => name).toSorted(),
    );
  });
});

describe('a rule', () => {
  it('that could not be answered is inconclusive, and inconclusive is not passed', () => {
    const found = findings({ domain: '' });
    expect(obstacles(found)).toMatchObject([{ rule: 'domain-joined', outcome: 'inconclusive' }]);
  });

  it('that is waived stays visible with the reason, and stands in nobody’s way', () => {
    const waivers = [{ rule: 'avd-agent', reason: 'installed by the marketplace image' }];
    const found = notPassed({ avdAgent: 'registry key RDInfraAgent' }, { policy: { rules: {}, waivers } });
    expect(found).toMatchObject([
      { outcome: 'waived', evidence: expect.stringContaining('marketplace image') },
    ]);
    expect(obstacles(found)).toEqual([]);
  });

  it('weighs what the set says', () => {
    const policy: InspectionPolicy = {
      rules: { 'fslogix-baked-in': 'required', 'os-disk-size': 'off' },
      waivers: [],
    };
    const found = notPassed({ fslogix: 'version 2.9', osDiskGB: '512' }, { policy });
    expect(found).toMatchObject([{ rule: 'fslogix-baked-in', weight: 'required' }]);
  });

  it('about sysprep is not asked of what stays specialised', () => {
    expect(notPassed({ bitLocker: 'FullyEncrypted', appxPerUser: 'a' }, { osState: 'Specialized' })).toEqual(
      [],
    );
  });
});

async function inspected(
  going: Partial<Going> | ((command: string) => Partial<Going>),
  plan: Partial<ImageSetPlan> = {},
) {
  const machine = new SmallMachine();
  const goes = typeof going === 'function' ? going : () => going;
  const guest = smallGuest({ now: machine.clock, guestOf: machine.guestOf, going: goes });
  const driven = await drive({
    stage: ensureInspected(guest.ports.scripts),
    version: versionWith([], plan),
    machine,
  });
  return { ...driven, runs: Object.fromEntries(guest.runs) };
}

describe('the inspection', () => {
  it('keeps what every rule found', async () => {
    const { facts, failure } = await inspected({});
    expect(failure).toBeUndefined();
    expect(facts.findings).toHaveLength(inspectionRules.filter(({ os }) => os.includes('Windows')).length);
  });

  it('stops a version, and says which rules, on what evidence, and what to do', async () => {
    const output = cleanEvidence.replace('domain=none', 'domain=corp.contoso.com');
    const { facts, failure } = await inspected({ output });
    expect(failure).toMatchObject({
      code: 'InspectionFailed',
      message: expect.stringMatching(/^domain-joined: domain: corp\.contoso\.com\. Take the machine out/),
    });
    expect(facts.findings?.length).toBeGreaterThan(10);
  });

  it('asks a guest that said nothing once more: the build behind it took hours', async () => {
    const { failure, runs } = await inspected((command) =>
      command === 'inspect' ? { state: 'gone-wrong', exitCode: -1, output: '' } : {},
    );
    expect(failure).toBeUndefined();
    expect(runs).toEqual({ inspect: 1, 'inspect-try-2': 1 });
  });

  it('does not ask again what was answered', async () => {
    const output = cleanEvidence.replace('domain=none', 'domain=corp.contoso.com');
    expect((await inspected({ output })).runs).toEqual({ inspect: 1 });
  });

  it('does not pass a guest that could not be asked', async () => {
    const { failure } = await inspected({ state: 'gone-wrong' });
    expect(failure).toMatchObject({
      code: 'InspectionFailed',
      message: expect.stringContaining('did not say'),
    });
  });
});
