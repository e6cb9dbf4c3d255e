import type { Host } from '../host.ts';
import { Thing, type Value } from './values.ts';

const GB = 1024 ** 3;
/** In kilobytes, as Windows gives its memory. */
const MB = 1024 ** 2;

/** Accounts that Windows itself has a profile for. */
const SPECIAL = new Set(['public', 'default', 'default user', 'all users']);

/** What Windows answers through CIM, class by class. */
export const CIM: Readonly<Record<string, (host: Host, filter: string) => Value>> = {
  win32_computersystem: ({ name, contents: { system } }) =>
    new Thing('Win32_ComputerSystem', {
      Name: name,
      Domain: system.domain ?? 'WORKGROUP',
      PartOfDomain: system.domain !== undefined,
      Manufacturer: 'Microsoft Corporation',
      Model: 'Virtual Machine',
      TotalPhysicalMemory: 16 * GB,
    }),
  win32_processor: ({ contents: { system }, random }) =>
    new Thing('Win32_Processor', {
      Name: 'Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz',
      LoadPercentage: Math.round((system.cpuPercent ?? 6) * random.between(0.7, 1.3)),
    }),
  win32_operatingsystem: ({ contents: { system, bootedAt }, now }) =>
    new Thing('Win32_OperatingSystem', {
      Caption: system.caption,
      BuildNumber: system.build,
      Version: `10.0.${system.build}`,
      OSArchitecture: '64-bit',
      LastBootUpTime: new Date(bootedAt ?? now()),
      TotalVisibleMemorySize: 16 * MB,
      FreePhysicalMemory: 16 * MB - (system.memoryMB ?? 3600) * 1024,
      LocalDateTime: new Date(now()),
    }),
  win32_logicaldisk: ({ contents: { system } }) => {
    const size = (system.diskSizeGB ?? 127) - 1;
    return new Thing('Win32_LogicalDisk', { DeviceID: 'C:', Size: size * GB, FreeSpace: (size - 39) * GB });
  },
  win32_userprofile: ({ contents }) =>
    contents.files
      .namesIn('C:\\Users')
      .filter((name) => !SPECIAL.has(name.toLowerCase()))
      .map(
        (name) =>
          new Thing('Win32_UserProfile', { LocalPath: `C:\\Users\\${name}`, Special: false, Loaded: false }),
      ),
  win32_service: ({ contents }, filter) => {
    const [, wanted] = /name\s*=\s*['"]([^'"]+)['"]/i.exec(filter) ?? [];
    return contents.services
      .all()
      .filter(({ name }) => wanted === undefined || name.toLowerCase() === wanted.toLowerCase())
      .map(
        ({ name, status, startType = 'Automatic' }) =>
          new Thing('Win32_Service', { Name: name, State: status, StartMode: startType }),
      );
  },
  softwarelicensingservice: ({ contents: { system } }) =>
    new Thing('SoftwareLicensingService', { RemainingWindowsReArmCount: system.rearms ?? 1001 }),
};
