import { describe, expect, it } from 'vitest';
import { type BadRecipe, badActions } from './bad-actions.ts';
import { Recipe } from '../../shared/images/recipe-bodies.ts';

const sha256 = 'a'.repeat(64);
const uri = 'https://contoso.blob.core.windows.net/apps/app.msi';
const secretUri = 'https://contoso.vault.azure.net/secrets/token';
const script = { name: 'apps', script: 'exit 0' };

/** What a recipe with this one step is refused for: where, and in which words. */
function refusals(...steps: readonly unknown[]): string[] {
  const { error } = Recipe.safeParse(steps);
  return (error?.issues ?? []).map(({ path, message, ...issue }) => {
    const field = 'keys' in issue ? [...path, ...issue.keys] : path;
    return `${field.map(String).join('.')}: ${message}`;
  });
}

const bad: readonly BadRecipe[] = [
  ...badActions,
  ['a step without a name', '0.name', /string/, { script: 'exit 0' }],
  ['a name with capitals', '0.name', /lower-case/, { ...script, name: 'Apps' }],
  ['a name that is too long', '0.name', /40/, { ...script, name: 'a'.repeat(41) }],
  ['two steps of one name', '1.name', /twice/, script, script],
  ['a step without an action', '0', /one of script, windowsUpdates/, { name: 'apps' }],
  ['a step with two actions', '0.restart', /script and restart/, { ...script, restart: {} }],
  ['a field that nobody knows', '0.powershell', /powershell/, { ...script, powershell: true }],
  ['an empty script', '0.script', /A script, or its uri and sha256/, { name: 'a', script: '' }],
  ['a script that is too long', '0.script', /32000/, { name: 'a', script: 'x'.repeat(32_001) }],
  ['a script that is a number', '0.script', /as text, or its uri/, { name: 'a', script: 7 }],
  ['a script with a zero in it', '0.script', /zero/, { name: 'a', script: 'exit\0' }],
  [
    'a script that holds a key',
    '0.script',
    /secret parameter/,
    { name: 'a', script: `AccountKey=${'k'.repeat(44)}==` },
  ],
  [
    'a script that holds a registration token',
    '0.script',
    /secret parameter/,
    { name: 'a', script: `install eyJhbGciOiJSUzI1NiIs.eyJSZWdpc3RyYXRpb24i.c2lnbmF0dXJlMTIz` },
  ],
  ['a script uri without a sum', '0.script.sha256', /string|SHA/, { name: 'a', script: { uri } }],
  [
    'an address without https',
    '0.script.uri',
    /https/,
    { name: 'a', script: { uri: 'http://a.example/x.ps1', sha256 } },
  ],
  ['an address that is none', '0.script.uri', /https/, { name: 'a', script: { uri: 'app.msi', sha256 } }],
  [
    'an address with a signature',
    '0.script.uri',
    /signature/,
    { name: 'a', script: { uri: `${uri}?sv=1&sig=abc`, sha256 } },
  ],
  [
    'an address with a password',
    '0.script.uri',
    /password/,
    { name: 'a', script: { uri: 'https://me:pw@contoso.com/a', sha256 } },
  ],
  [
    'a sum of another kind',
    '0.script.sha256',
    /64 hexadecimal/,
    { name: 'a', script: { uri, sha256: 'b'.repeat(40) } },
  ],
  [
    'a parameter name with a dash',
    '0.parameters.a-b',
    /letters, digits/,
    { ...script, parameters: { 'a-b': '1' } },
  ],
  [
    'a parameter name that the shell knows',
    '0.parameters.PATH',
    /shell/,
    { ...script, parameters: { PATH: '/' } },
  ],
  ['a parameter name of ours', '0.parameters.gm_file', /taken/, { ...script, parameters: { gm_file: 'x' } }],
  [
    'a plain password',
    '0.parameters.adminPassword',
    /secret parameter/,
    { ...script, parameters: { adminPassword: 'x' } },
  ],
  [
    'a parameter that is plain and secret',
    '0.secretParameters.TOKEN',
    /plain parameter too/,
    { ...script, parameters: { token: 'x' }, secretParameters: { TOKEN: { secretUri } } },
  ],
  [
    'a secret that is no reference',
    '0.secretParameters.TOKEN',
    /Key Vault.*never the secret itself/,
    { ...script, secretParameters: { TOKEN: 'x' } },
  ],
  [
    'a secret of another place',
    '0.secretParameters.TOKEN.secretUri',
    /Key Vault/,
    { ...script, secretParameters: { TOKEN: { secretUri: 'https://contoso.example/secrets/a' } } },
  ],
  [
    'a key where a secret is meant',
    '0.secretParameters.TOKEN.secretUri',
    /Key Vault/,
    { ...script, secretParameters: { TOKEN: { secretUri: 'https://contoso.vault.azure.net/keys/a' } } },
  ],
  [
    'parameters of an update',
    '0.parameters',
    /windowsUpdates has no parameters/,
    { name: 'u', windowsUpdates: {}, parameters: {} },
  ],
  ['a time-out of nothing', '0.timeoutMinutes', /one minute/, { ...script, timeoutMinutes: 0 }],
  ['a time-out of a day', '0.timeoutMinutes', /240/, { ...script, timeoutMinutes: 1440 }],
  ['a time-out of half a minute', '0.timeoutMinutes', /whole/, { ...script, timeoutMinutes: 0.5 }],
  ['no exit code at all', '0.allowedExitCodes', /one exit code/, { ...script, allowedExitCodes: [] }],
  ['too many retries', '0.retries', /0 to 5/, { ...script, retries: 6 }],
  ['retries of a restart', '0.retries', /restart has no retries/, { name: 'r', restart: {}, retries: 1 }],
  [
    'a time-out of a restart',
    '0.timeoutMinutes',
    /waitMinutes/,
    { name: 'r', restart: {}, timeoutMinutes: 5 },
  ],
  [
    'a restart that nobody waits for',
    '0.restart.waitMinutes',
    /5 minutes/,
    { name: 'r', restart: { waitMinutes: 1 } },
  ],
  ['a user without a password', '0.runAs.password', /object/, { ...script, runAs: { user: 'ana' } }],
  [
    'a user name with quotes',
    '0.runAs.user',
    /name of a user/,
    { ...script, runAs: { user: 'a"b', password: { secretUri } } },
  ],
  [
    'updates as somebody',
    '0.runAs',
    /has no runAs/,
    { name: 'u', windowsUpdates: {}, runAs: { user: 'ana', password: { secretUri } } },
  ],
  [
    'fifty-one steps',
    '',
    /50 steps/,
    ...Array.from({ length: 51 }, (_, index) => ({ ...script, name: `s${index}` })),
  ],
  [
    'more text than a version can hold',
    '',
    /may have 100000/,
    ...Array.from({ length: 4 }, (_, index) => ({ name: `s${index}`, script: 'x'.repeat(30_000) })),
  ],
  [
    'more time than a build may take',
    '',
    /hours/,
    ...Array.from({ length: 8 }, (_, index) => ({
      ...script,
      name: `s${index}`,
      timeoutMinutes: 240,
      retries: 5,
    })),
  ],
];

describe('a recipe is refused, with the field and what to do, for', () => {
  for (const [title, field, says, ...steps] of bad) {
    it(title, () => {
      const said = refusals(...steps);
      const found = said.find((one) => one.startsWith(`${field}: `) && says.test(one));
      expect(found, `said: ${said.join(' | ')}`).toBeDefined();
    });
  }
});
