import type { Evidence, Rule } from './inspection.ts';

const nothing = (evidence: Evidence, name: string) => evidence[name] === 'none';
const no = (evidence: Evidence, name: string) => /^(no|false|0)$/i.test(evidence[name] ?? '');
const atMost = (evidence: Evidence, name: string, most: number) => {
  const value = Number(evidence[name]);
  return Number.isNaN(value) ? undefined : value <= most;
};

const everywhere = ['Windows', 'Linux'] as const;
const windows = ['Windows'] as const;
const linux = ['Linux'] as const;

/** Everything that is asked of a guest before it becomes an image: what must not be in it, and what should. */
export const inspectionRules: readonly Rule[] = [
  {
    name: 'avd-agent',
    os: windows,
    weight: 'required',
    reads: ['avdAgent'],
    isWell: (evidence) => nothing(evidence, 'avdAgent'),
    remedy:
      'Uninstall the Azure Virtual Desktop agent and its boot loader: they are installed when a host is registered.',
  },
  {
    name: 'avd-registration-token',
    os: windows,
    weight: 'required',
    reads: ['avdToken'],
    isWell: (evidence) => nothing(evidence, 'avdToken'),
    remedy:
      'Delete the key HKLM:\\SOFTWARE\\Microsoft\\RDInfraAgent: every host made of the image would claim to be this one.',
  },
  {
    name: 'domain-joined',
    os: everywhere,
    weight: 'required',
    reads: ['domain'],
    isWell: (evidence) => nothing(evidence, 'domain'),
    remedy: 'Take the machine out of the domain: hosts join it when they are made.',
  },
  {
    name: 'entra-joined',
    os: windows,
    weight: 'required',
    reads: ['entraJoined'],
    isWell: (evidence) => no(evidence, 'entraJoined'),
    remedy: 'Run dsregcmd /leave: hosts join Entra ID when they are made, each with an identity of its own.',
  },
  {
    name: 'intune-enrolled',
    os: windows,
    weight: 'required',
    reads: ['intune'],
    isWell: (evidence) => nothing(evidence, 'intune'),
    remedy: 'Take the machine out of Intune, and keep the build VM out of what enrols by itself.',
  },
  {
    name: 'defender-onboarded',
    os: everywhere,
    weight: 'required',
    reads: ['defender'],
    isWell: (evidence) => no(evidence, 'defender'),
    remedy:
      'Offboard the machine from Defender for Endpoint, or every host will report under one identity; put the onboarding into the hosts’ start instead.',
  },
  {
    name: 'bitlocker-on',
    os: windows,
    weight: 'required',
    only: 'Generalized',
    reads: ['bitLocker'],
    isWell: ({ bitLocker }) => bitLocker === 'FullyDecrypted' || bitLocker === 'not installed',
    remedy: 'Decrypt the disk (Disable-BitLocker -MountPoint C:) and wait for it: sysprep refuses otherwise.',
  },
  {
    name: 'appx-per-user',
    os: windows,
    weight: 'required',
    only: 'Generalized',
    reads: ['appxPerUser'],
    isWell: (evidence) => nothing(evidence, 'appxPerUser'),
    remedy:
      'Remove these Store packages (Remove-AppxPackage -AllUsers) or provision them for all users: sysprep fails on each.',
  },
  {
    name: 'pending-reboot',
    os: windows,
    weight: 'required',
    reads: ['pendingReboot'],
    isWell: (evidence) => nothing(evidence, 'pendingReboot'),
    remedy: 'Put a restart step at the end of the recipe.',
  },
  {
    name: 'restart-due',
    os: linux,
    weight: 'advisory',
    reads: ['pendingReboot'],
    isWell: (evidence) => nothing(evidence, 'pendingReboot'),
    remedy: 'Put a restart step at the end of the recipe.',
  },
  {
    name: 'image-state',
    os: windows,
    weight: 'required',
    only: 'Generalized',
    reads: ['imageState'],
    isWell: ({ imageState }) => imageState === 'IMAGE_STATE_COMPLETE',
    remedy: 'Sysprep has been run on it, or broke off: start from a source that is whole.',
  },
  {
    name: 'sysprep-rearm',
    os: windows,
    weight: 'advisory',
    only: 'Generalized',
    reads: ['rearmsLeft'],
    isWell: ({ rearmsLeft }) => Number(rearmsLeft) > 0,
    remedy: 'Its licence cannot be reset again: start from a fresher source, not from an image of an image.',
  },
  {
    name: 'windows-upgraded',
    os: windows,
    weight: 'advisory',
    only: 'Generalized',
    reads: ['upgraded'],
    isWell: (evidence) => no(evidence, 'upgraded'),
    remedy: 'Sysprep may refuse a Windows that was upgraded in place: start from a clean installation.',
  },
  {
    name: 'fslogix-baked-in',
    os: windows,
    weight: 'advisory',
    reads: ['fslogix'],
    isWell: (evidence) => nothing(evidence, 'fslogix'),
    remedy:
      'Better installed on the hosts, where it can be updated by itself; marketplace images may bring it.',
  },
  {
    name: 'os-disk-size',
    os: everywhere,
    weight: 'advisory',
    reads: ['osDiskGB'],
    isWell: (evidence) => atMost(evidence, 'osDiskGB', 128),
    remedy: 'Keep it at 128 GB or less: a bigger disk makes every host slower to create and dearer.',
  },
  {
    name: 'leftover-plugins',
    os: everywhere,
    weight: 'advisory',
    reads: ['plugins'],
    isWell: (evidence) => nothing(evidence, 'plugins'),
    remedy:
      'Remove these extensions from the build VM before the recipe ends. What is left of them is deleted when the machine is generalised.',
  },
  {
    name: 'leftover-logs',
    os: everywhere,
    weight: 'advisory',
    reads: ['logsMB'],
    isWell: (evidence) => atMost(evidence, 'logsMB', 200),
    remedy: 'Delete old logs in the last step of the recipe.',
  },
  {
    name: 'leftover-profiles',
    os: everywhere,
    weight: 'advisory',
    reads: ['profiles'],
    isWell: (evidence) => nothing(evidence, 'profiles'),
    remedy: 'Delete the profiles of people who worked on the machine.',
  },
  {
    name: 'teams-media-optimisation',
    os: windows,
    weight: 'advisory',
    reads: ['webRtc'],
    isWell: (evidence) => !nothing(evidence, 'webRtc'),
    remedy: 'Install the Remote Desktop WebRTC Redirector Service, so that calls in Teams run on the client.',
  },
  {
    name: 'webview2-runtime',
    os: windows,
    weight: 'advisory',
    reads: ['webView2'],
    isWell: (evidence) => !nothing(evidence, 'webView2'),
    remedy: 'Install the Edge WebView2 runtime: Teams and Office need it.',
  },
  {
    name: 'azure-agent',
    os: linux,
    weight: 'required',
    reads: ['azureAgent'],
    isWell: (evidence) => !nothing(evidence, 'azureAgent'),
    remedy: 'Install the Azure Linux agent (waagent): without it no host can be prepared.',
  },
  {
    name: 'host-identity',
    os: linux,
    weight: 'advisory',
    only: 'Specialized',
    reads: ['hostKeys'],
    isWell: (evidence) => nothing(evidence, 'hostKeys'),
    remedy:
      'Every host will have the same SSH host keys and machine id: delete /etc/ssh/ssh_host_* and empty /etc/machine-id in the last step.',
  },
  {
    name: 'cloud-init',
    os: linux,
    weight: 'advisory',
    reads: ['cloudInit'],
    isWell: (evidence) => !nothing(evidence, 'cloudInit'),
    remedy: 'Install cloud-init, or see to it that waagent itself prepares the machine.',
  },
];

export const ruleNames: readonly string[] = inspectionRules.map(({ name }) => name);
