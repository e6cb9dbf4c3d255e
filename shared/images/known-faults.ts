/** Why sysprep failed, in words, and what helps. */
export interface Fault {
  readonly fault: string;
  readonly remedy: string;
}

interface Known extends Fault {
  readonly sign: RegExp;
}

const known: readonly Known[] = [
  {
    sign: /0x80073cf2|installed for a user, but not provisioned/i,
    fault: 'a Store package is installed for a user but not provisioned for all',
    remedy: 'Remove it in the recipe (Remove-AppxPackage -AllUsers) or provision it for all users.',
  },
  {
    sign: /0x80310039|BitLocker is on for the OS volume|BitLocker-?\s?Sysprep|ValidateBitLockerState/i,
    fault: 'BitLocker is on for the OS disk',
    remedy:
      'Put Disable-BitLocker -MountPoint C: into the recipe and wait there until the disk is decrypted.',
  },
  {
    sign: /0x800f0975|reserved storage|active scenario/i,
    fault: 'Windows is still servicing itself (reserved storage is in use)',
    remedy: 'End the recipe with a restart, after all updates; then request a new version.',
  },
  {
    sign: /reboot is (?:pending|required)|pending reboot|pending\.xml|RebootPending|There are one or more Windows updates that require a reboot/i,
    fault: 'a restart is pending',
    remedy: 'Put a restart step at the end of the recipe.',
  },
  {
    sign: /0xc004d307|rearm count/i,
    fault: 'the licence was reset as often as it may be',
    remedy: 'Start from a fresher source: an image of an image of an image ends here.',
  },
  {
    sign: /will not run on an upgraded OS|upgraded OS|SETUP\\Upgrade/i,
    fault: 'this Windows was upgraded in place',
    remedy: 'Start from a clean installation of the newer Windows.',
  },
  {
    sign: /joined to a domain|domain[- ]joined|RemoveDomain|SysprepGeneralizeDomain/i,
    fault: 'the machine is in a domain',
    remedy: 'Take it out of the domain in the recipe: hosts join when they are made.',
  },
  {
    sign: /WMPNetworkSvc|Failure occurred while executing .*msdtcprx|DllUnregister/i,
    fault: 'a component of Windows could not be generalised',
    remedy: 'The log names the component: stop its service in the recipe, or leave it as Windows brings it.',
  },
];

/** The first known fault that the log shows signs of; for a package, its name is said too. */
export function knownFault(log: string): Fault | undefined {
  const found = known.find(({ sign }) => sign.test(log));
  if (!found) return undefined;
  const { fault, remedy } = found;
  const names = [...log.matchAll(/Package ([\w.-]+?)_[\w.]+(?:_\S+)? was installed for a user/gi)];
  const packages = [...new Set(names.map(([, name]) => name ?? ''))].slice(0, 10);
  return { fault: packages.length > 0 ? `${fault}: ${packages.join(', ')}` : fault, remedy };
}
