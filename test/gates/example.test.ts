import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PutGate } from '../../shared/gates/request-bodies.ts';

it('the example of a gate is one', () => {
  const { checks } = PutGate.parse(JSON.parse(readFileSync('examples/gate.json', 'utf8')));
  expect(checks).toHaveLength(9);
});
