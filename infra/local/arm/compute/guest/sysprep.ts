import type { Contents } from './contents.ts';
import type { SealEnd, Work } from './host.ts';
import { awaitsServicing } from './pending-restart.ts';
import type { Random } from '../../core/random.ts';

/** The guest, as far as sealing it changes it. */
export interface Sealable {
  readonly contents: Contents;
  readonly facts: Map<string, string>;
  imageState: string;
  isSealed(): boolean;
  halt(power: 'stopped'): void;
}

interface Fault {
  readonly exitCode: number;
  readonly lines: readonly string[];
  /** It fails in the middle: what it leaves behind can neither be used nor be sealed again. */
  readonly spoils?: boolean;
}

const PANTHER = 'C:\\Windows\\System32\\Sysprep\\Panther';
const RUNNING = 'sysprep-running';
const REARM_USED_UP = 0xc0_04_d3_07 | 0;

/** Sysprep as the "Sysprep command-line options" describe it, with the faults that golden images meet. */
export function* sysprep(guest: Sealable, random: Random, given: string, time: () => string): Work<SealEnd> {
  if (!/[/-]generalize\b/i.test(given)) {
    yield random.between(20, 60);
    return { exitCode: 0 };
  }
  if (guest.isSealed() || guest.facts.has(RUNNING)) {
    const error = 'Sysprep did not start: an instance is running, or this Windows is sealed already.';
    return { exitCode: 1, error };
  }
  const { contents } = guest;
  guest.facts.set(RUNNING, 'yes');
  log(
    contents,
    'setupact',
    `${time()}, Info                  SYSPRP ========================================================`,
  );
  log(
    contents,
    'setupact',
    `${time()}, Info                  SYSPRP ===          Beginning of a new sysprep run          ===`,
  );
  const takes = random.between(180, 420);
  if (contents.system.sysprep === 'hangs') return { exitCode: 0, hangs: true };
  const fault = faultIn(contents);
  if (fault) {
    yield random.between(20, 90);
    guest.facts.delete(RUNNING);
    if (fault.spoils) guest.imageState = 'IMAGE_STATE_UNDEPLOYABLE';
    for (const line of fault.lines) {
      for (const name of ['setupact', 'setuperr'] as const)
        log(contents, name, `${time()}, Error                 SYSPRP ${line}`);
    }
    return { exitCode: fault.exitCode };
  }
  yield takes;
  guest.facts.delete(RUNNING);
  seal(guest, given, time);
  return { exitCode: 0 };
}

function seal(guest: Sealable, given: string, time: () => string): void {
  const { contents } = guest;
  // Without /oobe, or when it restarts by itself, this Windows is on its way to somewhere else.
  const unusable = /[/-]reboot\b/i.test(given) || !/[/-]oobe\b/i.test(given);
  const { domain: _, entra: __, rearms = 1001, sysprep: how, ...kept } = contents.system;
  guest.imageState =
    unusable || how === 'lies' ? 'IMAGE_STATE_UNDEPLOYABLE' : 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';
  contents.replaceSystem({ ...kept, ...(how && { sysprep: how }), rearms: rearms - 1 });
  log(contents, 'setupact', `${time()}, Info                  SYSPRP Sysprep_Generalize: done`);
  if (guest.imageState !== 'IMAGE_STATE_UNDEPLOYABLE')
    contents.files.put({ path: 'C:\\Windows\\System32\\Sysprep\\Sysprep_succeeded.tag', text: '' });
  if (/[/-]shutdown\b/i.test(given)) guest.halt('stopped');
}

/** The faults in the order in which sysprep's validation comes upon them. */
function faultIn(contents: Contents): Fault | undefined {
  const { system } = contents;
  if (system.bitLocker !== undefined && system.bitLocker !== 'FullyDecrypted') {
    return fault(0x80_31_00_39, [
      'BitLocker-Sysprep: BitLocker is on for the OS volume. Turn BitLocker off to run Sysprep. (0x80310039)',
      launch('ValidateBitLockerState', 'C:\\Windows\\System32\\BdeSysprep.dll', '0x80310039'),
    ]);
  }
  if (contents.registry.exists('HKLM:\\SYSTEM\\Setup\\Upgrade')) {
    return fault(0x80_07_13_9f, [
      'spopk.dll:: Sysprep will not run on an upgraded OS. You can only run Sysprep on a custom (clean) install version of Windows.',
      launch('Sysprep_Clean_Validate_Opk', 'C:\\Windows\\System32\\spopk.dll', '0x139f'),
    ]);
  }
  if (awaitsServicing(contents)) {
    return fault(0x80_07_13_9f, [
      'Sysprep_Clean_Validate_Opk: There are one or more Windows updates that require a reboot. To run Sysprep, reboot the computer and restart the application.',
      launch('Sysprep_Clean_Validate_Opk', 'C:\\Windows\\System32\\spopk.dll', '0x139f'),
    ]);
  }
  const appx = contents.appx
    .all()
    .find(
      ({ users, provisioned, system: own, framework }) =>
        users.length > 0 && !provisioned && !own && !framework,
    );
  if (appx) {
    return fault(0x80_07_3c_f2, [
      `Package ${appx.name}_1.0.0.0_x64__8wekyb3d8bbwe was installed for a user, but not provisioned for all users. This package will not function properly in the sysprep image.`,
      'Failed to remove apps for the current user: 0x80073cf2.',
      'Exit code of RemoveAllApps thread was 0x3cf2.',
      launch('SysprepGeneralizeValidate', 'C:\\Windows\\System32\\AppxSysprep.dll', '0x3cf2'),
    ]);
  }
  return lateFaultIn(contents);
}

/** What only shows when sysprep is at work already. */
function lateFaultIn({ system }: Contents): Fault | undefined {
  if ((system.rearms ?? 1001) <= 0) {
    return {
      exitCode: REARM_USED_UP,
      lines: [
        'RunExternalDlls:An error occurred while running registry sysprep DLLs, halting sysprep execution. dwRet = -1073425657[gle=0x000036b7]',
        "LaunchDll:Failure occurred while executing 'C:\\Windows\\System32\\slc.dll,SLReArmWindows', returned error code 0xC004D307[gle=0x000036b7]",
      ],
      spoils: true,
    };
  }
  if (system.sysprep !== 'fails') return undefined;
  return {
    exitCode: 0x80_07_00_1f | 0,
    lines: [
      launch('Sysprep_Generalize_Pnp', 'C:\\Windows\\System32\\sppnp.dll', '0x1f'),
      "RunExternalDlls:Not running DLLs; either the machine is in an invalid state or we couldn't update the recorded state, dwRet = 0x1f",
    ],
    spoils: true,
  };
}

function fault(hresult: number, lines: readonly string[]): Fault {
  return { exitCode: hresult | 0, lines };
}

function launch(step: string, dll: string, code: string): string {
  return `ActionPlatform::LaunchModule: Failure occurred while executing '${step}' from ${dll}; dwRet = ${code}`;
}

function log(contents: Contents, name: 'setupact' | 'setuperr', line: string): void {
  const path = `${PANTHER}\\${name}.log`;
  contents.files.put({ path, text: `${contents.files.get(path)?.text ?? ''}${line}\n` });
}
