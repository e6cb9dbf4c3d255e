import {
  type Stage,
  stages,
  type Version,
  type VersionEvent,
  versionLife,
} from '../../shared/images/image.ts';
import type { ImageSetPlan } from '../../shared/images/image-set.ts';
import { toInstant } from '../../shared/instant.ts';

export const noon = '2026-01-05T12:00:00.000Z';

const plainly = { retries: 0, parameters: {}, secretParameters: {} } as const;

export const plan: ImageSetPlan = {
  subscriptionId: '00000000-0000-0000-0000-000000000001',
  gallery: { resourceGroup: 'rg-images', name: 'gal_desktops', location: 'westeurope' },
  definition: {
    name: 'win11-avd',
    osType: 'Windows',
    osState: 'Generalized',
    hyperVGeneration: 'V2',
    securityType: 'TrustedLaunch',
    architecture: 'x64',
    publisher: 'Contoso',
    offer: 'desktops',
    sku: 'win11-avd',
  },
  source: {
    marketplace: { publisher: 'MicrosoftWindowsDesktop', offer: 'windows-11', sku: 'avd', version: 'latest' },
  },
  dataDisks: [],
  recipe: [
    { name: 'apps', script: 'install', timeoutMinutes: 60, allowedExitCodes: [0, 3010], ...plainly },
    { name: 'optimise', script: 'optimise', timeoutMinutes: 30, allowedExitCodes: [0], ...plainly },
  ],
  numbering: 'semantic',
  inspection: { rules: {}, waivers: [] },
  bench: {
    resourceGroup: 'rg-images',
    location: 'westeurope',
    vmSize: 'Standard_D4s_v5',
    subnetId: '/subnets/build',
    maxBuilds: 2,
  },
  regions: [
    { name: 'westeurope', replicas: 1, storageType: 'Standard_LRS' },
    { name: 'northeurope', replicas: 1, storageType: 'Standard_LRS' },
  ],
  replicationMode: 'Full',
  channels: ['test', 'production'],
};

export const requested: VersionEvent = {
  type: 'requested',
  set: 'win11',
  number: '1.0.0',
  plan,
  recipe: { revision: 1, hash: 'abc' },
  priority: 'normal',
  by: 'ana',
  notes: '',
  at: noon,
};

/** A moment in the story: each event a minute after the one before. */
const at = (index: number) => toInstant(Date.parse(noon) + index * 60_000);

export type Told = (version: Version | undefined, index: number) => VersionEvent;

const why = { by: 'ben', reason: 'because' };

/** The stage it is in answers that it is done. */
export const done: Told = (version, index) => ({ type: 'stage-done', ...answering(version), at: at(index) });
/** The stage it is in fails for good. */
export const fails: Told = (version, index) => ({
  type: 'stage-failed',
  ...answering(version),
  at: at(index),
  failure: { code: 'AzureRefused', message: 'no', remedy: '' },
});
/** The capture is done, and the image version in the gallery. */
export const captures: Told = (version, index) => {
  const facts = { imageVersionId: '/versions/1.0.0' };
  return { type: 'stage-done', ...answering(version), at: at(index), facts };
};
/** Nothing came of the stage it is in by its deadline. */
export const overdue: Told = (version, index) => ({
  type: 'stage-overdue',
  ...answering(version),
  at: at(index),
  failure: { code: 'Overdue', message: 'late', remedy: '' },
});
export const revoked: Told = (_, index) => ({ type: 'revoked', ...why, rollback: false, at: at(index) });
export const deprecated: Told = (_, index) => ({ type: 'deprecated', ...why, at: at(index) });
export const restored: Told = (_, index) => ({ type: 'restored', ...why, at: at(index) });
export const deleteAsked: Told = (_, index) => ({ type: 'delete-asked', ...why, at: at(index) });
export const noted: Told = (_, index) => ({
  type: 'noted',
  notes: 'new Teams',
  description: 'for all',
  by: 'ana',
  at: at(index),
});
/** A channel took it by this movement, or left it. */
export const taken =
  (channel: string, movement = 1, isHeld = true): Told =>
  (_, index) => ({
    type: 'held',
    channel,
    movement,
    isHeld,
    isPromotion: channel !== 'test',
    at: at(index),
  });
/** The stage it is in is about to do what must not be done twice. */
export const intends: Told = (version, index) => ({
  type: 'stage-intended',
  ...answering(version),
  at: at(index),
  intent: { attempt: 1, at: at(index), what: 'it', before: '' },
});
export const canceled: Told = (_, index) => ({
  type: 'canceled',
  by: 'ana',
  reason: 'changed my mind',
  at: at(index),
});
export const retried =
  (from: Stage): Told =>
  (_, index) => ({ type: 'retried', by: 'ana', from, at: at(index) });
/** Nobody said anything in time. */
export const expired: Told = (version, index) => ({
  type: 'expired',
  look: version && 'look' in version ? version.look : -1,
  stage: 'capture',
  failure: { code: 'CaptureFailed', message: 'no', remedy: '' },
  at: at(index),
});
/** The stage answers a look that was already answered. */
export const lateDone =
  (stage: Stage): Told =>
  (_, index) => ({ type: 'stage-done', stage, look: 0, at: at(index) });

/** The version after a story: it was requested, and then this happened. */
export function after(...story: readonly Told[]): Version {
  const version = story.reduce<Version | undefined>(
    (version, told, index) => versionLife.evolve(version, told(version, index + 1)),
    versionLife.evolve(undefined, requested),
  );
  if (!version) throw new Error('a requested version is never nothing');
  return version;
}

/** Built, and on the shelf. */
export const built = (): Told[] => [...upTo('hand-over'), done];

/** Everything up to but without the stage done. */
export function upTo(stage: Stage): Told[] {
  const before = Object.keys(stages).slice(0, Object.keys(stages).indexOf(stage));
  return before.map((one) => (one === 'capture' ? captures : done));
}

function answering(version: Version | undefined) {
  const standing =
    version && 'standing' in version ? version.standing : { stage: 'resolve' as const, look: -1 };
  return { stage: standing.stage, look: standing.look };
}
