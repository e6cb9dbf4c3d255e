import { bar, bold, cut, dim, type Line, type Style } from './ink.ts';
import { type HostStage, hostStages, type PoolScene, type Scene, type StageScene } from './scene.ts';

interface Room {
  readonly width: number;
  readonly height: number;
}

const label = 19;

/** The whole picture, fit to the terminal: in a low one the stages stand side by side. */
export function draw(scene: Scene, room: Room, frame: number): Line[] {
  const detail = [...regions(scene, room), ...scene.pools.flatMap((pool) => poolLines(pool, room))];
  const head = header(scene);
  const tall = stagesDown(scene, frame);
  const isTall = head.length + tall.length + detail.length + 2 <= room.height;
  return [...head, ...(isTall ? tall : stagesAcross(scene, room, frame)), ...detail];
}

function header({ version, source, now, requestedAt, status }: Scene): Line[] {
  const time = new Date(now).toUTCString().slice(0, 22);
  return [
    [
      { text: ' Goldsmith ', style: ['bold', 'inverse'] },
      ' ',
      bold(`win11-avd ${version}`),
      dim(` from ${source}`),
    ],
    [dim(` ${time} UTC, simulated · ${hours((now - requestedAt) / 60_000)} since the request · ${status}`)],
    [],
  ];
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

function sign({ state }: StageScene, frame: number): { readonly text: string; readonly style: Style } {
  switch (state) {
    case 'done':
      return { text: '✔', style: 'green' };
    case 'now':
      return { text: spinner[frame % spinner.length] ?? '·', style: 'cyan' };
    case 'failed':
      return { text: '✘', style: 'red' };
    case 'open':
      return { text: '·', style: 'dim' };
  }
}

function stagesDown({ stages }: Scene, frame: number): Line[] {
  const line = (stage: StageScene): Line => {
    const name = stage.name.padEnd(label - 3);
    const minutes = stage.minutes === undefined ? '' : `${Math.round(stage.minutes)} min`;
    return [
      ' ',
      sign(stage, frame),
      ' ',
      stage.state === 'now' ? bold(name) : stage.state === 'open' ? dim(name) : name,
      dim(minutes.padStart(8)),
      `  ${stage.note}`,
    ];
  };
  return [...stages.map(line), []];
}

function stagesAcross({ stages }: Scene, { width }: Room, frame: number): Line[] {
  const rows: Line[] = [];
  let row: Line[number][] = [];
  let used = 0;
  for (const stage of stages) {
    const size = stage.name.length + 4;
    if (used + size > width && row.length > 0) {
      rows.push(row);
      [row, used] = [[], 0];
    }
    row.push(' ', sign(stage, frame), ' ', stage.state === 'open' ? dim(stage.name) : stage.name, ' ');
    used += size;
  }
  const note = stages.find(({ state }) => state === 'now' || state === 'failed')?.note ?? '';
  return [...rows, row, [dim(`   ${note}`)], []];
}

function regions({ regions }: Scene, { width }: Room): Line[] {
  if (regions.length === 0) return [];
  const lines = regions.map(({ name, percent }): Line => {
    const { full, rest } = bar(percent / 100, barWidth(width));
    const style = percent === 100 ? 'green' : 'cyan';
    return [' ', cut(name, label - 2).padEnd(label - 1), { text: full, style }, dim(rest), ` ${percent} %`];
  });
  return [...lines, []];
}

const barWidth = (width: number) => Math.max(10, Math.min(40, width - label - 24));

const looks: Record<HostStage, { readonly cell: string; readonly style: Style }> = {
  'to go': { cell: '░', style: 'dim' },
  exclude: { cell: '▒', style: 'yellow' },
  drain: { cell: '▒', style: 'yellow' },
  empty: { cell: '▒', style: 'yellowBright' },
  turn: { cell: '▒', style: 'white' },
  reimage: { cell: '▓', style: 'magenta' },
  register: { cell: '▓', style: 'blueBright' },
  verify: { cell: '▓', style: 'cyan' },
  return: { cell: '▓', style: 'green' },
  done: { cell: '█', style: 'green' },
  failed: { cell: '█', style: 'red' },
};

function poolLines(pool: PoolScene, { width }: Room): Line[] {
  const { name, channel, hosts } = pool;
  // Of one size in all pools; from twenty hosts on each is one column, and what is beyond the width is cut.
  const cell = Math.max(1, Math.floor(barWidth(width) / Math.max(10, hosts.length)) - 1);
  const cells = hosts.flatMap(({ stage }) => {
    const { cell: character, style } = looks[stage];
    return [{ text: character.repeat(cell), style }, ' '];
  });
  const done = hosts.filter(({ stage }) => stage === 'done').length;
  return [
    [
      ' ',
      bold(cut(name, label - 2).padEnd(label - 1)),
      ...cells,
      `${done} of ${hosts.length} hosts`,
      dim(`  ${channel}`),
    ],
    ...legend(pool),
    ...users(pool),
    ...capacity(pool, width),
    [],
  ];
}

const indent = ' '.repeat(label);

function legend({ hosts, note }: PoolScene): Line[] {
  const parts = hostStages.flatMap((stage) => {
    const count = hosts.filter((host) => host.stage === stage).length;
    return count === 0 ? [] : [{ text: `${count} ${stage}`, style: looks[stage].style }, dim(' · ')];
  });
  return [[indent, ...parts.slice(0, -1), ...(note === '' ? [] : [dim(`  ${note}`)])]];
}

function users({ people, told, loggedOff }: PoolScene): Line[] {
  if (!people || people.active + people.disconnected + people.waiting === 0) return [];
  const { active, disconnected, waiting } = people;
  const seen = `${active} users at work, ${disconnected} disconnected`;
  const away = waiting > 0 ? `, ${waiting} signing in` : '';
  return [[indent, `${seen}${away}`, dim(` · ${told} told, ${loggedOff} signed out`)]];
}

/** The places that are left, with a mark where the floor is. */
function capacity({ capacity, hosts }: PoolScene, width: number): Line[] {
  if (!capacity) return [];
  const { usable, need, perHost } = capacity;
  const places = Math.max(1, hosts.length * perHost);
  const size = barWidth(width);
  const { full, rest } = bar(usable / places, size);
  const mark = Math.min(size - 1, Math.round((need / places) * size));
  const style: Style = usable < need ? 'red' : 'blue';
  const both = full + rest;
  const part = (from: number, to: number) => [
    { text: both.slice(from, Math.min(to, full.length)), style },
    dim(both.slice(Math.max(from, full.length), to)),
  ];
  return [
    [
      indent,
      ...part(0, mark),
      { text: '┃', style: 'yellow' },
      ...part(mark + 1, size),
      ` ${usable} of ${places} places, floor ${need}`,
    ],
  ];
}

export function hours(minutes: number): string {
  const whole = Math.max(0, Math.round(minutes));
  return whole < 60
    ? `${whole} min`
    : `${Math.floor(whole / 60)} h ${String(whole % 60).padStart(2, '0')} min`;
}
