import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import type { Line, WorkflowStore } from '../workflow/store.ts';
import {
  canBeCanceled,
  canBeRetried,
  type Stage,
  stages,
  type Version,
  type VersionCommand,
  type VersionEvent,
} from './image.ts';
import {
  type ImageSet,
  type ImageSetEvent,
  type ImageSetPlan,
  immutableChanges,
  numberFor,
} from './image-set.ts';
import { versionId } from './stage.ts';
import { isVersionNumber } from './version-number.ts';

const azureName = (pattern: RegExp, what: string) => z.string().regex(pattern, what);
const resourceGroup = azureName(
  /^[-\w.()]{0,89}[-\w()]$/,
  'A resource group name: 1 to 90 letters, digits, - _ . ( ), not ending in a period.',
);
const region = azureName(/^[a-z][a-z0-9]{2,39}$/, 'A region as Azure writes it in ids, such as westeurope.');
const text = (most: number) => z.string().trim().min(1).max(most);
const person = text(256).optional();

/** What a team may say of an image set. Limits are Azure's (resource names, 100 replicas a version). */
export const DefineImageSet = z
  .strictObject({
    subscriptionId: z.guid(),
    gallery: z.strictObject({
      resourceGroup,
      name: azureName(
        /^[A-Za-z0-9](?:[\w.]{0,78}[A-Za-z0-9])?$/,
        'A gallery name: 1 to 80 letters, digits, _ and ., beginning and ending with a letter or digit.',
      ),
      location: region,
    }),
    definition: z.strictObject({
      name: azureName(
        /^[A-Za-z0-9](?:[-\w.]{0,78}[A-Za-z0-9])?$/,
        'An image definition name: 1 to 80 letters, digits, - _ ., beginning and ending with a letter or digit.',
      ),
      osType: z.literal('Windows'),
      osState: z.literal('Generalized').default('Generalized'),
      hyperVGeneration: z.enum(['V1', 'V2']),
      securityType: z.enum(['Standard', 'TrustedLaunch']),
      architecture: z.enum(['x64', 'Arm64']).default('x64'),
      publisher: text(128),
      offer: text(64),
      sku: text(64),
    }),
    source: z.strictObject({
      marketplace: z.strictObject({
        publisher: text(128),
        offer: text(64),
        sku: text(64),
        version: azureName(
          /^(latest|\d+\.\d+\.\d+)$/,
          'latest, or an exact version such as 26100.4652.250709.',
        ),
      }),
    }),
    recipe: z
      .array(
        z.strictObject({
          name: azureName(
            /^[a-z0-9][a-z0-9-]{0,39}$/,
            'A step name: up to 40 lower-case letters, digits and -.',
          ),
          script: z.string().min(1).max(16_000),
          timeoutMinutes: z.int().min(1).max(240).default(60),
          allowedExitCodes: z.array(z.int()).min(1).max(20).default([0]),
        }),
      )
      .max(20),
    bench: z.strictObject({
      resourceGroup,
      location: region,
      vmSize: text(64),
      subnetId: azureName(
        /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
        'The resource id of a subnet.',
      ),
    }),
    regions: z
      .array(
        z.strictObject({
          name: region,
          replicas: z.int().min(1).max(100).default(1),
          storageType: z.enum(['Standard_LRS', 'Standard_ZRS', 'Premium_LRS']).default('Standard_LRS'),
        }),
      )
      .min(1)
      .max(50),
    channels: z
      .array(azureName(/^[a-z][a-z0-9-]{0,39}$/, 'A channel name: lower-case letters, digits and -.'))
      .min(1)
      .max(10)
      .default(['test', 'production']),
    approvalDays: z.int().min(1).max(90).default(14),
    by: person,
  })
  .superRefine((set, context) => {
    const twice = (path: string, names: readonly string[]) => {
      const again = names.find((name, at) => names.indexOf(name) !== at);
      if (again !== undefined)
        context.addIssue({ code: 'custom', path: [path], message: `${again} is named twice.` });
    };
    twice(
      'regions',
      set.regions.map(({ name }) => name),
    );
    twice('channels', set.channels);
    twice(
      'recipe',
      set.recipe.map(({ name }) => name),
    );
    if (set.definition.securityType === 'TrustedLaunch' && set.definition.hyperVGeneration === 'V1') {
      context.addIssue({
        code: 'custom',
        path: ['definition', 'securityType'],
        message: 'Trusted Launch needs generation V2.',
      });
    }
  });

export const RequestVersion = z.strictObject({
  bump: z.enum(['major', 'minor', 'patch']).default('minor'),
  notes: z.string().max(4000).default(''),
  by: person,
});
export const Decide = z.strictObject({ reason: text(1000), by: person });
export const Retry = z.strictObject({
  fromStage: z.enum(Object.keys(stages) as [Stage, ...Stage[]]).optional(),
  by: person,
});

/** 1 to 40 lower-case letters, digits and `-`: it becomes part of Azure names and of table keys. */
export const SetName = azureName(
  /^[a-z][a-z0-9-]{0,39}$/,
  'An image set name: up to 40 lower-case letters, digits and -, beginning with a letter.',
);

