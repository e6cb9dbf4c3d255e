import { hours } from './draw.ts';
import { hostStages, type PoolScene, type Scene } from './scene.ts';

/** The lines that tell what is new since the scene before, for where nobody watches a screen. */
export function news(before: Scene | undefined, scene: Scene): string[] {
  const clock = hours((scene.now - scene.requestedAt) / 60_000).padStart(11);
  return [...stageNews(before, scene), ...regionNews(before, scene), ...poolNews(before, scene)].map(
    (line) => `${clock}  ${line}`,
  );
}

function stageNews(before: Scene | undefined, { stages }: Scene): string[] {
  return stages.flatMap(({ name, state, minutes, note }) => {
    if (before?.stages.find((stage) => stage.name === name)?.state === state) return [];
    switch (state) {
      case 'open':
        return [];
      case 'now':
        return [`${name} ...`];
      case 'done':
        return [`${name}: done${minutes === undefined ? '' : ` in ${Math.round(minutes)} min`}`];
      case 'failed':
        return [`${name}: ${note}`];
    }
  });
}

function regionNews(before: Scene | undefined, { regions }: Scene): string[] {
  return regions
    .filter(({ name, percent }) => {
      const earlier = before?.regions.find((region) => region.name === name)?.percent;
      return percent === 100 && earlier !== 100;
    })
    .map(({ name }) => `${name}: replicated`);
}

function poolNews(before: Scene | undefined, { pools }: Scene): string[] {
  return pools.flatMap((pool) => {
    const earlier = before?.pools.find(({ name }) => name === pool.name);
    const isNew = earlier !== undefined && ended(earlier) !== ended(pool);
    return isNew ? [told(pool)] : [];
  });
}

const ended = ({ hosts }: PoolScene) =>
  hosts.filter(({ stage }) => stage === 'done' || stage === 'failed').length;

function told({ name, hosts, people, capacity }: PoolScene): string {
  const counts = hostStages.flatMap((stage) => {
    const count = hosts.filter((host) => host.stage === stage).length;
    return count === 0 ? [] : [`${count} ${stage}`];
  });
  const users = people && people.active > 0 ? `; ${people.active} users at work` : '';
  const places = capacity ? `; ${capacity.usable} places, floor ${capacity.need}` : '';
  return `${name}: ${counts.join(', ')}${users}${places}`;
}
