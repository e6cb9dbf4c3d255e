import type { Version } from './image.ts';
import { benchMachine, benchName } from './names.ts';
import { parseResourceId } from '../resource-id.ts';
import type { PurchasePlan, ResolvedDataDisk, ResolvedDisk, ResolvedSource, Vhd } from './source.ts';

/** One thing that a version makes on the bench, and has to take away again. */
export interface BenchPart {
  readonly id: string;
  readonly kind: 'machine' | 'nic' | 'disk' | 'snapshot';
  /** What it is copied from, before there is a machine. Parts without it come with the machine. */
  readonly copy?: Copy;
}

export interface Copy {
  readonly from: { readonly id: string } | Vhd | { readonly sizeGB: number };
  /** What only we can say of a VHD with an operating system in it. */
  readonly os?: OsDisk;
}

export interface OsDisk {
  readonly osType: 'Windows' | 'Linux';
  readonly generation: 'V1' | 'V2';
  readonly architecture: 'x64' | 'Arm64';
  readonly securityType: 'Standard' | 'TrustedLaunch';
  readonly plan?: PurchasePlan;
}

export interface BenchLayout {
  /** In the order in which they can be made: what another is copied from comes first. */
  readonly parts: readonly BenchPart[];
  /** What the machine is made around, or the gallery takes as OS disk. */
  readonly osDisk?: { readonly id: string } | Vhd;
  readonly dataDisks: readonly BenchDataDisk[];
}

export interface BenchDataDisk {
  readonly lun: number;
  readonly id: string;
  /** With the machine, empty or from the image; or `ready` before it. */
  readonly made: 'from-image' | { readonly emptyGB: number } | 'ready';
}

/** Everything that a version will make on the bench, known by its source alone, before the first is made. */
export function benchOf(version: Version): BenchLayout {
  const { source } = version.facts;
  switch (source?.way) {
    case undefined:
    case 'in-place':
      return { parts: [], dataDisks: [] };
    case 'import':
      return importBench(version, source);
    case 'image':
    case 'disk':
      return machineBench(version, source);
  }
}

/** No machine: only what the gallery cannot take as it is. */
function importBench(version: Version, { osDisk, dataDisks }: ResolvedSource): BenchLayout {
  if (!osDisk) return { parts: [], dataDisks: [] };
  const os = isStraight(version)
    ? { parts: [], source: originOf(osDisk) }
    : asImage(version, 'os', osDisk, true);
  const data = dataDisks.map((disk) => ({
    lun: disk.lun,
    ...asImage(version, `data-${disk.lun}`, disk, false),
  }));
  return {
    parts: [os, ...data].flatMap(({ parts }) => parts),
    osDisk: os.source,
    dataDisks: data.map(({ lun, source }) => ({ lun, id: 'id' in source ? source.id : '', made: 'ready' })),
  };
}

/** Definitions that support Trusted Launch take a VHD from its blob, and no disk; all others the other way round. */
function isStraight({ plan, facts }: Version): boolean {
  return facts.source?.kind === 'vhd' && plan.definition.securityType === 'TrustedLaunchSupported';
}

interface Made {
  readonly parts: readonly BenchPart[];
  readonly source: { readonly id: string } | Vhd;
}

/** Something that the gallery takes: the disk or snapshot itself, or a snapshot of what it cannot take. */
function asImage(version: Version, name: string, disk: ResolvedDisk | ResolvedDataDisk, isOs: boolean): Made {
  const { from } = disk;
  const copyName = `${name}${copySuffix}`;
  const snapshot = (of: string): BenchPart => part(version, 'snapshot', `${name}-snap`, { from: { id: of } });
  if ('snapshot' in from) return { parts: [], source: from.snapshot };
  if ('disk' in from) {
    if (!disk.attached) return { parts: [], source: from.disk };
    const copy = snapshot(from.disk.id);
    return { parts: [copy], source: copy };
  }
  if ('vhd' in from) {
    const imported = part(version, 'disk', copyName, {
      from: from.vhd,
      ...(isOs && { os: osDiskOf(version) }),
    });
    const copy = snapshot(imported.id);
    return { parts: [imported, copy], source: copy };
  }
  const empty = part(version, 'disk', copyName, {
    from: { sizeGB: 'empty' in from ? from.empty.sizeGB : 1 },
  });
  return { parts: [empty], source: empty };
}

