import { describe, expect, it } from 'vitest';
import { complaints, examine, type HealthReading, isHealthy } from '../../shared/hosts/health.ts';

const noon = '2026-01-05T12:00:00.000Z';
const version = '/subscriptions/s/galleries/g/images/i/versions/1.1.0';
const good = (name: string) => ({ name, result: 'HealthCheckSucceeded', message: '' });
const reading: HealthReading = {
  status: 'Available',
  lastHeartbeat: '2026-01-05T11:59:00.000Z',
  agentVersion: '1.0.9',
  healthChecks: [good('DomainTrustCheck'), good('SxSStackListenerCheck')],
};
const asked = {
  host: 'avd-0',
  imageVersionId: version,
  fatalChecks: ['DomainTrustCheck', 'SxSStackListenerCheck'],
  heartbeatMinutes: 5,
  since: '2026-01-05T11:50:00.000Z',
};

describe('a host', () => {
  const without = (name: string) => reading.healthChecks.filter((check) => check.name !== name);
  const failing = [
    ...without('DomainTrustCheck'),
    { name: 'DomainTrustCheck', result: 'HealthCheckFailed', message: 'no trust' },
  ];
  const table: [title: string, more: Partial<HealthReading> | undefined, image: string, complaint: string][] =
    [
      ['is healthy if all is well', {}, version, ''],
      ['is known by its version in any case of letters', {}, version.toUpperCase(), ''],
      ['is usable while it needs assistance', { status: 'NeedsAssistance' }, version, ''],
      ['is not well on another version', {}, `${version}1`, `ImageVersion: ${version}1`],
      ['is not well outside the pool', undefined, version, 'Registration: not in the host pool'],
      ['may yet come out of its upgrade', { status: 'Upgrading' }, version, 'Status: Upgrading'],
      ['is not well that never spoke', { lastHeartbeat: undefined }, version, 'Heartbeat: none yet'],
      [
        'is not believed available after it fell silent',
        { lastHeartbeat: '2026-01-05T11:54:59.000Z' },
        version,
        'Heartbeat: 2026-01-05T11:54:59.000Z',
      ],
      [
        'is not believed on the word of its former disk',
        { lastHeartbeat: '2026-01-05T11:49:59.000Z' },
        version,
        'Heartbeat: 2026-01-05T11:49:59.000Z, before the disk it should speak for',
      ],
      ['is not well without an agent', { agentVersion: '' }, version, 'Agent: no version'],
      [
        'is not well with a fatal check that failed',
        { healthChecks: failing },
        version,
        'DomainTrustCheck: HealthCheckFailed (no trust)',
      ],
      [
        'is not well before every fatal check has reported',
        { healthChecks: without('DomainTrustCheck') },
        version,
        'DomainTrustCheck: not reported',
      ],
      [
        'may fail what is not fatal',
        {
          healthChecks: [
            ...reading.healthChecks,
            { name: 'WebRTCRedirectorCheck', result: 'HealthCheckFailed', message: '' },
          ],
        },
        version,
        '',
      ],
    ];
  it.each(table)('%s', (_, more, image, complaint) => {
    const checks = examine(asked, { imageVersionId: image }, more && { ...reading, ...more }, noon);
    expect(complaints(checks)).toBe(complaint);
    expect(isHealthy(checks)).toBe(complaint === '');
  });

  it('has failed only what cannot pass any more by itself', () => {
    const checks = examine(asked, { imageVersionId: 'another' }, { ...reading, healthChecks: failing }, noon);
    const outcomes = (wanted: string) =>
      checks.filter(({ outcome }) => outcome === wanted).map(({ name }) => name);
    expect(outcomes('failed')).toEqual(['ImageVersion', 'DomainTrustCheck']);
    expect(examine(asked, undefined, undefined, noon).map(({ outcome }) => outcome)).toEqual([
      'failed',
      'inconclusive',
    ]);
  });
});