interface Parts {
  readonly sets: Engine<ImageSet, ImageSetEvent, never>;
  readonly setStore: WorkflowStore<ImageSet, ImageSetEvent>;
  readonly versions: Engine<Version, VersionEvent, VersionCommand>;
  readonly versionStore: WorkflowStore<Version, VersionEvent>;
  readonly now: () => Instant;
}

/** Who asks, as far as known: a function key has no name of its own. */
const somebody = (by: string | undefined) => by ?? 'function key';

/** What people may ask of image sets and versions. A refusal is an `AppError`; the rest is the engine's work. */
export function imageRequests({ sets, setStore, versions, versionStore, now }: Parts) {
  const setNamed = async (name: string): Promise<ImageSet> => {
    const set = await sets.load(name);
    if (!set) throw new AppError('NotFound', `There is no image set ${name}.`, { target: name });
    return set;
  };
  const versionOf = async (set: string, number: string): Promise<Version> => {
    const found = isVersionNumber(number) ? await versions.load(versionId({ set, number })) : undefined;
    if (!found)
      throw new AppError('NotFound', `Image set ${set} has no version ${number}.`, { target: number });
    return found;
  };
  /** Tells the version what a person said, after asking whether it can be said now. */
  const tell = async (
    version: Version,
    refusal: (now: Version) => string | undefined,
    event: VersionEvent,
  ) => {
    const { state } = await versions.record(versionId(version), (current) => {
      const why = refusal(current ?? version);
      if (why !== undefined) throw new AppError('InvalidPhase', why, { target: version.number });
      return event;
    });
    return state;
  };
  return {
    /** Makes or changes an image set. What Azure fixes at creation is refused once a version was requested. */
    async define(name: string, { by, ...plan }: z.infer<typeof DefineImageSet>) {
      let created = false;
      const { state } = await sets.record(name, (set) => {
        created = set === undefined;
        const changed = set?.lastNumber === undefined ? [] : immutableChanges(set.plan, plan);
        if (changed.length > 0) {
          const message = `${changed.join(', ')} cannot change once a version was requested.`;
          throw new AppError('ImmutableField', message, { target: changed[0] ?? 'definition' });
        }
        return { type: 'defined', plan: plan satisfies ImageSetPlan, by: somebody(by), at: now() };
      });
      return { set: state, created };
    },

    set: setNamed,

    async sets() {
      return (await setStore.loadAll('')).map(({ id, saved }) => ({ name: id, set: saved.state }));
    },

    /**
     * Issues a number and starts the version. `request` names this request: asking again with the same name
     * finds the same version, whatever died in between.
     */
    async request(name: string, request: string, { bump, notes, by }: z.infer<typeof RequestVersion>) {
      const { plan } = await setNamed(name);
      const { state: set } = await sets.record(name, () => ({
        type: 'number-issued',
        request,
        bump,
        at: now(),
      }));
      const number = numberFor(set, request);
      if (number === undefined) throw new Error(`${name} issued no number for ${request}`);
      const id = versionId({ set: name, number });
      const event: VersionEvent = {
        type: 'requested',
        set: name,
        number,
        plan,
        by: somebody(by),
        notes,
        at: now(),
      };
      const { state } = await versions.record(id, () => event);
      return state;
    },

    version: versionOf,

    async versions(name: string) {
      await setNamed(name);
      return (await versionStore.loadAll(`${name}.`)).map(({ saved }) => saved.state);
    },

    async history(set: string, number: string): Promise<readonly Line<VersionEvent>[]> {
      return await versionStore.history(versionId(await versionOf(set, number)));
    },

    async approve(set: string, number: string, { by, reason }: z.infer<typeof Decide>) {
      const refusal = ({ phase }: Version) =>
        phase === 'awaiting-approval'
          ? undefined
          : `Version ${number} is ${phase}; only one that awaits approval can be approved.`;
      return await tell(await versionOf(set, number), refusal, {
        type: 'approved',
        by: somebody(by),
        reason,
        at: now(),
      });
    },

    async reject(set: string, number: string, { by, reason }: z.infer<typeof Decide>) {
      const refusal = ({ phase }: Version) =>
        phase === 'awaiting-approval'
          ? undefined
          : `Version ${number} is ${phase}; only one that awaits approval can be rejected.`;
      return await tell(await versionOf(set, number), refusal, {
        type: 'rejected',
        by: somebody(by),
        reason,
        at: now(),
      });
    },

    async cancel(set: string, number: string, { by, reason }: z.infer<typeof Decide>) {
      const refusal = (version: Version) =>
        canBeCanceled(version)
          ? undefined
          : `Version ${number} is ${version.phase} and can no longer be canceled.`;
      return await tell(await versionOf(set, number), refusal, {
        type: 'canceled',
        by: somebody(by),
        reason,
        at: now(),
      });
    },

    async retry(set: string, number: string, { by, fromStage }: z.infer<typeof Retry>) {
      const version = await versionOf(set, number);
      const from = fromStage ?? canBeRetried(version).at(-1) ?? 'resolve';
      const refusal = (current: Version) => {
        const possible = canBeRetried(current);
        if (possible.includes(from)) return undefined;
        const offer = possible.length > 0 ? `from ${possible.join(', ')}` : 'not at all';
        return `Version ${number} is ${current.phase} and can be retried ${offer}.`;
      };
      return await tell(version, refusal, { type: 'retried', by: somebody(by), from, at: now() });
    },
  };
}
