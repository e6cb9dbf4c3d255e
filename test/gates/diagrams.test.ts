import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { afterCheck, type Check, type CheckEvent, newCheck } from '../../shared/gates/check.ts';
import { type Validation, type ValidationEvent, validationLife } from '../../shared/gates/validation.ts';
import { draw } from '../support/diagram.ts';
import { checkEvents, external, noon } from './lives.ts';
import { answers, atLook, begun } from './runs.ts';

const page = join(import.meta.dirname, '../../docs/gates.md');

const pictures = {
  check: () =>
    draw<Check, CheckEvent | { readonly type: 'asked' }>({
      life: {
        evolve: (check, event) => {
          if (event.type === 'asked') return check ?? newCheck(external, noon);
          return check && afterCheck(check, event);
        },
        decide: () => ({}),
        isNews: () => true,
      },
      begins: { type: 'asked' },
      label: ({ state }) => state,
      events: () => Object.values(checkEvents),
    }),
  validation: () =>
    draw<Validation, ValidationEvent>({
      life: validationLife,
      begins: begun,
      label: ({ end }) => end?.verdict ?? 'running',
      key: ({ end, checks }) => [end?.verdict, ...checks.map(({ state }) => state)].join(' '),
      events: (validation) => Object.values(answers).map((answer) => atLook(answer, validation)),
    }),
};

describe('docs/gates.md', () => {
  for (const [subject, picture] of Object.entries(pictures)) {
    it(`shows the life of a ${subject} as the code draws it (UPDATE=1 redraws)`, () => {
      const text = readFileSync(page, 'utf8');
      const block = new RegExp(`(<!-- life of a ${subject} -->\n\`\`\`mermaid\n)[^\`]*(\`\`\`)`);
      expect(text).toMatch(block);
      const drawn = text.replace(
        block,
        (_, opens: string, closes: string) => `${opens}${picture()}\n${closes}`,
      );
      if (process.env['UPDATE']) writeFileSync(page, drawn);
      else expect(text).toBe(drawn);
    });
  }
});
