import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert as check, property, string } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Recipe } from '../../shared/images/recipe-bodies.ts';
import { linuxEvidence } from '../../shared/images/scripts/linux-evidence.ts';
import { linuxSeal } from '../../shared/images/scripts/linux-seal.ts';
import { powershellText, shellWord } from '../../shared/images/scripts/quoting.ts';
import { windowsEvidence } from '../../shared/images/scripts/windows-evidence.ts';
import { windowsSeal } from '../../shared/images/scripts/windows-seal.ts';
import { stepScript } from '../../shared/images/step-script.ts';

const sha256 = 'AB'.repeat(32);
const uri = "https://contoso.example.com/it's/app.msi?a=1&b=2";

/** What a step, as people write it, makes the guest run. */
function scriptOf(osType: 'Windows' | 'Linux', step: object, command = 'step-1-x'): string {
  const [parsed] = Recipe.parse([{ name: 'x', ...step }]);
  if (!parsed) throw new Error('there is one step');
  return stepScript(osType, parsed, command).script;
}

const steps = {
  script: {
    script: { uri, sha256 },
    parameters: { SITE: 'a' },
    secretParameters: { TOKEN: { secretUri: 'https://kv1.vault.azure.net/secrets/t' } },
  },
  msi: { install: { uri, sha256, kind: 'msi', arguments: "ADDLOCAL=ALL NAME='x'" } },
  exe: { install: { uri, sha256, kind: 'exe', arguments: '/S' } },
  msix: { install: { uri, sha256, kind: 'msix' } },
  optimise: { optimise: { commit: 'c'.repeat(40), sha256, optimizations: ['Services', 'Autologgers'] } },
  file: { file: { uri, sha256, destination: "C:\\Program Files\\It's\\a.config" } },
  updates: { windowsUpdates: { categories: ['security', 'critical'], exclude: ['KB5031455', 'KB5034441'] } },
};

