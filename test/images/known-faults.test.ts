import { describe, expect, it } from 'vitest';
import { knownFault } from '../../shared/images/known-faults.ts';

const logs: [title: string, fault: RegExp, remedy: RegExp, log: string][] = [
  [
    'a Store package of one user',
    /Store package .*: Contoso\.Widgets, Fabrikam\.Notes$/,
    /Remove-AppxPackage/,
    `2026-01-05 12:00:00, Error SYSPRP Package Contoso.Widgets_1.2.3.0_x64__abcdef was installed for a user, but not provisioned for all users. This package will not function properly in the sysprep image.
2026-01-05 12:00:01, Error SYSPRP Package Fabrikam.Notes_4.5.6.0_neutral__xyz was installed for a user, but not provisioned for all users. This package will not function properly in the sysprep image.
2026-01-05 12:00:02, Error SYSPRP Failed to remove apps for the current user: 0x80073cf2.`,
  ],
  [
    'BitLocker',
    /BitLocker/,
    /Disable-BitLocker/,
    'Error SYSPRP BitLocker-Sysprep: BitLocker is on for the OS volume. Turn BitLocker off to run Sysprep. (0x80310039)',
  ],
  [
    'reserved storage in use',
    /reserved storage/,
    /restart/,
    'Error SYSPRP ActionPlatform::LaunchModule: Failure occurred while executing Sysprep_Clean_Validate_Opk; dwRet = 0x800F0975',
  ],
  [
    'a pending restart',
    /restart is pending/,
    /restart step/,
    'Error SYSPRP There are one or more Windows updates that require a reboot.',
  ],
  [
    'a licence that was reset too often',
    /licence/,
    /fresher/,
    'Error SYSPRP RunExternalDlls: dwRet = 0xC004D307',
  ],
  [
    'an upgraded Windows',
    /upgraded/,
    /clean installation/,
    'Error SYSPRP Sysprep will not run on an upgraded OS.',
  ],
  [
    'a machine in a domain',
    /domain/,
    /hosts join/,
    'Error SYSPRP The machine is joined to a domain and cannot be generalized.',
  ],
];

describe('a log of sysprep shows', () => {
  for (const [title, fault, remedy, log] of logs) {
    it(title, () => {
      const found = knownFault(
        `2026-01-05 11:59:00, Info SYSPRP ===== Beginning of a new sysprep run =====\n${log}`,
      );
      expect(found?.fault).toMatch(fault);
      expect(found?.remedy).toMatch(remedy);
    });
  }

  it('nothing that is known, and nothing is made up', () => {
    expect(knownFault('Error SYSPRP RunExternalDlls:Not running DLLs; dwRet = 0x1f')).toBeUndefined();
  });
});
