import { inked, type Line } from './ink.ts';

/** A terminal on which one picture is drawn over and over, while lines scroll by above it. */
export interface Screen {
  readonly show: (picture: readonly Line[]) => void;
  readonly say: (line: string) => void;
  /** Leaves the last picture standing and gives the cursor back. */
  readonly close: () => void;
}

const escape = '\u001B[';

export function openScreen(out: NodeJS.WriteStream, colours: boolean): Screen {
  let drawn: readonly string[] = [];
  let isOpen = true;
  const up = () => (drawn.length > 0 ? `${escape}${drawn.length}A\r` : '');
  const put = (lines: readonly string[], above = '') => {
    // In one piece, and marked as one, so that nothing flickers.
    const body = lines.map((line) => `${line}${escape}K\n`).join('');
    out.write(`${escape}?2026h${up()}${above}${body}${escape}J${escape}?2026l`);
    drawn = lines;
  };
  out.write(`${escape}?25l`);
  return {
    show(picture) {
      if (!isOpen) return;
      const { columns, rows } = sizeOf(out);
      // A line that reaches the last column, or a picture that fills the last row, would make it scroll.
      const room = { width: columns - 1, colours };
      put(picture.slice(0, rows - 1).map((line) => inked(line, room)));
    },
    say(line) {
      if (isOpen) put(drawn, `${line}${escape}K\n`);
    },
    close() {
      if (isOpen) out.write(`${escape}?25h`);
      isOpen = false;
    },
  };
}

/** Some terminals do not say, or say 0. */
export function sizeOf({ columns, rows }: NodeJS.WriteStream): { columns: number; rows: number } {
  return { columns: columns || 80, rows: rows || 24 };
}

/** Colours where people see them and nobody asked for none (no-color.org). */
export function wantsColours(out: NodeJS.WriteStream, env = process.env): boolean {
  return out.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
