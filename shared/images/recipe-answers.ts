import { z } from 'zod';

const download = { uri: z.string(), sha256: z.string() };
const secret = z.strictObject({ secretUri: z.string() });

/** One step with all that was left out filled in: exactly one action, and how it may go. */
const StepAnswer = z
  .strictObject({
    name: z.string(),
    script: z.union([z.string(), z.strictObject(download)]).optional(),
    parameters: z.record(z.string(), z.string()).optional(),
    secretParameters: z.record(z.string(), secret).optional(),
    windowsUpdates: z
      .strictObject({
        categories: z.array(z.string()),
        exclude: z.array(z.string()),
        includePreviews: z.boolean(),
        maxRounds: z.int(),
      })
      .optional(),
    linuxUpdates: z.strictObject({ securityOnly: z.boolean() }).optional(),
    install: z
      .strictObject({ ...download, kind: z.enum(['msi', 'exe', 'msix']), arguments: z.string() })
      .optional(),
    optimise: z
      .strictObject({ commit: z.string(), sha256: z.string(), optimizations: z.array(z.string()) })
      .optional(),
    restart: z.strictObject({ waitMinutes: z.int() }).optional(),
    file: z.strictObject({ ...download, destination: z.string() }).optional(),
    timeoutMinutes: z.int().describe('Each try has so long.'),
    allowedExitCodes: z.array(z.int()),
    retries: z.int(),
    runAs: z.strictObject({ user: z.string(), password: secret }).optional(),
  })
  .meta({ id: 'RecipeStep' });

/** The steps of a recipe. */
export const recipe = z.array(StepAnswer);
