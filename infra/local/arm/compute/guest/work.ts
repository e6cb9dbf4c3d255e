import type { Host, Work } from './host.ts';

/** Never ends by itself: a window nobody closes, a question nobody answers. */
export function* forever(): Work<never> {
  for (;;) yield 3600;
}

/** Lets work go on by itself in the guest, until it ends or the guest goes down. */
export function drive<T>(host: Pick<Host, 'later'>, work: Work<T>, end: (result: T) => void): void {
  const step = () => {
    const next = work.next();
    if (next.done) end(next.value);
    else host.later(next.value, step);
  };
  step();
}
