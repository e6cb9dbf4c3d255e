import { z } from 'zod';
import { ruleNames } from './inspection-rules.ts';

const noSuchRule = `There is no such rule. The rules are ${ruleNames.join(', ')}.`;
const isRule = (name: string) => ruleNames.includes(name);

/** A required rule that may fail, and why. */
export const Waiver = z.strictObject({
  rule: z.string().refine(isRule, noSuchRule),
  reason: z
    .string()
    .trim()
    .min(10, 'A reason that somebody understands in a year: at least 10 characters.')
    .max(1000, 'At most 1000 characters.'),
});

/** How much the rules of the inspection weigh for a set, and which may fail. */
export const InspectionPolicy = z
  .strictObject({
    rules: z

      .record(z.string(), z.enum(['required', 'advisory', 'off'], 'One of required, advisory, off.'))
      .default({}),
    waivers: z.array(Waiver).max(50, 'At most 50 waivers.').default([]),
  })
  .superRefine(({ rules, waivers }, context) => {
    for (const name of Object.keys(rules).filter((one) => !isRule(one))) {
      context.addIssue({ code: 'custom', path: ['rules', name], message: noSuchRule });
    }
    waivers.forEach(({ rule }, index) => {
      if (waivers.findIndex((waiver) => waiver.rule === rule) === index) return;
      context.addIssue({
        code: 'custom',
        path: ['waivers', index, 'rule'],
        message: `${rule} is waived twice.`,
      });
    });
  });
