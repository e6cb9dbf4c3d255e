import type { Host, Work } from './host.ts';

/** Never ends by itself: a window nobody closes, a question nobody answers. */
export function* forever(): Work<never> {
  for (;;) yield 3600;
}

/**
 * Lets work go on by itself in the guest, until it ends or the guest goes down. What is thrown at once is the
 * caller's; what is thrown later has nobody left to tell but `fail`.
 */
export function drive<T>(
  host: Pick<Host, 'later'>,
  work: Work<T>,
  end: (result: T) => void,
  fail: (error: unknown) => void,
): void {
  const step = () => {
    const next = work.next();
    if (next.done) end(next.value);
    else host.later(next.value, later);
  };
  const later = () => {
    try {
      step();
    } catch (error) {
      fail(error);
    }
  };
  step();
}
