import { describe, expect, it } from 'vitest';
import { capacityOf, type HostView } from '../../shared/rollouts/capacity.ts';
import { admit, inOrder } from '../../shared/rollouts/waves.ts';
import { floor, host, hosts } from './host-views.ts';

describe('whose users have to leave', () => {
  it('takes last where users came since it began: among them are those who had to leave another host', () => {
    const views = [
      host('guests', { sessions: 1, came: 1 }),
      host('crowd', { sessions: 9 }),
      host('few', { sessions: 2 }),
    ];
    expect(inOrder(views).map(({ name }) => name)).toEqual(['few', 'crowd', 'guests']);
  });

  describe('ahead of their turn', () => {
    const names = (views: HostView[], places: number, window = 4) => {
      const inFlight = views.filter(({ standing }) => standing === 'in-flight').length;
      const limits = { window, inFlight, places };
      return admit(views, capacityOf(views, floor(0)), limits)
        .admitted.map(({ name }) => name)
        .join(' ');
    };
    const done = (name: string, sessions = 0) =>
      host(name, { isOnVersion: true, standing: 'ended', sessions });

    it('takes hosts without users', () => {
      expect(names(hosts(9), 1)).toBe('avd-0 avd-1 avd-2 avd-3');
    });

    it('leaves users where they are while no host is done on which they could stay', () => {
      expect(names(hosts(9, 2), 1)).toBe('avd-0');
      expect(names([host('empty'), ...hosts(9, 2)], 1)).toBe('empty');
    });

    it('takes as many users as find a place on hosts that are done', () => {
      expect(names([...hosts(9, 4), done('d')], 1)).toBe('avd-0 avd-1');
      expect(names([...hosts(9, 4), done('d', 5)], 1)).toBe('avd-0');
      expect(names([...hosts(9, 4), done('d'), done('e')], 1)).toBe('avd-0 avd-1 avd-2 avd-3');
    });

    it('counts those who are looking for a place already', () => {
      const leaving = host('x', { standing: 'in-flight', sessions: 8 });
      expect(names([leaving, ...hosts(9, 4), done('d')], 2)).toBe('avd-0');
    });

    it('R2: keeps the floor as any other', () => {
      const { admitted } = admit(hosts(4), capacityOf(hosts(4), floor(50)), {
        window: 4,
        inFlight: 0,
        places: 1,
      });
      expect(admitted).toHaveLength(2);
    });
  });
});
