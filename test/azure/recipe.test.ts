import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureCustomised } from '../../shared/images/customise.ts';
import { ensureGeneralised } from '../../shared/images/generalise.ts';
import { ensureInspected } from '../../shared/images/inspect.ts';
import { benchMachine } from '../../shared/images/names.ts';
import { secondsBetween } from '../../shared/instant.ts';
import { type Cloud, openCloud } from './support/cloud.ts';
import { recipeBench } from './support/recipe-bench.ts';

const downloads = 'https://downloads.contoso.example';
const commit = '0123456789abcdef0123456789abcdef01234567';
const app = {
  uri: `${downloads}/contoso-app-4.2.0.msi`,
  sha256: '918013edba3074e19efcde28a2531ec57aaccc0588498b5be7e3c512a68b093b',
};
const viewer = {
  uri: `${downloads}/contoso-viewer-2.1.exe`,
  sha256: 'cceb37f49aae5d485afee4d93519c10c55019e0b5784f0864faf3fc7704262ea',
};
const broken = {
  uri: `${downloads}/broken-1.0.msi`,
  sha256: '2430b20aa9fa66e659e14d3e0bbbebcb89ff48e01bb639243dfd6f5dcea3d640',
};
const configure = {
  uri: `${downloads}/configure.ps1`,
  sha256: 'f82674dba8fc8ce91ad61fce8ec70ef5f1fae684af6e3cb8b60afdb4c64d102b',
};
const configureLinux = {
  uri: `${downloads}/configure.sh`,
  sha256: '16a5b6f525e1cb1f904e04f8ac1a69f22dde216a4242fe7d9ccb4af1194a6f1e',
};
const settings = {
  uri: `${downloads}/desktop.json`,
  sha256: 'ad469783b1132da04144b51a29df7813433d12ebfd2942bb40590534f51d3137',
};
const tool = createHash('sha256').update(`Virtual Desktop Optimization Tool ${commit}\n`).digest('hex');

let cloud: Cloud;
let bench: ReturnType<typeof recipeBench>;
beforeAll(async () => {
  cloud = await openCloud();
  bench = recipeBench(cloud);
});
afterAll(async () => await cloud.close());

