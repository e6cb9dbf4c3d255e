import { describe, expect, it } from 'vitest';
import { withoutTheSecrets } from '../../shared/images/secrets.ts';

const licence = 'LIC-7Q2M-93XK-4410-ZETA';

describe('X8: what a script printed of its secrets', () => {
  it('is taken out, wherever it stands and as often', () => {
    expect(withoutTheSecrets(`using ${licence}, "${licence}"`, [licence])).toBe('using ***, "***"');
  });

  it('is taken out where PowerShell broke it into lines', () => {
    const wrapped = `no licence LIC-7Q2M-9\r\n3XK-4410-ZETA found\n    + LIC-\n    7Q2M-93XK-4410-ZETA`;
    expect(withoutTheSecrets(wrapped, [licence])).toBe('no licence *** found\n    + ***');
  });

  it('is taken out where Azure cut its beginning off', () => {
    const cut = `2M-93XK-4410-ZETA is in use\n${'x'.repeat(4060)}`;
    expect(withoutTheSecrets(cut, [licence])).toBe(`*** is in use\n${'x'.repeat(4060)}`);
    expect(withoutTheSecrets('META: fine', ['LIC-META'])).toBe('META: fine');
  });

  it('is taken out line by line, where it has several', () => {
    expect(withoutTheSecrets('first: alpha-1\nsecond: beta-2', ['alpha-1\r\nbeta-2'])).toBe(
      'first: ***\nsecond: ***',
    );
  });

  it('is what it is: no pattern', () => {
    expect(withoutTheSecrets('a.b+c and aXbbc', ['a.b+c', '(unclosed['])).toBe('*** and aXbbc');
    expect(withoutTheSecrets('costs $& of it', ['$& of'])).toBe('costs *** it');
  });
});
