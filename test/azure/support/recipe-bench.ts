import { keyVault } from '../../../shared/azure/key-vault.ts';
import { runCommands } from '../../../shared/azure/run-commands.ts';
import { virtualMachines } from '../../../shared/azure/virtual-machines.ts';
import type { Version } from '../../../shared/images/image.ts';
import { benchMachine } from '../../../shared/images/names.ts';
import type { EnsureVersionStage } from '../../../shared/images/stage.ts';
import { drive, type Fate, type Stand, versionWith } from '../../images/recipe-driver.ts';
import { plan } from '../../images/versions.ts';
import type { Cloud } from './cloud.ts';

interface Bench {
  readonly set: string;
  readonly steps: readonly unknown[];
  readonly os?: 'Windows' | 'Linux';
  /** Names of what makes a guest dirty. */
  readonly dirt?: readonly string[];
  /** The identity that it writes its log with. */
  readonly identityId?: string;
}

/** Build VMs in a simulated Azure, and the stages that work on them, through the app's own adapters. */
export function recipeBench(cloud: Cloud) {
  const ports = () => ({
    scripts: runCommands(cloud.azure),
    machines: virtualMachines(cloud.azure),
    secrets: keyVault(cloud.azure, cloud.now),
    now: cloud.now,
  });

  const stand: Stand = {
    get now() {
      return cloud.now();
    },
    pass: (seconds) => cloud.pass(seconds / 60),
    landsLater: () => {
      throw new Error('nothing is late here');
    },
  };

  /** A version whose build VM is up. */
  async function onTheBench({ set, steps, os = 'Windows', dirt = [], identityId }: Bench): Promise<Version> {
    const definition = { ...plan.definition, osType: os };
    const made = versionWith(steps, { definition, subscriptionId: cloud.subscriptionId });
    const version: Version = { ...made, set };
    const ref = benchMachine(version);
    const { machines } = ports();
    await machines.create(ref, {
      owner: `${set}.1.0.0`,
      location: 'westeurope',
      size: 'Standard_D4s_v5',
      subnetId: cloud.subnetId,
      osType: os,
      from: { image: imageOf(os), osState: 'Generalized' },
      securityType: 'TrustedLaunch',
      computerName: `gm-${set}`.slice(0, 15),
      osDiskName: `${ref.name}-os`,
      nicName: `${ref.name}-nic`,
      dataDisks: [],
      ...(identityId !== undefined && { identityId }),
    });
    await cloud.until(async () => {
      const found = await machines.find(ref);
      return found?.agentReady && found.provisioningState === 'Succeeded';
    });
    if (dirt.length > 0) await told(`/local/guests/${ref.name}`, { is: dirt });
    return version;
  }

  async function told(path: string, body: unknown): Promise<void> {
    const response = await fetch(`${cloud.arm.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  async function guest(version: Version) {
    const response = await fetch(`${cloud.arm.url}/local/guests/${benchMachine(version).name}`);
    return (await response.json()) as {
      files: { path: string }[];
      registry: { path: string }[];
      services: { name: string }[];
    };
  }

  const run = async (version: Version, stage: EnsureVersionStage, fates: readonly Fate[] = []) =>
    await drive({ stage, version, machine: stand, fates });
  return { ports, onTheBench, guest, told, run };
}

function imageOf(os: 'Windows' | 'Linux') {
  return os === 'Windows'
    ? {
        publisher: 'MicrosoftWindowsDesktop',
        offer: 'windows-11',
        sku: 'win11-24h2-avd',
        version: '26100.6899.251011',
      }
    : { publisher: 'Canonical', offer: 'ubuntu-24_04-lts', sku: 'server', version: 'latest' };
}