const customise = () => ensureCustomised(bench.ports());
describe('a recipe on Windows', () => {
  it('of every kind of step runs as it is written, at few reads an hour', { timeout: 60_000 }, async () => {
    const steps = [
      { name: 'hello', script: 'param($Site)\nWrite-Output "hello $Site"', parameters: { Site: "B'ern" } },
      { name: 'configure', script: configure, parameters: { Site: 'Bern' } },
      { name: 'app', install: { ...app, kind: 'msi', arguments: 'ALLUSERS=1' } },
      { name: 'viewer', install: { ...viewer, kind: 'exe', arguments: '/S' } },
      { name: 'settings', file: { ...settings, destination: 'C:\\ProgramData\\Contoso\\desktop.json' } },
      { name: 'optimise', optimise: { commit, sha256: tool } },
      { name: 'updates', windowsUpdates: { exclude: ['KB890830'] } },
      { name: 'restart', restart: {} },
      { name: 'allowed', script: 'exit 5', allowedExitCodes: [0, 5] },
      { name: 'done', script: "Write-Output 'all is well'" },
    ];
    const version = await bench.onTheBench({ set: 'every-step', steps });
    const [from, asked] = [cloud.now(), cloud.asked().length];
    const { failure, facts } = await bench.run(version, customise());
    expect(failure).toBeUndefined();
    expect(facts.steps?.map(({ name, exitCode }) => `${name} ${exitCode}`)).toEqual([
      'hello 0',
      'configure 0',
      'app 0',
      'viewer 3010',
      'settings 0',
      'optimise 0',
      'updates 0',
      'restart 0',
      'allowed 5',
      'done 0',
    ]);
    expect(facts.steps?.[0]?.tail).toBe("hello B'ern");
    const reads = cloud
      .asked()
      .slice(asked)
      .filter(({ method }) => method === 'GET').length;
    expect(reads / (secondsBetween(from, cloud.now()) / 3600)).toBeLessThan(40);
    const { files, registry } = await bench.guest(version);
    expect(files.map(({ path }) => path)).toContain('C:\\ProgramData\\Contoso\\desktop.json');
    expect(files.filter(({ path }) => path.includes('goldsmith'))).toEqual([]);
    expect(registry.some(({ path }) => path.endsWith('RebootPending'))).toBe(false);
  });

  const failing: [title: string, code: string, says: RegExp, step: object][] = [
    [
      'another file than was meant',
      'StepFailed',
      /was not used/,
      { install: { ...app, sha256: 'a'.repeat(64), kind: 'msi' } },
    ],
    [
      'a host that is not there',
      'StepFailed',
      /could not be resolved/,
      { install: { ...app, uri: 'https://nowhere.example/a.msi', kind: 'msi' } },
    ],
    [
      'a web page under an installer’s name',
      'StepFailed',
      /exit code 1620 \(this is no package/,
      { install: { ...broken, kind: 'msi' } },
    ],
    [
      'an installer that waits for somebody',
      'StepTimedOut',
      /within 5 minutes/,
      { install: { ...viewer, kind: 'exe', arguments: '/log' }, timeoutMinutes: 5 },
    ],
    [
      'a script that fails',
      'StepFailed',
      /the licence server/,
      { script: "throw 'the licence server says no'" },
    ],
  ];
  for (const [index, [title, code, says, step]] of failing.entries()) {
    it(`fails with ${title}`, async () => {
      const version = await bench.onTheBench({ set: `failing-${index}`, steps: [{ name: 'app', ...step }] });
      const { failure } = await bench.run(version, customise());
      expect(failure?.code).toBe(code);
      expect(failure?.message).toMatch(says);
    });
  }
});

describe('a restart', () => {
  const after = { name: 'after', script: "Write-Output 'up again'" };

  it('by a downloaded script is waited for', async () => {
    const content = 'Restart-Computer -Force\n';
    const uri = `${downloads}/restart.ps1`;
    await bench.told('/local/web', { uri, content });
    const sha256 = createHash('sha256').update(content).digest('hex');
    const steps = [{ name: 'joins', script: { uri, sha256 } }, after];
    const version = await bench.onTheBench({ set: 'restarts-itself', steps });
    const { failure, facts } = await bench.run(version, customise());
    expect(failure).toBeUndefined();
    expect(facts.steps).toMatchObject([{ name: 'joins' }, { name: 'after', tail: 'up again' }]);
  });

  for (const fate of ['dies before', 'dies after', 'answer lost', 'refused'] as const) {
    it(`cuts no script off, when the one who asks for it meets: ${fate}`, async () => {
      const steps = [{ name: 'app', install: { ...viewer, kind: 'exe', arguments: '/S' } }, after];
      const version = await bench.onTheBench({ set: `restart-${fate.replace(' ', '-')}`, steps });
      const { failure, facts } = await bench.run(version, customise(), ['well', fate]);
      expect(failure).toBeUndefined();
      expect(facts.steps).toMatchObject([
        { exitCode: 3010, attempts: 1 },
        { exitCode: 0, attempts: 1 },
      ]);
    });
  }

  it('is not waited for longer than the recipe says, when the agent stays silent', async () => {
    const steps = [after, { name: 'again', restart: { waitMinutes: 10 } }];
    const version = await bench.onTheBench({ set: 'silent', steps });
    await bench.run(
      { ...version, plan: { ...version.plan, recipe: version.plan.recipe.slice(0, 1) } },
      customise(),
    );
    await bench.told(`/local/guests/${benchMachine(version).name}`, { killAgent: true });
    const facts = { steps: [{ name: 'after', exitCode: 0, seconds: 1, tail: '', attempts: 1 }] };
    const { failure } = await bench.run({ ...version, facts }, customise());
    // The restart brings the agent back, as it does on a real machine.
    expect(failure).toBeUndefined();
  });
});

it('a script that an agent never takes over comes to its end', async () => {
  const version = await bench.onTheBench({
    set: 'no-agent',
    steps: [{ name: 'a', script: 'exit 0', timeoutMinutes: 10 }],
  });
  await bench.told(`/local/guests/${benchMachine(version).name}`, { killAgent: true });
  const { failure } = await bench.run(version, customise());
  expect(failure?.code).toMatch(/StepFailed|StepTimedOut/);
});

describe('a recipe on Linux', () => {
  it('runs, is inspected, and its machine is deprovisioned with proof', async () => {
    const steps = [
      { name: 'configure', script: configureLinux },
      { name: 'settings', file: { ...settings, destination: '/etc/contoso/desktop.json' } },
      { name: 'updates', linuxUpdates: {} },
    ];
    const version = await bench.onTheBench({ set: 'linux', os: 'Linux', steps });
    const customised = await bench.run(version, customise());
    expect(customised.failure).toBeUndefined();
    expect(customised.facts.steps?.map(({ name }) => name)).toEqual(['configure', 'settings', 'updates']);
    const inspected = await bench.run(version, ensureInspected(bench.ports().scripts));
    expect(inspected.failure).toBeUndefined();
    expect(inspected.facts.findings?.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    const sealed = await bench.run(version, ensureGeneralised(bench.ports().machines, bench.ports().scripts));
    expect(sealed.failure).toBeUndefined();
    expect(await bench.ports().machines.find(benchMachine(version))).toMatchObject({
      generalized: true,
      power: 'deallocated',
    });
  });
});
