import { array, assert, boolean, constantFrom, nat, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capacityOf, costs, type HostView } from '../../shared/rollouts/capacity.ts';
import { admit, inOrder } from '../../shared/rollouts/waves.ts';
import { floor, host, hosts } from './host-views.ts';

describe('the capacity of a pool', () => {
  const lost = { standing: 'lost' } as const;
  const table: [
    title: string,
    views: HostView[],
    demand: ReturnType<typeof floor>,
    usable: number,
    need: number,
  ][] = [
    ['is what its hosts hold', hosts(10), floor(0), 100, 0],
    ['needs a share of all places', hosts(10), floor(60), 100, 60],
    ['rounds the share up', hosts(3), floor(50), 30, 15],
    ['needs a place for each user', hosts(3, 4), floor(0), 30, 12],
    ['and some more for those who come', hosts(3, 4), floor(0, 25), 30, 15],
    ['needs the greater of the two', hosts(3, 4), floor(90, 25), 30, 27],
    [
      'counts a host under way as gone',
      [...hosts(2), host('c', { standing: 'in-flight' })],
      floor(50),
      20,
      15,
    ],
    ['counts one in quarantine as gone', [...hosts(2), host('c', lost)], floor(50), 20, 15],
    [
      'counts one that is off, drained or silent as gone',
      [...hosts(2), host('c', { takesUsers: false })],
      floor(50),
      20,
      15,
    ],
    ['counts one that came back', [...hosts(2), host('c', { standing: 'ended' })], floor(50), 30, 15],
    [
      'counts the users on a host under way',
      [host('a'), host('b', { standing: 'in-flight', sessions: 7 })],
      floor(0),
      10,
      7,
    ],
    ['of nobody is nothing', [], floor(50), 0, 0],
  ];
  it.each(table)('%s', (_, views, demand, usable, need) => {
    expect(capacityOf(views, demand)).toEqual({ usable, need, perHost: 10 });
  });
});

describe('admission', () => {
  const admitted = (views: HostView[], demand: ReturnType<typeof floor>, window: number) => {
    const inFlight = views.filter(({ standing }) => standing === 'in-flight').length;
    const { admitted, because } = admit(views, capacityOf(views, demand), { window, inFlight });
    return [admitted.map(({ name }) => name).join(' '), because.message];
  };
  const table: [
    title: string,
    views: HostView[],
    percent: number,
    window: number,
    names: string,
    why: string,
  ][] = [
    [
      'starts as many as the window lets',
      hosts(5),
      0,
      2,
      'avd-0 avd-1',
      '2 of at most 2 hosts are under way',
    ],
    [
      'starts as many as the floor lets',
      hosts(5),
      60,
      9,
      'avd-0 avd-1',
      'usable 30 >= floor 30: the next host would leave 20',
    ],
    [
      'R2: starts none whose going breaks the floor',
      hosts(10),
      95,
      9,
      '',
      'usable 100 >= floor 95: the next host would leave 90',
    ],
    [
      'says so below the floor',
      [...hosts(1), host('b', { takesUsers: false, isOnVersion: true })],
      60,
      9,
      '',
      'usable 10 < floor 12: nothing may be taken away',
    ],
    [
      'R2: never starts the only host of a pool with a floor',
      hosts(1),
      1,
      1,
      '',
      'usable 10 >= floor 1: the next host would leave 0',
    ],
    ['starts the only host where an outage is accepted', hosts(1), 0, 1, 'avd-0', 'no host is left to start'],
    [
      'starts one of two at half',
      hosts(2),
      50,
      9,
      'avd-0',
      'usable 10 >= floor 10: the next host would leave 0',
    ],
    [
      'starts a host that is off whatever the floor',
      [...hosts(1), host('off', { isPoweredOff: true, takesUsers: false })],
      90,
      1,
      'off',
      '1 of at most 1 host is under way',
    ],
    [
      'leaves alone what is on the version',
      [host('a', { isOnVersion: true })],
      0,
      1,
      '',
      'no host is left to start',
    ],
    ['leaves alone what has ended', [host('a', { standing: 'ended' })], 0, 1, '', 'no host is left to start'],
    [
      'waits for a machine that Azure works on',
      [host('a', { isBusy: true })],
      0,
      1,
      '',
      'Azure to finish with a',
    ],
    [
      'R3: counts what is under way',
      [...hosts(3), host('x', { standing: 'in-flight' })],
      0,
      1,
      '',
      '1 of at most 1 host is under way',
    ],
  ];
  it.each(table)('%s', (_, views, percent, window, names, why) => {
    expect(admitted(views, floor(percent), window)).toEqual([names, why]);
  });

  it('takes first what costs the users least', () => {
    const views = [
      host('avd-10', { sessions: 3 }),
      host('avd-9', { sessions: 3 }),
      host('busy', { sessions: 9 }),
      host('empty'),
      host('drained', { takesUsers: false }),
      host('off', { isPoweredOff: true, takesUsers: false }),
    ];
    expect(inOrder(views).map(({ name }) => name)).toEqual([
      'off',
      'drained',
      'empty',
      'avd-9',
      'avd-10',
      'busy',
    ]);
  });

  const view = record<HostView>({
    instanceId: nat(99).map(String),
    name: nat(99).map(String),
    isOnVersion: boolean(),
    isBusy: boolean(),
    isPoweredOff: boolean(),
    takesUsers: boolean(),
    sessions: nat(10),
    standing: constantFrom('untouched', 'in-flight', 'lost', 'ended'),
  });

  it('R2, R3: keeps floor and window for every pool there may be', () => {
    assert(
      property(array(view, { maxLength: 20 }), nat(100), nat(5), (views, percent, more) => {
        const capacity = capacityOf(views, floor(percent, 20));
        const inFlight = views.filter(({ standing }) => standing === 'in-flight').length;
        const window = 1 + more;
        const { admitted } = admit(views, capacity, { window, inFlight });
        const taken = admitted.filter(costs).length;
        const after = views.map((one) =>
          admitted.includes(one) ? { ...one, standing: 'in-flight' as const } : one,
        );
        expect(taken === 0 || capacity.usable - taken * 10 >= capacity.need).toBe(true);
        expect(capacityOf(after, floor(percent, 20)).usable).toBe(capacity.usable - taken * 10);
        expect(admitted.length === 0 || inFlight + admitted.length <= window).toBe(true);
        expect(admitted.every((one) => one.standing === 'untouched' && !one.isOnVersion && !one.isBusy)).toBe(
          true,
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('admits everybody in the end, if nothing but the window stands in the way', () => {
    assert(
      property(array(view, { maxLength: 20 }), nat(5), (views, more) => {
        const open = views.filter(
          ({ standing, isOnVersion, isBusy }) => standing === 'untouched' && !isOnVersion && !isBusy,
        );
        const free = views.map((one) => ({ ...one, sessions: 0 }));
        const { admitted } = admit(free, capacityOf(free, floor(0)), { window: 1 + more, inFlight: 0 });
        expect(admitted.length).toBe(Math.min(open.length, 1 + more));
      }),
    );
  });
});