describe('a text put into a script stays a text', () => {
  it('in PowerShell, whatever quotes it has', () => {
    check(
      property(string({ unit: 'grapheme' }), (text) => {
        const quoted = powershellText(text);
        const inner = quoted.slice(1, -1);
        // Every quote inside is doubled, so that none of them ends the literal.
        expect(inner.replaceAll(/(['\u2018\u2019\u201A\u201B])\1/gu, '')).not.toMatch(
          /['\u2018\u2019\u201A\u201B]/u,
        );
        expect(inner.replaceAll(/(['\u2018\u2019\u201A\u201B])\1/gu, '$1')).toBe(text);
      }),
    );
    expect(powershellText("it's ‘so’; $(exit 9)")).toBe("'it''s ‘‘so’’; $(exit 9)'");
  });

  it('in a shell, which prints it as it was', () => {
    const texts = ["it's", '$(exit 9)', '`id`', 'a\nb', '"; rm -rf x', String.raw`back\slash`, '!*?~', "'''"];
    for (const text of texts) {
      expect(execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`]).toString()).toBe(text);
    }
  });
});

describe('on Windows', () => {
  for (const [name, step] of Object.entries(steps).filter(([name]) => name !== 'updates')) {
    it(`${name}: nothing is done with a download before its sum is known, and nothing of it is left`, () => {
      const text = scriptOf('Windows', step);
      const sum = text.indexOf("-ne 'AB");
      expect(text.indexOf('Invoke-WebRequest')).toBeGreaterThan(0);
      expect(sum).toBeGreaterThan(text.indexOf('Invoke-WebRequest'));
      const use = text.search(
        /& \$gm_file|Start-Process|Add-AppxProvisionedPackage|Expand-Archive|Move-Item/,
      );
      expect(use).toBeGreaterThan(sum);
      expect(text.lastIndexOf('Remove-Item $gm_folder')).toBeGreaterThan(text.indexOf('} catch {'));
      expect(text.trimEnd()).toMatch(/exit \$gm_code$/);
    });
  }

  it('a downloaded script is given its parameters by name, the secret ones too', () => {
    const text = scriptOf('Windows', steps.script);
    expect(text).toMatch(/^param\(\[string\]\$SITE, \[string\]\$TOKEN\)/);
    expect(text).toContain('& $gm_file -SITE $SITE -TOKEN $TOKEN');
  });

  it('an installer is run silently, with its arguments as one literal', () => {
    const folder = 'C:\\Windows\\Temp\\goldsmith-step-1-x';
    expect(scriptOf('Windows', steps.msi)).toContain(
      `Start-Process 'msiexec.exe' -ArgumentList '/i ${folder}\\installer.msi /qn /norestart ADDLOCAL=ALL NAME=''x''' -Wait -PassThru`,
    );
    expect(scriptOf('Windows', steps.exe)).toContain(
      `Start-Process '${folder}\\installer.exe' -ArgumentList '/S' -Wait -PassThru`,
    );
    expect(scriptOf('Windows', steps.msix)).toContain(
      'Add-AppxProvisionedPackage -Online -PackagePath $gm_file',
    );
  });

  it('the optimisation tool is that of one commit, and does not restart the machine', () => {
    const text = scriptOf('Windows', steps.optimise);
    expect(text).toContain(`Virtual-Desktop-Optimization-Tool/archive/${'c'.repeat(40)}.zip`);
    expect(text).toContain("-Optimizations 'Services', 'Autologgers' -AcceptEULA");
    expect(text).not.toContain('-Restart');
  });

  it('updates are searched by their kinds, with `or` on the outside, and filtered', () => {
    const text = scriptOf('Windows', steps.updates);
    expect(text).toContain(
      "IsInstalled=0 and IsHidden=0 and Type='Software' and CategoryIDs contains '0FA1201D-4330-4FA8-8AE9-B877473B6441' or IsInstalled=0",
    );
    expect(text).toContain(
      String.raw`$u.Title -notmatch 'KB(5031455|5034441)\b' -and $u.Title -notmatch '\bPreview\b' -and -not $u.IsBeta`,
    );
    expect(text).not.toMatch(/Restart-Computer|shutdown/);
  });

  it('an inline script is run as it is', () => {
    const text = "Write-Output 'hello'\nexit 3";
    expect(scriptOf('Windows', { script: text })).toBe(text);
  });
});

describe('on Linux', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'recipe-'));
    mkdirSync(join(folder, 'bin'));
    // A curl that knows one file, and takes its own way to it.
    writeFileSync(join(folder, 'bin/curl'), `#!/bin/sh\ncp '${folder}/served' "$3"\n`);
    chmodSync(join(folder, 'bin/curl'), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const serve = (text: string) => {
    writeFileSync(join(folder, 'served'), text);
    return createHash('sha256').update(text).digest('hex');
  };
  const run = (text: string, environment: Record<string, string> = {}) =>
    spawnSync('sh', ['-c', text], {
      env: { PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, ...environment },
      encoding: 'utf8',
    });
  const command = () => `test-${process.pid}`;

  it('a downloaded script runs with what it was given, and its exit code is the step’s', () => {
    const sum = serve('echo "site $SITE"; exit 7');
    const step = { script: { uri, sha256: sum } };
    const { status, stdout } = run(scriptOf('Linux', step, command()), { SITE: 'Bern' });
    expect([status, stdout]).toEqual([7, 'site Bern\n']);
    expect(existsSync(`/var/tmp/goldsmith-${command()}`)).toBe(false);
  });

  it('a download that is another is not run, and not left', () => {
    serve('touch /tmp/never');
    const { status, stdout } = run(scriptOf('Linux', { script: { uri, sha256 } }, command()));
    expect(status).toBe(1);
    expect(stdout).toContain('was not used');
    expect(existsSync(`/var/tmp/goldsmith-${command()}`)).toBe(false);
  });

  it('a file is put where it belongs, with the folders on the way', () => {
    const sum = serve('a = 1');
    const destination = join(folder, "etc/it's/app.conf");
    const { status } = run(scriptOf('Linux', { file: { uri, sha256: sum, destination } }, command()));
    expect(status).toBe(0);
    expect(readFileSync(destination, 'utf8')).toBe('a = 1');
  });

  for (const [name, text] of Object.entries({
    'all updates': scriptOf('Linux', { linuxUpdates: {} }),
    'security updates': scriptOf('Linux', { linuxUpdates: { securityOnly: true } }),
    evidence: linuxEvidence,
    sealing: linuxSeal,
  })) {
    it(`${name}: the shell understands it`, () => {
      expect(spawnSync('sh', ['-n', '-c', text]).status).toBe(0);
    });
  }

  it('the evidence of this very machine is complete and short', () => {
    const { status, stdout } = spawnSync('sh', ['-c', linuxEvidence], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout.length).toBeLessThan(4096);
    expect(stdout.split('\n').filter((line) => /^\w+=.+$/.test(line))).toHaveLength(10);
  });
});

it('no script asks for a registration token’s value', () => {
  expect(windowsEvidence).not.toMatch(/Write-Output[^\n]*RegistrationToken/);
  expect(windowsSeal).not.toContain('RegistrationToken');
});