function machineBench(version: Version, { way, osDisk, dataDisks }: ResolvedSource): BenchLayout {
  const os = way === 'disk' && osDisk ? asDisk(version, 'os', osDisk, true) : [part(version, 'disk', 'os')];
  const data = dataDisks.map((disk) => ({ disk, parts: asDisk(version, `data-${disk.lun}`, disk, false) }));
  const machine: BenchPart = { id: idOf(version, 'machine', benchMachine(version).name), kind: 'machine' };
  const made = ({ from }: ResolvedDataDisk) => {
    if ('image' in from) return 'from-image';
    return 'empty' in from ? { emptyGB: from.empty.sizeGB } : 'ready';
  };
  const all = [...os, ...data.flatMap(({ parts }) => parts)];
  return {
    parts: [...all, machine, part(version, 'nic', 'nic')],
    osDisk: { id: os.at(-1)?.id ?? '' },
    dataDisks: data.map(({ disk, parts }) => ({
      lun: disk.lun,
      id: parts.at(-1)?.id ?? '',
      made: made(disk),
    })),
  };
}

/** A disk of our own that a machine can have; its copy by way of a snapshot, because a disk in use has no other. */
function asDisk(
  version: Version,
  name: string,
  { from }: ResolvedDisk | ResolvedDataDisk,
  isOs: boolean,
): readonly BenchPart[] {
  const copyName = `${name}${copySuffix}`;
  if ('disk' in from) {
    const snapshot = part(version, 'snapshot', `${name}-snap`, { from: { id: from.disk.id } });
    return [snapshot, part(version, 'disk', copyName, { from: { id: snapshot.id } })];
  }
  if ('snapshot' in from) return [part(version, 'disk', copyName, { from: { id: from.snapshot.id } })];
  if ('vhd' in from) {
    return [part(version, 'disk', copyName, { from: from.vhd, ...(isOs && { os: osDiskOf(version) }) })];
  }
  return [part(version, 'disk', name)];
}

function osDiskOf({ plan, facts }: Version): OsDisk {
  const { osType, hyperVGeneration: generation, architecture, securityType } = plan.definition;
  const purchase = facts.source?.plan;
  return {
    osType,
    generation,
    architecture,
    securityType: securityType === 'TrustedLaunch' ? 'TrustedLaunch' : 'Standard',
    ...(purchase && { plan: purchase }),
  };
}

const types = {
  machine: 'Microsoft.Compute/virtualMachines',
  nic: 'Microsoft.Network/networkInterfaces',
  disk: 'Microsoft.Compute/disks',
  snapshot: 'Microsoft.Compute/snapshots',
} as const satisfies Record<BenchPart['kind'], string>;

function part(version: Version, kind: BenchPart['kind'], suffix: string, copy?: Copy): BenchPart {
  return { id: idOf(version, kind, `${benchName(version)}-${suffix}`), kind, ...(copy && { copy }) };
}

function idOf({ plan }: Version, kind: BenchPart['kind'], name: string): string {
  const group = `/subscriptions/${plan.subscriptionId}/resourceGroups/${plan.bench.resourceGroup}`;
  return `${group}/providers/${types[kind]}/${name}`;
}

function originOf({ from }: ResolvedDisk): { readonly id: string } | Vhd {
  if ('vhd' in from) return from.vhd;
  return 'disk' in from ? from.disk : from.snapshot;
}

/** Azure tags no disk that it makes with a machine; what we make by itself is told by its name, and has our tag. */
const copySuffix = '-copy';

/** Whether our tag is missing from it by Azure's doing. */
export function isUntagged(id: string): boolean {
  return kindOf(id) === 'disk' && !id.endsWith(copySuffix);
}

export function kindOf(id: string): BenchPart['kind'] {
  const type = parseResourceId(id)?.type;
  const kinds = Object.keys(types) as BenchPart['kind'][];
  const kind = kinds.find((one) => types[one].toLowerCase() === type);
  if (!kind) throw new Error(`${id} is nothing that a bench can hold`);
  return kind;
}

/** The name in an id, as people see it. */
export function partName(id: string): string {
  return id.split('/').at(-1) ?? id;
}

export function isVhd(from: Copy['from']): from is Vhd {
  return 'uri' in from;
}
