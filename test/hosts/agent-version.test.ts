import { expect, it } from 'vitest';
import { examine } from '../../shared/hosts/health.ts';

const noon = '2026-01-05T12:00:00.000Z';
const outcome = (agentVersion: string, minAgentVersion?: string) => {
  const asked = {
    host: 'h',
    imageVersionId: '/v',
    fatalChecks: [],
    heartbeatMinutes: 5,
    ...(minAgentVersion !== undefined && { minAgentVersion }),
  };
  const reading = { status: 'Available', lastHeartbeat: noon, agentVersion, healthChecks: [] };
  return examine(asked, { imageVersionId: '/v' }, reading, noon).find(({ name }) => name === 'Agent')
    ?.outcome;
};

it.each([
  ['1.0.8431.1500', undefined, 'passed'],
  ['', undefined, 'inconclusive'],
  ['1.0.8431.1500', '1.0.8431.1500', 'passed'],
  ['1.0.10', '1.0.9', 'passed'],
  ['2', '1.9.9', 'passed'],
  ['1.0.9', '1.0.10', 'inconclusive'],
  ['1.0', '1.0.1', 'inconclusive'],
])('an agent %s, where %s is the oldest allowed, is %s: it may yet update itself', (is, least, expected) => {
  expect(outcome(is, least)).toBe(expected);
});
