import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Copy, type CopyEvent, copyLife } from '../../shared/sharing/copy.ts';
import { type Place, type PlaceEvent, placeLife } from '../../shared/sharing/place.ts';
import { draw } from '../support/diagram.ts';
import { answers, copyPlan, grantPlan, label, noon, put, told, wanted } from './lives.ts';

const page = join(import.meta.dirname, '../../docs/sharing.md');
const deleted: PlaceEvent = { type: 'deleted', by: 'ana', at: noon };

const pictures = {
  copy: () =>
    draw<Copy, CopyEvent>({
      life: copyLife,
      begins: wanted(copyPlan),
      label,
      events: (copy) => [...Object.values(told).map((tell) => tell(copy)), wanted(grantPlan, true)],
    }),
  place: () =>
    draw<Place, PlaceEvent>({
      life: placeLife,
      begins: put(copyPlan),
      label: (place) => ('standing' in place ? place.standing.stage : place.phase),
      events: (place) => [
        put(copyPlan),
        deleted,
        ...Object.values(answers).map((tell): PlaceEvent => tell(place)),
      ],
    }),
};

describe('docs/sharing.md', () => {
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
