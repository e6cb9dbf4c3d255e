import { ArmError, type Json } from '../core/arm-error.ts';
import type { Image } from './image.ts';
import { invalid, required } from './writing.ts';

/** `osProfile` of a VM, as it is sent. */
export interface OsProfile {
  computerName?: string;
  adminUsername?: string;
  adminPassword?: string;
  customData?: string;
  windowsConfiguration?: object;
  linuxConfiguration?: {
    disablePasswordAuthentication?: boolean;
    ssh?: { publicKeys?: { path?: string; keyData?: string }[] };
  };
}

/** Refuses names and passwords that Azure refuses. */
export function checkOsProfile(osProfile: OsProfile | undefined, { osType }: Pick<Image, 'osType'>): void {
  required('osProfile', osProfile);
  const { computerName, adminUsername, adminPassword } = osProfile;
  required('osProfile.computerName', computerName);
  required('osProfile.adminUsername', adminUsername);
  refuseOtherSystem(osProfile, osType);
  if (osType === 'Windows') checkWindowsName(computerName);
  if (/^(?:administrator|admin|user|user1|test|root|guest)$/i.test(adminUsername)) {
    throw new ArmError(400, 'InvalidParameter', 'The Admin Username specified is not allowed.', {
      target: 'adminUsername',
    });
  }
  if (hasKeys(osProfile)) return;
  required('osProfile.adminPassword', adminPassword);
  checkPassword(adminPassword);
}

/** A Linux machine may be entered with a key instead of a password. */
function hasKeys({ linuxConfiguration }: OsProfile): boolean {
  return linuxConfiguration?.ssh?.publicKeys?.some(({ keyData }) => keyData !== undefined) ?? false;
}

function refuseOtherSystem(
  { windowsConfiguration, linuxConfiguration }: OsProfile,
  osType: Image['osType'],
): void {
  const other = osType === 'Windows' ? linuxConfiguration : windowsConfiguration;
  if (other === undefined) return;
  const parameter = osType === 'Windows' ? 'linuxConfiguration' : 'windowsConfiguration';
  throw new ArmError(400, 'InvalidParameter', `Parameter '${parameter}' is not allowed.`, {
    target: parameter,
  });
}

/** As an answer shows it: passwords and custom data never come back. */
export function shownOsProfile(osProfile: OsProfile, osType: Image['osType']): Json {
  const { adminPassword: _, customData: __, windowsConfiguration, linuxConfiguration, ...kept } = osProfile;
  const configuration =
    osType === 'Windows'
      ? {
          windowsConfiguration: {
            provisionVMAgent: true,
            enableAutomaticUpdates: true,
            ...windowsConfiguration,
          },
        }
      : {
          linuxConfiguration: {
            disablePasswordAuthentication: false,
            provisionVMAgent: true,
            ...linuxConfiguration,
          },
        };
  return {
    secrets: [],
    allowExtensionOperations: true,
    requireGuestProvisionSignal: true,
    ...kept,
    ...configuration,
  };
}

function checkWindowsName(computerName: string): void {
  const forbidden = /[`~!@#$%^&*()=+_[\]{}\\|;:.'",<>/?\s]/;
  if (computerName.length <= 15 && !/^\d+$/.test(computerName) && !forbidden.test(computerName)) return;
  throw invalid(
    'osProfile.computerName',
    computerName,
    'Windows computer name cannot be more than 15 characters long, be entirely numeric, or contain the following ' +
      'characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : . \' " , < > / ?.',
  );
}

/** "What are the password requirements when creating a VM?": 12 to 123 characters, three kinds of four. */
function checkPassword(password: string): void {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(password)).length;
  if (password.length >= 12 && password.length <= 123 && kinds >= 3) return;
  throw new ArmError(
    400,
    'InvalidParameter',
    'The supplied password must be between 12-123 characters long and must satisfy at least 3 of password complexity ' +
      'requirements from the following: contains an uppercase character, a lowercase character, a numeric digit, a ' +
      'special character.',
    { target: 'adminPassword' },
  );
}
