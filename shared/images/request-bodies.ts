import { z } from 'zod';
import { type Stage, stages } from './image.ts';

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
