import type { Instant } from '../instant.ts';
import type { Course } from './course.ts';
import type { OnHosts } from './gate.ts';
import type { Found } from './health.ts';
import { fleetOf } from './ports.ts';

/** Of `all` hosts so many are asked: a version is one and the same on each of them. */
export const mostProbed = 50;

/** The hosts that a script is to run on: of those that run now, from each pool in turn. */
export function placed(
  { hosts }: OnHosts,
  found: readonly Found[],
  at: Instant,
): Readonly<Record<string, Course>> {
  const running = found.map(({ pool, hosts: all }) => ({
    pool,
    hosts: all
      .filter(({ power }) => power === 'running')
      .toSorted((one, other) => (one.host < other.host ? -1 : 1)),
  }));
  const most = hosts === 'all' ? mostProbed : Math.min(hosts, mostProbed);
  const courses: Record<string, Course> = {};
  const rounds = Math.max(0, ...running.map((one) => one.hosts.length));
  for (let round = 0; round < rounds; round += 1) {
    for (const { pool, hosts: all } of running) {
      const host = all[round];
      if (!host || Object.keys(courses).length >= most) continue;
      const { location } = pool.pool.link;
      const machine = { ...fleetOf(pool), instanceId: host.instanceId };
      courses[host.host] = { machine, location, state: 'wanted', since: at, tries: 0, hasLanded: false };
    }
  }
  return courses;
}
