import { describe, expect, it } from 'vitest';
import { draw } from '../../tools/demo/draw.ts';
import { inked } from '../../tools/demo/ink.ts';
import { leftBehind } from '../../tools/demo/left-behind.ts';
import { minutesByStage } from '../../tools/demo/minutes.ts';
import type { HostStage, Scene } from '../../tools/demo/scene.ts';
import type { HostTruth, PoolTruth, Resource } from '../../tools/demo/truth.ts';
import type { HostView } from '../../tools/demo/views.ts';

// The demo and the end-to-end tests trust these parts to see what is wrong.

const at = (minute: number) => new Date(Date.UTC(2030, 0, 8) + minute * 60_000).toISOString();

describe('minutes', () => {
  const done = (stage: string, minute: number) => ({ type: 'stage-done', stage, at: at(minute) });
  const host = (from: number, to: number, seconds: HostView['seconds']): HostView => ({
    instanceId: '0',
    name: 'host',
    outcome: 'done',
    told: [],
    loggedOff: [],
    admittedAt: at(from),
    endedAt: at(to),
    seconds,
  });

  it('belong to whom the stage belongs to', () => {
    const version = [{ type: 'requested', at: at(0) }, done('resolve', 1), done('replicate', 9)];
    // The second region is copied to while the first channel is entered.
    const release = [done('build', 5), done('enter', 6), done('check', 7), done('approve', 10)];
    expect(minutesByStage({ version, release, channels: ['test', 'production'] }, [])).toEqual([
      { stage: 'resolve', azure: 0, users: 0, own: 1 },
      { stage: 'replicate', azure: 4, users: 0, own: 0 },
      { stage: 'enter test', azure: 0, users: 0, own: 1 },
      { stage: 'check test', azure: 0, users: 0, own: 1 },
      { stage: 'approve', azure: 0, users: 3, own: 0 },
    ]);
  });

  it('of hosts are shared among those under way, and ours when none is', () => {
    const version = [{ type: 'requested', at: at(0) }, done('replicate', 0)];
    const release = [done('build', 0), done('enter', 30)];
    const hosts = [
      host(10, 20, { azure: 600, users: 0, own: 0 }),
      host(10, 20, { azure: 300, users: 300, own: 0 }),
    ];
    const found = minutesByStage({ version, release, channels: ['test'] }, hosts);
    expect(found.at(-1)).toEqual({ stage: 'enter test', azure: 7.5, users: 2.5, own: 20 });
  });
});

describe('what is left behind', () => {
  const id = (rest: string) => `/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/${rest}`;
  const resource = (type: string, rest: string): Resource => ({
    id: id(rest),
    type: `Microsoft.Compute/${type}`,
    tags: {},
  });
  const host: HostTruth = {
    name: 'h1',
    imageVersion: '1.0.0',
    osDisk: id('disks/h1-new'),
    usable: true,
    allowNewSession: true,
    tags: { owner: 'ana' },
    reimages: 1,
  };
  const was = { resources: new Set([id('disks/h1-old').toLowerCase()]), hosts: new Map([['h1', host]]) };
  const pool = (changed: Partial<HostTruth>) =>
    ({ hosts: [{ ...host, ...changed }] }) as unknown as PoolTruth;

  it('is nothing when there are only the results and the hosts as they were', () => {
    const there = [
      resource('galleries/images/versions', 'galleries/g/images/i/versions/1.0.0'),
      resource('disks', 'disks/h1-new'),
    ];
    expect(leftBehind(was, there, [pool({})])).toEqual([]);
  });

  it('is named: machines, disks, run commands of hosts', () => {
    const there = [
      resource('virtualMachines', 'virtualMachines/gm-win11'),
      resource('disks', 'disks/gm-win11'),
      resource(
        'virtualMachineScaleSets/virtualMachines/runCommands',
        'virtualMachineScaleSets/s/virtualMachines/3/runCommands/register',
      ),
    ];
    expect(leftBehind(was, there, [pool({})])).toEqual([
      'virtualMachines gm-win11',
      'disks gm-win11',
      'virtualMachineScaleSets/virtualMachines/runCommands 3/register',
    ]);
  });

  it('is named: tags, drains and hosts that are of no use', () => {
    const changed = {
      tags: { owner: 'ben', 'goldsmith-exclude': 'x' },
      allowNewSession: false,
      usable: false,
    };
    expect(leftBehind(was, [], [pool(changed)])).toEqual([
      'tag owner=ben on h1',
      'tag goldsmith-exclude=x on h1',
      'drain flag of h1',
      'h1, unusable',
    ]);
  });
});

describe('the picture', () => {
  const hosts = (...stages: HostStage[]) => stages.map((stage, n) => ({ name: `host-${n}`, stage }));
  const scene: Scene = {
    version: '1.0.0',
    source: 'windows-11 win11-24h2-avd 26100.6899.251011',
    now: Date.parse(at(90)),
    requestedAt: Date.parse(at(0)),
    status: 'running',
    stages: [
      { name: 'resolve', state: 'done', minutes: 1, note: '' },
      { name: 'replicate', state: 'now', minutes: 8, note: 'northeurope' },
      { name: 'test', state: 'open', minutes: undefined, note: '' },
    ],
    regions: [
      { name: 'westeurope', percent: 100 },
      { name: 'northeurope', percent: 43 },
    ],
    pools: [
      {
        name: 'hp-production',
        channel: 'production',
        hosts: hosts('done', 'reimage', 'empty', 'to go'),
        told: 3,
        loggedOff: 1,
        people: { pool: 'hp-production', active: 20, disconnected: 2, waiting: 1 },
        capacity: { usable: 20, need: 24, perHost: 10 },
        note: '2 of at most 2 hosts are under way',
      },
    ],
  };
  const shown = (width: number, height: number) =>
    draw(scene, { width, height }, 0).map((line) => inked(line, { width, colours: false }));

  it('tells of stages, regions, hosts, users and the floor', () => {
    const text = shown(100, 50).join('\n');
    expect(text).toContain('win11-avd 1.0.0');
    expect(text).toMatch(/✔ resolve +1 min/);
    expect(text).toMatch(/northeurope +█+.?░+ 43 %/);
    expect(text).toContain('1 to go · 1 empty · 1 reimage · 1 done');
    expect(text).toContain('20 users at work, 2 disconnected, 1 signing in · 3 told, 1 signed out');
    expect(text).toMatch(/█+░+┃░+ 20 of 40 places, floor 24/);
  });

  it.each([30, 60, 100, 200])('stays within %d columns', (width) => {
    for (const line of shown(width, 24)) expect(Array.from(line).length).toBeLessThanOrEqual(width);
  });

  it('puts the stages side by side in a low terminal', () => {
    expect(shown(100, 12).join('\n')).toMatch(/resolve .*replicate .*test/);
  });

  it('has no escape sequences without colours, and some with them', () => {
    expect(shown(80, 24).join('')).not.toContain('\u001B');
    const coloured = draw(scene, { width: 80, height: 24 }, 0).map((line) =>
      inked(line, { width: 80, colours: true }),
    );
    expect(coloured.join('')).toContain('\u001B');
  });
});
