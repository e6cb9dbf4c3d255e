import { ArmError } from '../core/arm-error.ts';
import type { Architecture } from './image.ts';

/** One VM size. */
export interface Size {
  readonly name: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly family: string;
  readonly familyName: string;
  readonly generations: 'V1' | 'V2' | 'V1,V2';
  readonly architecture: Architecture;
  /** Whether its disks may be on premium storage. */
  readonly premium: boolean;
  readonly trustedLaunch: boolean;
  readonly dataDisks: number;
}

const usual = { generations: 'V1,V2', architecture: 'x64', premium: true, trustedLaunch: true } as const;
const arm = { generations: 'V2', architecture: 'Arm64', premium: true, trustedLaunch: false } as const;
const plain = { ...usual, premium: false };
const old = { generations: 'V1', architecture: 'x64', premium: false, trustedLaunch: false } as const;

type Series = Omit<Size, 'name' | 'cores' | 'memoryGB' | 'dataDisks'> & {
  readonly name: (cores: number) => string;
  readonly cores: readonly number[];
  readonly memoryPerCore: number;
};

const series: readonly Series[] = [
  {
    ...usual,
    ...named('standardDSv5Family', 'DSv5'),
    name: (cores) => `Standard_D${cores}s_v5`,
    cores: [2, 4, 8, 16, 32],
    memoryPerCore: 4,
  },
  {
    ...usual,
    ...named('StandardDsv6Family', 'Dsv6'),
    name: (cores) => `Standard_D${cores}s_v6`,
    generations: 'V2',
    cores: [2, 4, 8, 16, 32],
    memoryPerCore: 4,
  },
  {
    ...usual,
    ...named('standardESv5Family', 'ESv5'),
    name: (cores) => `Standard_E${cores}s_v5`,
    cores: [2, 4, 8, 16, 32],
    memoryPerCore: 8,
  },
  {
    ...usual,
    ...named('standardDASv5Family', 'DASv5'),
    name: (cores) => `Standard_D${cores}as_v5`,
    cores: [2, 4, 8, 16, 32],
    memoryPerCore: 4,
  },
  {
    ...usual,
    ...named('standardBSFamily', 'BS'),
    name: (cores) => `Standard_B${cores}ms`,
    cores: [2, 4, 8],
    memoryPerCore: 4,
  },
  {
    ...plain,
    ...named('standardDv5Family', 'Dv5'),
    name: (cores) => `Standard_D${cores}_v5`,
    cores: [2, 4, 8],
    memoryPerCore: 4,
  },
  {
    ...arm,
    ...named('standardDPSv5Family', 'DPSv5'),
    name: (cores) => `Standard_D${cores}ps_v5`,
    cores: [2, 4, 8],
    memoryPerCore: 4,
  },
  {
    ...usual,
    ...named('StandardNVADSA10v5Family', 'NVADSA10v5'),
    name: (cores) => `Standard_NV${cores}ads_A10_v5`,
    cores: [6, 12, 36],
    memoryPerCore: 9,
  },
  {
    ...old,
    ...named('standardAv2Family', 'Av2'),
    name: (cores) => `Standard_A${cores}_v2`,
    cores: [2, 4],
    memoryPerCore: 2,
  },
];

/** Every size there is, in every region. */
export const SIZES: readonly Size[] = series.flatMap(({ name, cores, memoryPerCore, ...kind }) =>
  cores.map((count) => ({
    ...kind,
    name: name(count),
    cores: count,
    memoryGB: count * memoryPerCore,
    dataDisks: Math.min(64, count * 2),
  })),
);

/** Sizes are found without regard to case. */
export function findSize(name: string | undefined): Size | undefined {
  return SIZES.find((size) => size.name.toLowerCase() === name?.toLowerCase());
}

/** The size, or Azure's refusal of a size there is not. */
export function requireSize(vmSize: string | undefined, location: string): Size {
  const size = findSize(vmSize);
  if (size) return size;
  throw new ArmError(
    400,
    'InvalidParameter',
    `The value ${vmSize} provided for the VM size is not valid. The valid sizes in the current region are: ` +
      `${SIZES.map(({ name }) => name).join(',')} (${location}).`,
    { target: 'vmSize' },
  );
}

function named(family: string, short: string): Pick<Size, 'family' | 'familyName'> {
  return { family, familyName: `Standard ${short} Family vCPUs` };
}
