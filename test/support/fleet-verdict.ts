import type { Host } from '../../shared/hosts/host.ts';
import type { Fleet } from './fleet.ts';
import { newVersion, oldVersion, tag } from './small-azure.ts';
import type { World } from './world.ts';

/** Machines of all tempers, and users who come, leave and stay. */
export function populate(world: World, { azure }: Fleet, count: number): void {
  const { random } = world;
  const seldom = (rate: number, value: number) => (random.happens(rate) ? value : 0);
  for (let number = 0; number < count; number += 1) {
    azure.add(String(number), {
      temper: {
        breaksOff: seldom(0.1, random.whole(1, 3)),
        installsFail: seldom(0.1, random.whole(1, 3)),
        installsSilently: seldom(0.05, random.whole(1, 3)),
        isIll: random.happens(0.05),
        upgradeMinutes: seldom(0.2, 40),
      },
      isOff: random.happens(0.1),
      isDrained: random.happens(0.1),
      priorTag: random.happens(0.2) ? 'for a reason' : '',
    });
  }
  const users = random.whole(0, count * 4);
  for (let user = 0; user < users; user += 1) {
    // Some have stayed since before, and some will not go by themselves.
    const stays = random.happens(0.2) ? 1_000_000 : random.between(60, 3000);
    world.after(random.happens(0.5) ? 0 : random.between(0, 3600), () => azure.arrive(`user-${user}`, stays));
  }
}

/** All that is not as it must be once the work on these hosts has ended; nothing if all is well. */
export function wrongIn({ azure }: Fleet, hosts: readonly Host[]): string[] {
  const wrongs = [...azure.wrongs];
  const told = new Map<string, boolean>();
  for (const host of hosts) {
    wrongs.push(...wrongOf(azure, host).map((wrong) => `${host.plan.name} is ${host.phase}: ${wrong}`));
    for (const { session, confirmed } of host.facts.told ?? []) told.set(session, confirmed);
    for (const { session } of host.facts.loggedOff ?? []) {
      if (!told.has(session)) wrongs.push(`session ${session} was logged off untold`);
    }
    if (/eyJ/.test(JSON.stringify(host))) wrongs.push(`${host.plan.name} keeps a token`);
  }
  for (const { id, told: times, endedBy } of azure.everySession) {
    const confirmed = told.get(id);
    if (times > 1) wrongs.push(`session ${id} was told ${times} times`);
    if (times > 0 && confirmed === undefined) wrongs.push(`session ${id} was told and nobody wrote it down`);
    if (endedBy === 'log-off' && confirmed === undefined) wrongs.push(`session ${id} was logged off untold`);
    if (endedBy === 'reimage') wrongs.push(`session ${id} was cut by a reimage`);
  }
  return wrongs;
}

function wrongOf(azure: Fleet['azure'], host: Host): string[] {
  const state = azure.fleet.get(host.plan.machine.instanceId);
  if (!state) return []; // somebody took the machine away
  const wrongs: string[] = [];
  const { machine, before, reimages } = state;
  const flag = azure.registered.get(host.plan.name)?.allowNewSession;
  const isBack = machine.tags[tag] === before.tag && flag === before.allowNewSession;
  const now = `tag ${machine.tags[tag]}, open ${flag}; before tag ${before.tag}, open ${before.allowNewSession}`;
  switch (host.phase) {
    case 'done':
      if (reimages !== 1) wrongs.push(`${reimages} reimages`);
      if (machine.imageVersionId !== newVersion) wrongs.push(`on ${machine.imageVersionId}`);
      if (!isBack) wrongs.push(now);
      break;
    case 'put-back':
    case 'deferred':
    case 'failed':
      if (reimages !== 0) wrongs.push(`${reimages} reimages`);
      if (machine.imageVersionId !== oldVersion) wrongs.push(`on ${machine.imageVersionId}`);
      if (!isBack) wrongs.push(now);
      break;
    case 'quarantined':
      if (reimages > 1) wrongs.push(`${reimages} reimages`);
      if (host.failure.message === '') wrongs.push('no reason');
      break;
    case 'running':
    case 'putting-back':
      wrongs.push(`in ${host.standing.stage} for ever: ${host.standing.waitingFor}`);
  }
  return wrongs;
}
