import { draw } from './draw.ts';
import { inked, type Line } from './ink.ts';
import { news } from './plain.ts';
import type { Scene } from './scene.ts';
import { openScreen, sizeOf, wantsColours } from './screen.ts';

/** Shows people how things go: a picture that moves on a terminal, lines elsewhere. */
export interface Show {
  readonly scene: (scene: Scene) => void;
  readonly say: (line: string) => void;
  /** The end: the last picture stays, and this follows it. */
  readonly close: (after: readonly Line[]) => void;
}

const frameMs = 100;

export function openShow(out: NodeJS.WriteStream, now: () => number): Show {
  return out.isTTY && process.env['TERM'] !== 'dumb' ? moving(out, now) : lines(out);
}

function moving(out: NodeJS.WriteStream, now: () => number): Show {
  const colours = wantsColours(out);
  const screen = openScreen(out, colours);
  let last: Scene | undefined;
  let frame = 0;
  const show = (at?: number) => {
    if (!last) return;
    const { columns, rows } = sizeOf(out);
    frame += 1;
    const scene = at === undefined ? last : { ...last, now: at };
    screen.show(draw(scene, { width: columns, height: rows }, frame));
  };
  const timer = setInterval(() => show(now()), frameMs).unref();
  return {
    scene(scene) {
      last = scene;
      show();
    },
    say: (line) => screen.say(line),
    close(after) {
      clearInterval(timer);
      show();
      screen.close();
      const room = { width: sizeOf(out).columns - 1, colours };
      for (const line of after) out.write(`${inked(line, room)}\n`);
    },
  };
}

function lines(out: NodeJS.WriteStream): Show {
  let last: Scene | undefined;
  return {
    scene(scene) {
      for (const line of news(last, scene)) out.write(`${line}\n`);
      last = scene;
    },
    say: (line) => void out.write(`${line}\n`),
    close(after) {
      for (const line of after) out.write(`${inked(line, { width: 1000, colours: false })}\n`);
    },
  };
}
