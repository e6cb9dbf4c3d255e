import { z } from 'zod';
import type { Action, RecipeStep } from './recipe.ts';
import { actionNames, actions } from './step-actions.ts';
import { byParameter, plainText, SecretRef } from './step-fields.ts';
import { misuse, type Written } from './step-misuse.ts';

const parameters = byParameter(plainText(4000)).optional();
const secretParameters = byParameter(SecretRef).optional();

/** One step: exactly one action, and how it may go. */
export const Step = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'A step name: up to 40 lower-case letters, digits and -.'),
    ...actions,
    parameters,
    secretParameters,
    timeoutMinutes: z
      .int('A whole number.')
      .min(1, 'At least one minute.')
      .max(240, 'At most 240 minutes: split what takes longer.')
      .optional(),
    allowedExitCodes: z
      .array(z.int('A whole number.'))
      .min(1, 'At least one exit code, such as 0.')
      .max(20, 'At most 20 exit codes.')
      .optional(),
    retries: z.int('A whole number.').min(0, '0 to 5 retries.').max(5, '0 to 5 retries.').optional(),
    runAs: z
      .strictObject({
        user: z.string().regex(/^(?:[\w.-]{1,64}\\)?[\w.@-]{1,64}$/, 'The name of a user of the build VM.'),
        password: SecretRef,
      })
      .optional(),
  })
  .superRefine((step, context) => {
    for (const { path, message } of misuse(step)) context.addIssue({ code: 'custom', path, message });
  })
  .transform(stepOf);

const minutes = {
  script: 60,
  windowsUpdates: 180,
  linuxUpdates: 120,
  install: 60,
  optimise: 60,
  file: 15,
} as const;

function stepOf(step: Written): RecipeStep {
  const { name, timeoutMinutes, allowedExitCodes, retries = 0, runAs } = step;
  const action = actionOf(step);
  const kind = actionNames.find((one) => one in action) ?? 'script';
  const wait = 'restart' in action ? action.restart.waitMinutes : minutes[kind as keyof typeof minutes];
  return {
    name,
    ...action,
    timeoutMinutes: timeoutMinutes ?? wait,
    allowedExitCodes: allowedExitCodes ?? ('install' in action ? [0, 3010, 1641] : [0]),
    retries,
    ...(runAs && { runAs }),
  };
}

function actionOf(step: Written): Action {
  const { script: text, parameters: plain = {}, secretParameters: secret = {} } = step;
  if (text !== undefined) return { script: text, parameters: plain, secretParameters: secret };
  for (const name of actionNames) {
    const value = step[name];
    if (value !== undefined) return { [name]: value } as unknown as Action;
  }
  throw new Error(`step ${step.name} has no action, which was refused before`);
}
