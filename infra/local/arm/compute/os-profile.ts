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
}

/** Refuses names and passwords that Azure refuses. */
export function checkOsProfile(osProfile: OsProfile | undefined, { osType }: Pick<Image, 'osType'>): void {
  required('osProfile', osProfile);
  const { computerName, adminUsername, adminPassword } = osProfile;
  required('osProfile.computerName', computerName);
  required('osProfile.adminUsername', adminUsername);
  required('osProfile.adminPassword', adminPassword);
  if (osType === 'Windows') checkWindowsName(computerName);
  if (/^(?:administrator|admin|user|user1|test|root|guest)$/i.test(adminUsername)) {
    throw new ArmError(400, 'InvalidParameter', 'The Admin Username specified is not allowed.', {
      target: 'adminUsername',
    });
  }
  checkPassword(adminPassword);
}

/** As an answer shows it: passwords and custom data never come back. */
export function shownOsProfile(osProfile: OsProfile): Json {
  const { adminPassword: _, customData: __, ...kept } = osProfile;
  return {
    secrets: [],
    allowExtensionOperations: true,
    requireGuestProvisionSignal: true,
    ...kept,
    windowsConfiguration: {
      provisionVMAgent: true,
      enableAutomaticUpdates: true,
      ...kept.windowsConfiguration,
    },
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
